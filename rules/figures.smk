# Tables 1-8 (CSV, Markdown, LaTeX) and Figures 1-3 (CSV, PDF, PNG), each with its provenance.
#
# needs:  {results}/scores, {results}/statistics, the data set, images, one reference map
# makes:  figures/{table1..table8}.{csv,md,tex}, figures/{figure1..figure3}.{csv,pdf,png},
#         figures/{item}.provenance.json

TABLES = expand("figures/table{number}.{kind}", number=range(1, 9), kind=["csv", "md", "tex"])
FIGURES = expand("figures/figure{number}.{kind}", number=range(1, 4), kind=["csv", "pdf", "png"])

TABLE_TASKS = {
    "table2": TASKS,
    "table3": ["binary"],
    "table4": ["mcq"],
    "table5": ["referring"],
    "table6": ["referring"],
    "table7": ["captioning"],
}


rule tabulate_datasets:
    message:
        "Table 1: data sets compared"
    input:
        dataset=DATASET,
        published="resources/paper/table1.csv",
    output:
        csv=report("figures/table1.csv", caption="../report/table1.rst", category="Tables", labels={"item": "Table 1"}),
        markdown="figures/table1.md",
        latex="figures/table1.tex",
        provenance="figures/table1.provenance.json",
    params:
        settings=settings("augmentation.backend"),
        code=code("tabulate_datasets"),
    log:
        f"{LOGS}/tabulate_datasets.log",
    benchmark:
        f"{TIMINGS}/tabulate_datasets.tsv"
    conda:
        "../envs/evaluation.yaml"
    resources:
        mem_mb=4000,
        runtime=30,
    shell:
        "python workflow_scripts/tabulate_datasets.py --dataset {input.dataset} --published {input.published}"
        " --out {output.csv}"
        " --settings {params.settings:q} --code {params.code} > {log} 2>&1"


rule tabulate_scores:
    message:
        "{wildcards.table}: scores of every model"
    input:
        scores=lambda wildcards: scores(RUN_MODELS, TABLE_TASKS[wildcards.table]),
        models=MODELS,
    output:
        csv=report("figures/{table}.csv", caption="../report/{table}.rst", category="Tables", labels={"item": "{table}"}),
        markdown="figures/{table}.md",
        latex="figures/{table}.tex",
        provenance="figures/{table}.provenance.json",
    wildcard_constraints:
        table="table[2-7]",
    params:
        settings=settings("benchmark.absent"),
        code=code("tabulate_scores"),
    log:
        f"{LOGS}/tabulate_scores/{{table}}.log",
    benchmark:
        f"{TIMINGS}/tabulate_scores/{{table}}.tsv"
    conda:
        "../envs/evaluation.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    shell:
        "python workflow_scripts/tabulate_scores.py --table {wildcards.table} --scores {input.scores}"
        " --models {input.models} --out {output.csv}"
        " --settings {params.settings:q} --code {params.code} > {log} 2>&1"


rule tabulate_best:
    message:
        "Table 8: the best remote-sensing model, the best general model, RS-InternVL"
    input:
        scores=scores(RUN_MODELS, TASKS),
        models=MODELS,
        # Read on the terminal before the table: whether the RS-InternVL in it has learnt at all.
        learning="figures/learning.csv",
    output:
        csv=report("figures/table8.csv", caption="../report/table8.rst", category="Tables", labels={"item": "Table 8"}),
        markdown="figures/table8.md",
        latex="figures/table8.tex",
        provenance="figures/table8.provenance.json",
    params:
        settings=settings("benchmark.absent"),
        code=code("tabulate_best"),
    log:
        f"{LOGS}/tabulate_best.log",
    benchmark:
        f"{TIMINGS}/tabulate_best.tsv"
    conda:
        "../envs/evaluation.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    shell:
        "python workflow_scripts/tabulate_best.py --scores {input.scores} --models {input.models}"
        " --out {output.csv}"
        " --settings {params.settings:q} --code {params.code} > {log} 2>&1"
