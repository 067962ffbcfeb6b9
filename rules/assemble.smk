# The benchmark split, and the data set as one Parquet file in the release's columns (Section 3.3).
#
# needs:  {results}/patches.parquet and {results}/attributes/, {results}/questions/*.parquet, resources/templates,
#         the check of the captions, or people's reviews of them
# makes:  {results}/benchmark_rows.parquet, {results}/benchmark_balance.csv,
#         {results}/BigEarthNet.txt.parquet

from bentxt.release import ANNOTATION_TYPES

QUESTIONS = {entry.file: f"{RESULTS}/questions/{entry.file}.parquet" for entry in ANNOTATION_TYPES}
TEMPLATES = {f"{name}_templates": template_files(name) for name in QUESTION_TYPES}


rule select_benchmark:
    input:
        **TEMPLATES,
        captions=augmented_captions(),
        reviews=config["benchmark_split"]["reviews"] or [],
        captioning=QUESTIONS["captioning"],
        wording="resources/class_wording.yaml",
        similar_classes="resources/similar_classes.yaml",
        climate_zones="resources/climate_zones.csv",
        presence_weights="resources/presence_weights.csv",
        patches=PATCHES,
        maps=MAPS,
        instances=INSTANCES,
        adjacencies=ADJACENCIES,
        release_rows="resources/release_benchmark_rows.csv",
    output:
        rows=f"{RESULTS}/benchmark_rows.parquet",
        balance=report(
            f"{RESULTS}/benchmark_balance.csv",
            caption="../report/benchmark_balance.rst",
            category="Data set",
            labels={"item": "Balance of the benchmark split"},
        ),
    log:
        f"{LOGS}/select_benchmark.log",
    benchmark:
        f"{TIMINGS}/select_benchmark.tsv"
    conda:
        "../envs/data.yaml"
    resources:
        mem_mb=16000,
        runtime=60,
    params:
        settings=settings("seed", "benchmark_split", "questions"),
        code=code("select_benchmark"),
    message:
        "Selecting the benchmark split"
    shell:
        "python workflow_scripts/select_benchmark.py"
        " --patches {input.patches}"
        " --maps {input.maps}"
        " --instances {input.instances}"
        " --adjacencies {input.adjacencies}"
        " --captions {input.captions}"
        " --reviews {input.reviews}"
        " --captioning {input.captioning}"
        " --binary-templates {input.binary_templates}"
        " --mcq-templates {input.mcq_templates}"
        " --bounding-box-templates {input.bounding_box_templates}"
        " --class-wording {input.wording}"
        " --similar-classes {input.similar_classes}"
        " --climate-zones {input.climate_zones}"
        " --presence-weights {input.presence_weights}"
        " --release-rows {input.release_rows}"
        " --out {output.rows}"
        " --balance {output.balance}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


rule assemble_dataset:
    input:
        **QUESTIONS,
        patches=PATCHES,
        benchmark_rows=rules.select_benchmark.output.rows,
    output:
        DATASET,
    log:
        f"{LOGS}/assemble_dataset.log",
    benchmark:
        f"{TIMINGS}/assemble_dataset.tsv"
    conda:
        "../envs/data.yaml"
    resources:
        mem_mb=16000,
        runtime=60,
    params:
        settings=settings(),
        code=code("assemble_dataset"),
    message:
        "Assembling the data set"
    shell:
        "python workflow_scripts/assemble_dataset.py"
        " --patches {input.patches}"
        " --binary {input.binary}"
        " --mcq {input.mcq}"
        " --bounding-box {input.bounding_box}"
        " --captioning {input.captioning}"
        " --benchmark-rows {input.benchmark_rows}"
        " --out {output}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"
