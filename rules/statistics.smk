# Words, sentences and lexical diversity of the captions (Section 3.2).
#
# needs:  {results}/BigEarthNet.txt.parquet
# makes:  {results}/statistics/captions.parquet, {results}/statistics/captions.json


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
