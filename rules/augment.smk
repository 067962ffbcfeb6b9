# Paraphrase, refine and check the template captions, in shards (Section 3.1); then pair each caption
# with an instruction.
#
# needs:  {results}/captions/template.parquet, attributes for the check, resources/prompts
# makes:  {results}/captions/augmented/{shard}-{shards}.parquet, {results}/questions/captioning.parquet


include: "functions/augment.smk"


os.environ.update(BENTXT_AUGMENTATION=AUGMENTATION_RUNNING)


rule augment_captions:
    input:
        captions=rules.write_captions.output,
        prompts=sorted(str(path) for path in Path("resources/prompts").iterdir()),
        patches=PATCHES,
        maps=MAPS,
        instances=INSTANCES,
        adjacencies=ADJACENCIES,
    output:
        f"{RESULTS}/captions/augmented/{{shard}}-{{shards}}.parquet",
    log:
        f"{LOGS}/augment_captions/{{shard}}-{{shards}}.log",
    benchmark:
        f"{TIMINGS}/augment_captions/{{shard}}-{{shards}}.tsv"
    conda:
        "../envs/data.yaml" if config["augmentation"]["backend"] != "vllm" else "../envs/vllm.yaml"
    threads: augmentation_threads()
    resources:
        **augmentation_resources(),
        runtime=240,
    params:
        # The number of shards is in the path: changing it makes new files of the same captions.
        settings=augmentation_settings(),
        code=code("augment_captions"),
        answers=f"{RESULTS}/answers/augment_captions/{{shard}}-{{shards}}.jsonl",
    message:
        "Augmenting captions, shard {wildcards.shard} of {wildcards.shards}"
    shell:
        "python workflow_scripts/augment_captions.py"
        " --captions {input.captions}"
        " --patches {input.patches}"
        " --maps {input.maps}"
        " --instances {input.instances}"
        " --adjacencies {input.adjacencies}"
        " --shard {wildcards.shard}"
        " --shards {wildcards.shards}"
        " --answers {params.answers}"
        " --out {output}"
        ' --running "$BENTXT_AUGMENTATION"'
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


rule generate_instructions:
    input:
        captions=augmented_captions(),
        patches=PATCHES,
        templates="resources/templates/captioning.yaml",
    output:
        f"{RESULTS}/questions/captioning.parquet",
    log:
        f"{LOGS}/generate_instructions.log",
    benchmark:
        f"{TIMINGS}/generate_instructions.tsv"
    conda:
        "../envs/data.yaml"
    resources:
        mem_mb=8000,
        runtime=60,
    params:
        settings=settings("seed"),
        code=code("generate_instructions"),
    message:
        "Pairing each caption with an instruction"
    shell:
        "python workflow_scripts/generate_instructions.py"
        " --captions {input.captions}"
        " --patches {input.patches}"
        " --templates {input.templates}"
        " --out {output}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"
