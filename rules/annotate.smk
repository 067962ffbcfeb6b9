# From attributes to text: template captions, questions and referring boxes (Section 3.1).
#
# needs:  {results}/patches.parquet and {results}/attributes/, resources/templates, class wording
# makes:  {results}/captions/template.parquet, {results}/questions/{binary,mcq,bounding_box}.parquet


include: "functions/annotate.smk"


from bentxt.questions.categories import QUESTION_TYPES, settings_of


rule write_captions:
    input:
        patches=PATCHES,
        maps=MAPS,
        instances=INSTANCES,
        adjacencies=ADJACENCIES,
    output:
        f"{RESULTS}/captions/template.parquet",
    log:
        f"{LOGS}/write_captions.log",
    benchmark:
        f"{TIMINGS}/write_captions.tsv"
    conda:
        "../envs/data.yaml"
    resources:
        mem_mb=8000,
        runtime=60,
    params:
        settings=settings("captions"),
        code=code("write_captions"),
    message:
        "Writing the template caption of each patch"
    shell:
        "python workflow_scripts/write_captions.py"
        " --patches {input.patches}"
        " --maps {input.maps}"
        " --instances {input.instances}"
        " --adjacencies {input.adjacencies}"
        " --out {output}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


rule generate_questions:
    input:
        templates=templates,
        wording="resources/class_wording.yaml",
        similar_classes="resources/similar_classes.yaml",
        climate_zones="resources/climate_zones.csv",
        presence_weights="resources/presence_weights.csv",
        patches=PATCHES,
        maps=MAPS,
        instances=INSTANCES,
        adjacencies=ADJACENCIES,
    output:
        f"{RESULTS}/questions/{{type}}.parquet",
    log:
        f"{LOGS}/generate_questions/{{type}}.log",
    benchmark:
        f"{TIMINGS}/generate_questions/{{type}}.tsv"
    wildcard_constraints:
        type="|".join(QUESTION_TYPES),
    conda:
        "../envs/data.yaml"
    resources:
        mem_mb=8000,
        runtime=120,
    params:
        settings=question_settings,
        code=code("generate_questions"),
    message:
        "Generating {wildcards.type} annotations"
    shell:
        "python workflow_scripts/generate_questions.py"
        " --type {wildcards.type}"
        " --templates {input.templates}"
        " --class-wording {input.wording}"
        " --similar-classes {input.similar_classes}"
        " --climate-zones {input.climate_zones}"
        " --presence-weights {input.presence_weights}"
        " --patches {input.patches}"
        " --maps {input.maps}"
        " --instances {input.instances}"
        " --adjacencies {input.adjacencies}"
        " --out {output}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"
