# Tables 1-8 (CSV, Markdown, LaTeX) and Figures 1-3 (CSV, PDF, PNG), each with its provenance.
#
# needs:  {results}/scores, {results}/statistics, the data set, images, one reference map
# makes:  figures/{table1..table8}.{csv,md,tex}, figures/{figure1..figure3}.{csv,pdf,png},
#         figures/{item}.provenance.json


include: "functions/figures.smk"


from bentxt.reporting.table_layouts import BEST_LAYOUTS, LAYOUTS

TABLES = expand("figures/table{number}.{kind}", number=range(1, 9), kind=["csv", "md", "tex"])
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
            "figures/table{number}.csv",
            caption="../report/scores.rst",
            category="Tables",
            labels={"item": "Table {number}"},
        ),
        markdown="figures/table{number}.md",
        latex="figures/table{number}.tex",
        provenance="figures/table{number}.provenance.json",
    log:
        f"{LOGS}/tabulate_scores/table{{number}}.log",
    benchmark:
        f"{TIMINGS}/tabulate_scores/table{{number}}.tsv"
    wildcard_constraints:
        number="[2-7]",
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
        "Table {wildcards.number}: scores of every model"
    shell:
        "python workflow_scripts/tabulate_scores.py"
        " --table table{wildcards.number}"
        " --scores {input.scores}"
        " --rows {params.rows:q}"
        " --out {output.csv}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


rule tabulate_best:
    input:
        scores=scores(RUN_MODELS, BEST_LAYOUTS["table8"].tasks),
        # Read on the terminal before the table: whether the RS-InternVL in it has learnt at all.
        learning=LEARNING,
    output:
        csv=report(
            "figures/table8.csv",
            caption="../report/table8.rst",
            category="Tables",
            labels={"item": "Table 8"},
        ),
        markdown="figures/table8.md",
        latex="figures/table8.tex",
        provenance="figures/table8.provenance.json",
    log:
        f"{LOGS}/tabulate_best.log",
    benchmark:
        f"{TIMINGS}/tabulate_best.tsv"
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
        "Table 8: the best remote-sensing model, the best general model, RS-InternVL"
    shell:
        "python workflow_scripts/tabulate_best.py"
        " --scores {input.scores}"
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
