# From archives to tables: attributes of every reference map, patches that stay, where and when they
# were taken, and the images of both sensors in one LMDB (Section 3.1).
#
# needs:  the five files of retrieve.smk
# makes:  {results}/attributes/{maps,instances,adjacencies}.parquet, {results}/kept_patches.parquet,
#         {results}/patch_counts.csv, {results}/patches.parquet, {results}/images.lmdb


include: "functions/prepare.smk"


rule extract_attributes:
    input:
        reference_maps=REFERENCE_MAPS,
        metadata=METADATA,
        excluded_metadata=EXCLUDED_METADATA,
    output:
        maps=MAPS,
        instances=INSTANCES,
        adjacencies=ADJACENCIES,
    log:
        f"{LOGS}/extract_attributes.log",
    benchmark:
        f"{TIMINGS}/extract_attributes.tsv"
    conda:
        "../envs/data.yaml"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        settings=settings("reference_maps"),
        code=code("extract_attributes"),
    message:
        "Reading the attributes of every reference map"
    shell:
        "python workflow_scripts/extract_attributes.py"
        " --reference-maps {input.reference_maps}"
        " --metadata {input.metadata}"
        " --excluded-metadata {input.excluded_metadata}"
        " --maps {output.maps}"
        " --instances {output.instances}"
        " --adjacencies {output.adjacencies}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


rule filter_patches:
    input:
        metadata=METADATA,
        excluded_metadata=EXCLUDED_METADATA,
        maps=MAPS,
    output:
        kept_patches=f"{RESULTS}/kept_patches.parquet",
        counts=report(
            f"{RESULTS}/patch_counts.csv",
            caption="../report/patch_counts.rst",
            category="Data set",
            labels={"item": "Patches left after each filter"},
        ),
    log:
        f"{LOGS}/filter_patches.log",
    benchmark:
        f"{TIMINGS}/filter_patches.tsv"
    conda:
        "../envs/data.yaml"
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        settings=settings("reference_maps.on_error"),
        code=code("filter_patches"),
    message:
        "Leaving out patches with snow, cloud, shadow or unlabelled pixels"
    shell:
        "python workflow_scripts/filter_patches.py"
        " --metadata {input.metadata}"
        " --excluded-metadata {input.excluded_metadata}"
        " --maps {input.maps}"
        " --out {output.kept_patches}"
        " --counts {output.counts}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


rule locate_patches:
    input:
        kept_patches=rules.filter_patches.output.kept_patches,
        maps=MAPS,
        climate_zones="resources/climate_zones.csv",
        raster=climate_raster(),
    output:
        PATCHES,
    log:
        f"{LOGS}/locate_patches.log",
    benchmark:
        f"{TIMINGS}/locate_patches.tsv"
    conda:
        "../envs/data.yaml"
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        settings=settings("geography"),
        code=code("locate_patches"),
    message:
        "Looking up season, country, coordinates and climate zone of each patch"
    shell:
        "python workflow_scripts/locate_patches.py"
        " --kept-patches {input.kept_patches}"
        " --maps {input.maps}"
        " --climate-zones {input.climate_zones}"
        " --out {output}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


rule encode_images:
    input:
        **image_archives(),
        # Images of all patches need not wait for captions and questions.
        patches=PATCHES if MADE and config["images"]["splits"] == "all" else DATASET,
    output:
        directory(IMAGES),
    log:
        f"{LOGS}/encode_images.log",
    benchmark:
        f"{TIMINGS}/encode_images.tsv"
    conda:
        "../envs/data.yaml"
    resources:
        mem_mb=4000,
        runtime=2880 if streams_images() else 1440,
    params:
        settings=settings("images.splits"),
        code=code("encode_images"),
    message:
        "Streaming Sentinel-1 and Sentinel-2 into one LMDB"
    shell:
        "python workflow_scripts/encode_images.py"
        " --patches {input.patches}"
        f"{image_arguments()}"
        " --out {output}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"
