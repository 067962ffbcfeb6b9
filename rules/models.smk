# A page for one model: where it stands among the paper's published numbers (docs/benchmark_your_model.md).
#
# needs:  {results}/scores/bench/{model}, {results}/items/bench/{model}, images where there are any
# makes:  figures/models/{model}.html and .csv, with their provenance


include: "functions/models.smk"


rule draw_model_page:
    input:
        scores=lambda wildcards: scores([wildcards.model], TASKS),
        scored_items=lambda wildcards: items([wildcards.model], TASKS),
        images=shown_images,
        paper=PAPER_FILES,
        release_counts="resources/release_counts.csv",
        release_rows="resources/release_benchmark_rows.csv",
        page="resources/pages/model.html",
    output:
        html="figures/models/{model}.html",
        csv="figures/models/{model}.csv",
        provenance="figures/models/{model}.provenance.json",
    log:
        f"{LOGS}/draw_model_page/{{model}}.log",
    benchmark:
        f"{TIMINGS}/draw_model_page/{{model}}.tsv"
    wildcard_constraints:
        model=one_of(MODEL_TABLE),
    conda:
        "../envs/evaluation.yaml"
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        settings=settings("seed"),
        name=lambda wildcards: MODEL_TABLE[wildcards.model].name,
        images=lambda wildcards, input: f"--images {input.images}" if input.images else "",
        # Not those of other models of one's own, which the page does not show.
        rows=PAPER_ROWS,
        code=code("draw_model_page"),
    message:
        "{wildcards.model} among the paper's models"
    shell:
        "python workflow_scripts/draw_model_page.py"
        " --model {wildcards.model}"
        " --name {params.name:q}"
        " --scores {input.scores}"
        " --items {input.scored_items}"
        " {params.images}"
        " --paper resources/paper"
        " --release-counts {input.release_counts}"
        " --release-rows {input.release_rows}"
        " --page {input.page}"
        " --rows {params.rows:q}"
        " --out {output.html}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"
