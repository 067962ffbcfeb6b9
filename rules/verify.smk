# Checks of the run against itself.
#
# needs:  {results}/scores of RS-InternVL, fine-tuned and not
# makes:  figures/learning.csv


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
