# Checks of the run: against itself, and of its data set against the release's published numbers.
#
# needs:  {results}/scores of RS-InternVL, fine-tuned and not; {results}/BigEarthNet.txt.parquet
# makes:  figures/learning.csv, figures/counts.csv


rule report_learning:
    input:
        scores=scores(["RS-InternVL", "RS-InternVL-untrained"], ["binary", "mcq"]),
    output:
        csv=report(
            "figures/learning.csv",
            caption="../report/learning.rst",
            category="Checks",
            labels={"item": "What fine-tuning taught"},
        ),
        provenance="figures/learning.provenance.json",
    log:
        f"{LOGS}/report_learning.log",
    benchmark:
        f"{TIMINGS}/report_learning.tsv"
    conda:
        "../envs/evaluation.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        settings=settings(),
        code=code("report_learning"),
    message:
        "Comparing RS-InternVL with the untrained model and the best constant answer"
    shell:
        "python workflow_scripts/report_learning.py --scores {input.scores} --out {output.csv}"
        " --settings {params.settings:q} --code {params.code} 2> {log}"


rule measure_counts:
    input:
        dataset=DATASET,
        release_counts="resources/release_counts.csv",
    output:
        csv=report(
            "figures/counts.csv",
            caption="../report/counts.rst",
            category="Checks",
            labels={"item": "Numbers of annotations beside the release's"},
        ),
        provenance="figures/counts.provenance.json",
    log:
        f"{LOGS}/measure_counts.log",
    benchmark:
        f"{TIMINGS}/measure_counts.tsv"
    conda:
        "../envs/evaluation.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        settings=settings(),
        code=code("measure_counts"),
    message:
        "Comparing numbers and balances of the data set with the release's"
    shell:
        "python workflow_scripts/measure_counts.py --dataset {input.dataset}"
        " --release-counts {input.release_counts} --out {output.csv}"
        " --settings {params.settings:q} --code {params.code} > {log} 2>&1"
