# Words, sentences and lexical diversity of the captions (Section 3.2).
#
# needs:  {results}/BigEarthNet.txt.parquet, {results}/captions/template.parquet where captions are made
# makes:  {results}/statistics/captions.parquet, {results}/statistics/captions.json,
#         figures/caption_statistics.csv


rule measure_captions:
    input:
        dataset=DATASET,
    output:
        captions=f"{RESULTS}/statistics/captions.parquet",
        summary=f"{RESULTS}/statistics/captions.json",
    log:
        f"{LOGS}/measure_captions.log",
    benchmark:
        f"{TIMINGS}/measure_captions.tsv"
    conda:
        "../envs/data.yaml"
    resources:
        mem_mb=8000,
        runtime=120,
    params:
        settings=settings("statistics"),
        code=code("measure_captions"),
    message:
        "Counting words and sentences, measuring lexical diversity"
    shell:
        "python workflow_scripts/measure_captions.py"
        " --dataset {input.dataset}"
        " --out {output.captions}"
        " --summary {output.summary}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


rule tabulate_captions:
    input:
        summary=rules.measure_captions.output.summary,
        dataset=DATASET,
        templates=rules.write_captions.output if MADE else [],
        published="resources/paper/caption_statistics.csv",
    output:
        csv=report(
            "figures/caption_statistics.csv",
            caption="../report/caption_statistics.rst",
            category="Tables",
            labels={"item": "Statistics of the captions"},
        ),
        provenance="figures/caption_statistics.provenance.json",
    log:
        f"{LOGS}/tabulate_captions.log",
    benchmark:
        f"{TIMINGS}/tabulate_captions.tsv"
    conda:
        "../envs/evaluation.yaml"
    resources:
        mem_mb=8000,
        runtime=60,
    params:
        settings=settings("statistics", "augmentation.backend"),
        code=code("tabulate_captions"),
        templates=lambda wildcards, input: "--templates" if input.templates else "",
    message:
        "Caption statistics: templates, this run's captions and the released ones"
    shell:
        "python workflow_scripts/tabulate_captions.py"
        " --summary {input.summary}"
        " --dataset {input.dataset}"
        " {params.templates} {input.templates}"
        " --published {input.published}"
        " --out {output.csv}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"
