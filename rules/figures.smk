# Tables 1-8, S5 and S7-S11 (CSV, Markdown, LaTeX; those of scores also in full), the scores by category, class,
# country, season and climate zone, and Figures 1-3 (CSV, PDF, PNG), each with its provenance.
#
# needs:  {results}/scores, {results}/items, {results}/statistics, the data set, images, one reference map
# makes:  figures/{table1..table8,table_s5,table_s7..table_s11}.{csv,md,tex},
#         figures/{table2..table_s11}_full.{csv,md}, figures/breakdown.{csv,md},
#         figures/{figure1..figure3}.{csv,pdf,png}, figures/{item}.provenance.json


include: "functions/figures.smk"


from bentxt.reporting.table_layouts import BEST_LAYOUTS, LAYOUTS

#: Tables of scores as the paper prints them and in full. One is about the whole test split, whose images a run
#: may do without.
SCORE_TABLES = expand(
    "figures/{table}{kind}",
    table=[
        name
        for name, layout in (LAYOUTS | BEST_LAYOUTS).items()
        if layout.split == "bench" or config["images"]["splits"] != "bench"
    ],
    kind=[".csv", ".md", ".tex", "_full.csv", "_full.md"],
)
TABLES = [*expand("figures/table1.{kind}", kind=["csv", "md", "tex"]), *SCORE_TABLES]
BREAKDOWN = expand("figures/breakdown.{kind}", kind=["csv", "md"])
# Figure 2 shows how this project's captions come about; a run from the released data set makes none.
FIGURE_NUMBERS = [1, 2, 3] if MADE else [1, 3]
FIGURES = expand("figures/figure{number}.{kind}", number=FIGURE_NUMBERS, kind=["csv", "pdf", "png"])


rule tabulate_datasets:
    input:
        dataset=DATASET,
        published="resources/paper/table1.csv",
    output:
        csv=report(
            "figures/table1.csv",
            caption="../report/table1.rst",
            category="Tables",
            labels={"item": "Table 1"},
        ),
        markdown="figures/table1.md",
        latex="figures/table1.tex",
        provenance="figures/table1.provenance.json",
    log:
        f"{LOGS}/tabulate_datasets.log",
    benchmark:
        f"{TIMINGS}/tabulate_datasets.tsv"
    conda:
        "../envs/evaluation.yaml"
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        settings=settings(*(["augmentation.backend"] if MADE else [])),
        code=code("tabulate_datasets"),
    message:
        "Table 1: data sets compared"
    shell:
        "python workflow_scripts/tabulate_datasets.py"
        " --dataset {input.dataset}"
        " --published {input.published}"
        " --out {output.csv}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


rule tabulate_scores:
    input:
        scores=tabulated_scores,
    output:
        csv=report(
            "figures/{table}.csv",
            caption="../report/scores.rst",
            category="Tables",
            labels=table_label,
        ),
        markdown="figures/{table}.md",
        latex="figures/{table}.tex",
        full=report(
            "figures/{table}_full.csv",
            caption="../report/scores.rst",
            category="Tables in full",
            labels=table_label,
        ),
        full_markdown="figures/{table}_full.md",
        provenance="figures/{table}.provenance.json",
    log:
        f"{LOGS}/tabulate_scores/{{table}}.log",
    benchmark:
        f"{TIMINGS}/tabulate_scores/{{table}}.tsv"
    wildcard_constraints:
        table="|".join(LAYOUTS),
    conda:
        "../envs/evaluation.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        settings=settings("benchmark.absent"),
        rows=TABLE_ROWS,
        code=code("tabulate_scores"),
    message:
        "{wildcards.table}: scores of every model"
    shell:
        "python workflow_scripts/tabulate_scores.py"
        " --table {wildcards.table}"
        " --scores {input.scores}"
        " --rows {params.rows:q}"
        " --out {output.csv}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


rule tabulate_best:
    input:
        unpack(best_inputs),
    output:
        csv=report(
            "figures/{table}.csv",
            caption="../report/best.rst",
            category="Tables",
            labels=table_label,
        ),
        markdown="figures/{table}.md",
        latex="figures/{table}.tex",
        full=report(
            "figures/{table}_full.csv",
            caption="../report/best.rst",
            category="Tables in full",
            labels=table_label,
        ),
        full_markdown="figures/{table}_full.md",
        provenance="figures/{table}.provenance.json",
    log:
        f"{LOGS}/tabulate_best/{{table}}.log",
    benchmark:
        f"{TIMINGS}/tabulate_best/{{table}}.tsv"
    wildcard_constraints:
        table="|".join(BEST_LAYOUTS),
    conda:
        "../envs/evaluation.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        settings=settings("benchmark.absent"),
        rows=TABLE_ROWS,
        code=code("tabulate_best"),
    message:
        "{wildcards.table}: the best remote-sensing model, the best general model, RS-InternVL"
    shell:
        "python workflow_scripts/tabulate_best.py"
        " --table {wildcards.table}"
        " --scores {input.scores}"
        " --rows {params.rows:q}"
        " --out {output.csv}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


# Which model is good at what: companion of all tables of scores.
rule tabulate_breakdown:
    input:
        scores=scores(RUN_MODELS + RUN_REFERENCES, TASKS),
        scored_items=items(RUN_MODELS + RUN_REFERENCES, TASKS),
    output:
        csv=report(
            "figures/breakdown.csv",
            caption="../report/breakdown.rst",
            category="Tables in full",
            labels={"item": "Scores by category, class, country, season and climate zone"},
        ),
        markdown="figures/breakdown.md",
        provenance="figures/breakdown.provenance.json",
    log:
        f"{LOGS}/tabulate_breakdown.log",
    benchmark:
        f"{TIMINGS}/tabulate_breakdown.tsv"
    conda:
        "../envs/evaluation.yaml"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        settings=settings("seed", "benchmark.bootstrap_resamples", "benchmark.absent"),
        rows=TABLE_ROWS,
        code=code("tabulate_breakdown"),
    message:
        "Scores by category, class, country, season and climate zone"
    shell:
        "python workflow_scripts/tabulate_breakdown.py"
        " --scores {input.scores}"
        " --items {input.scored_items}"
        " --rows {params.rows:q}"
        " --out {output.csv}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


rule draw_examples:
    input:
        dataset=DATASET,
        images=IMAGES,
    output:
        csv="figures/figure1.csv",
        pdf="figures/figure1.pdf",
        png=report(
            "figures/figure1.png",
            caption="../report/figure1.rst",
            category="Figures",
            labels={"item": "Figure 1"},
        ),
        provenance="figures/figure1.provenance.json",
    log:
        f"{LOGS}/draw_examples.log",
    benchmark:
        f"{TIMINGS}/draw_examples.tsv"
    conda:
        "../envs/evaluation.yaml"
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        settings=settings(),
        code=code("draw_examples"),
    message:
        "Figure 1: an example of each task on one scene"
    shell:
        "python workflow_scripts/draw_examples.py"
        " --dataset {input.dataset}"
        " --images {input.images}"
        " --out {output.csv}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


if MADE:

    rule draw_caption_pipeline:
        input:
            captions=augmented_captions(),
            patches=PATCHES,
            maps=MAPS,
            images=IMAGES,
            reference_maps=REFERENCE_MAPS,
            colours="resources/class_colours.csv",
        output:
            csv="figures/figure2.csv",
            pdf="figures/figure2.pdf",
            png=report(
                "figures/figure2.png",
                caption="../report/figure2.rst",
                category="Figures",
                labels={"item": "Figure 2"},
            ),
            provenance="figures/figure2.provenance.json",
        log:
            f"{LOGS}/draw_caption_pipeline.log",
        benchmark:
            f"{TIMINGS}/draw_caption_pipeline.tsv"
        conda:
            "../envs/evaluation.yaml"
        resources:
            mem_mb=4000,
            runtime=30,
        params:
            settings=settings(),
            code=code("draw_caption_pipeline"),
        message:
            "Figure 2: from a scene to its caption"
        shell:
            "python workflow_scripts/draw_caption_pipeline.py"
            " --captions {input.captions}"
            " --patches {input.patches}"
            " --maps {input.maps}"
            " --images {input.images}"
            " --reference-maps {input.reference_maps}"
            " --colours {input.colours}"
            " --out {output.csv}"
            " --settings {params.settings:q}"
            " --code {params.code}"
            " > {log} 2>&1"


rule draw_statistics:
    input:
        captions=rules.measure_captions.output.captions,
        summary=rules.measure_captions.output.summary,
        dataset=DATASET,
    output:
        csv="figures/figure3.csv",
        pdf="figures/figure3.pdf",
        png=report(
            "figures/figure3.png",
            caption="../report/figure3.rst",
            category="Figures",
            labels={"item": "Figure 3"},
        ),
        provenance="figures/figure3.provenance.json",
    log:
        f"{LOGS}/draw_statistics.log",
    benchmark:
        f"{TIMINGS}/draw_statistics.tsv"
    conda:
        "../envs/evaluation.yaml"
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        settings=settings(),
        code=code("draw_statistics"),
    message:
        "Figure 3: caption lengths and lexical diversity"
    shell:
        "python workflow_scripts/draw_statistics.py"
        " --captions {input.captions}"
        " --summary {input.summary}"
        " --dataset {input.dataset}"
        " --out {output.csv}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"
