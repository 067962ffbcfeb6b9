# The check of the captions, measured on captions that are damaged on purpose, and its rates next to the paper's
# (Section 3.1).
#
# needs:  {results}/captions/augmented, attributes for the check, the paper's claims, people's reviews if there are
# makes:  {results}/statistics/caption_damages.parquet, figures/caption_check.{csv,pdf,png,html}


CAPTION_CHECK = expand("figures/caption_check.{kind}", kind=["csv", "pdf", "png", "html"])


rule measure_caption_check:
    input:
        captions=augmented_captions(),
        patches=PATCHES,
        maps=MAPS,
        instances=INSTANCES,
        adjacencies=ADJACENCIES,
    output:
        f"{RESULTS}/statistics/caption_damages.parquet",
    log:
        f"{LOGS}/measure_caption_check.log",
    benchmark:
        f"{TIMINGS}/measure_caption_check.tsv"
    conda:
        "../envs/data.yaml"
    resources:
        mem_mb=8000,
        runtime=60,
    params:
        settings=settings("seed", "captions", "caption_check", "caption_damages"),
        code=code("measure_caption_check"),
    message:
        "The check of the captions, on captions that are damaged on purpose"
    shell:
        "python workflow_scripts/measure_caption_check.py"
        " --captions {input.captions}"
        " --patches {input.patches}"
        " --maps {input.maps}"
        " --instances {input.instances}"
        " --adjacencies {input.adjacencies}"
        " --out {output}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


rule report_caption_check:
    input:
        captions=augmented_captions(),
        damages=rules.measure_caption_check.output,
        reviews=config["benchmark_split"]["reviews"] or [],
        claims="resources/paper/claims.yaml",
        page="resources/pages/caption_check.html",
    output:
        csv=report(
            "figures/caption_check.csv",
            caption="../report/caption_check.rst",
            category="Captions",
            labels={"item": "The check of the captions, numbers"},
        ),
        pdf="figures/caption_check.pdf",
        png=report(
            "figures/caption_check.png",
            caption="../report/caption_check.rst",
            category="Captions",
            labels={"item": "The check of the captions, figure"},
        ),
        html=report(
            "figures/caption_check.html",
            caption="../report/caption_check.rst",
            category="Captions",
            labels={"item": "The check of the captions, page"},
        ),
        provenance="figures/caption_check.provenance.json",
    log:
        f"{LOGS}/report_caption_check.log",
    benchmark:
        f"{TIMINGS}/report_caption_check.tsv"
    conda:
        "../envs/evaluation.yaml"
    resources:
        mem_mb=8000,
        runtime=120,
    params:
        settings=settings("statistics.mtld_threshold"),
        code=code("report_caption_check"),
    message:
        "The check of the captions: rates, versions in use, damages found"
    shell:
        "python workflow_scripts/report_caption_check.py"
        " --captions {input.captions}"
        " --damages {input.damages}"
        " --reviews {input.reviews}"
        " --claims {input.claims}"
        " --page {input.page}"
        " --out {output.csv}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"
