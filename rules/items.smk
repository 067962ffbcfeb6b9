# Single items, and any two models on the same items: answers to look at, pages to browse, paired comparisons.
#
# needs:  {results}/scores/bench, {results}/items/bench, images
# makes:  figures/{figure_s3..figure_s7}.{csv,pdf,png}, figures/items_{task}.html,
#         figures/comparison.{csv,md}, figures/model_agreement.csv, each with its provenance


include: "functions/items.smk"


ANSWERS = expand("figures/figure_s{number}.{kind}", number=range(3, 8), kind=["csv", "pdf", "png"])
ITEM_PAGES = expand("figures/items_{task}.html", task=TASKS)
COMPARISONS = ["figures/comparison.csv", "figures/comparison.md", "figures/model_agreement.csv"]


rule draw_answers:
    input:
        scores=shown_scores,
        scored_items=shown_items,
        images=IMAGES,
    output:
        csv="figures/figure_s{number}.csv",
        pdf="figures/figure_s{number}.pdf",
        png=report(
            "figures/figure_s{number}.png",
            caption="../report/answers.rst",
            category="Figures",
            labels={"item": "Figure S{number}"},
        ),
        provenance="figures/figure_s{number}.provenance.json",
    log:
        f"{LOGS}/draw_answers/figure_s{{number}}.log",
    benchmark:
        f"{TIMINGS}/draw_answers/figure_s{{number}}.tsv"
    wildcard_constraints:
        number="[3-7]",
    conda:
        "../envs/evaluation.yaml"
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        settings=settings("seed", "benchmark.absent"),
        rows=TABLE_ROWS,
        code=code("draw_answers"),
    message:
        "Figure S{wildcards.number}: what each model answered to some items"
    shell:
        "python workflow_scripts/draw_answers.py"
        " --figure figure_s{wildcards.number}"
        " --scores {input.scores}"
        " --items {input.scored_items}"
        " --images {input.images}"
        " --rows {params.rows:q}"
        " --out {output.csv}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


rule browse_items:
    input:
        scores=lambda wildcards: scores(RUN_MODELS + RUN_REFERENCES, [wildcards.task]),
        scored_items=lambda wildcards: items(RUN_MODELS + RUN_REFERENCES, [wildcards.task]),
        images=IMAGES,
        page="resources/pages/items.html",
    output:
        html="figures/items_{task}.html",
        provenance="figures/items_{task}.provenance.json",
    log:
        f"{LOGS}/browse_items/{{task}}.log",
    benchmark:
        f"{TIMINGS}/browse_items/{{task}}.tsv"
    wildcard_constraints:
        task="|".join(TASKS),
    conda:
        "../envs/evaluation.yaml"
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        settings=settings("benchmark.absent"),
        rows=TABLE_ROWS,
        code=code("browse_items"),
    message:
        "A page of all {wildcards.task} items"
    shell:
        "python workflow_scripts/browse_items.py"
        " --task {wildcards.task}"
        " --scores {input.scores}"
        " --items {input.scored_items}"
        " --images {input.images}"
        " --page {input.page}"
        " --rows {params.rows:q}"
        " --out {output.html}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


rule compare_models:
    input:
        scores=scores(RUN_MODELS + RUN_REFERENCES, TASKS),
        scored_items=items(RUN_MODELS + RUN_REFERENCES, TASKS),
        published="resources/paper/table8.csv",
    output:
        csv=report(
            "figures/comparison.csv",
            caption="../report/comparison.rst",
            category="Comparison",
            labels={"item": "Models compared, two by two"},
        ),
        markdown="figures/comparison.md",
        agreement=report(
            "figures/model_agreement.csv",
            caption="../report/model_agreement.rst",
            category="Comparison",
            labels={"item": "How alike models answer"},
        ),
        provenance="figures/comparison.provenance.json",
    log:
        f"{LOGS}/compare_models.log",
    benchmark:
        f"{TIMINGS}/compare_models.tsv"
    conda:
        "../envs/evaluation.yaml"
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        settings=settings("seed", "benchmark.bootstrap_resamples", "benchmark.absent"),
        rows=TABLE_ROWS,
        code=code("compare_models"),
    message:
        "Comparing any two models on the same items"
    shell:
        "python workflow_scripts/compare_models.py"
        " --scores {input.scores}"
        " --items {input.scored_items}"
        " --published {input.published}"
        " --rows {params.rows:q}"
        " --agreement {output.agreement}"
        " --out {output.csv}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"
