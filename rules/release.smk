# The released data set as that of the run, in place of annotate.smk, augment.smk and assemble.smk.
#
# needs:  BigEarthNet.txt.parquet of the release: downloaded by retrieve.smk, or the file of dataset.path
# makes:  {results}/BigEarthNet.txt.parquet, {results}/released.json


rule adopt_release:
    input:
        released=RELEASED,
        sources=ancient("resources/sources.tsv"),
    output:
        about=ABOUT_RELEASED,
        dataset=DATASET,
    log:
        f"{LOGS}/adopt_release.log",
    benchmark:
        f"{TIMINGS}/adopt_release.tsv"
    conda:
        "../envs/data.yaml"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        settings=settings("dataset.path", "dataset.repository", "dataset.revision"),
        code=code("adopt_release"),
    message:
        "Taking the released data set as that of this run"
    shell:
        "python workflow_scripts/adopt_release.py"
        " --released {input.released}"
        " --sources {input.sources}"
        " --about {output.about}"
        " --out {output.dataset}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"
