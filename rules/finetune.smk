# The checkpoints that are built here, and RS-InternVL fine-tuned, one run per task (Section 4.2).
#
# needs:  {results}/BigEarthNet.txt.parquet, {results}/images.lmdb, the base checkpoints
# makes:  {results}/checkpoints/{key}/, {results}/tokens/{task}/, where the config says so {results}/features/,
#         {results}/finetuned/{task}/, of an ablation {results}/finetuned/{model}/{task}/


include: "functions/finetune.smk"


#: The model that is fine-tuned; empty where no model of the table needs an adapter.
TRAINED = [key for key, entry in MODEL_TABLE.items() if "adapter" in entry.needs and entry.group != ABLATION]

#: What is different in the fine-tuning of each of its ablations, by key.
ABLATIONS = {
    f"{key}-{name}": changes
    for key in TRAINED
    for name, changes in changed_settings(config["ablation"]).items()
}

#: Whether fine-tuning taught it anything, where this run has it.
LEARNING = ["figures/learning.csv"] if set(TRAINED) & set(RUN_MODELS) else []


#: The code of the checkpoints that are built, by architecture; another's code builds nothing again.
TINY_CODE = {
    name: fingerprint("build_tiny_checkpoint", SCRIPTS, [built.module])
    for name, built in TINY_CHECKPOINTS.items()
}


# How the processes of a fine-tuning are started, and what changes no result of theirs.
os.environ.update(BENTXT_LAUNCH=finetuning_launch(), BENTXT_RUNNING=RUNNING)


rule build_tiny_checkpoint:
    input:
        dataset=DATASET,
        images=tiny_images,
        reference_maps=REFERENCE_MAPS,
    output:
        directory(f"{RESULTS}/checkpoints/{{key}}"),
    log:
        f"{LOGS}/build_tiny_checkpoint/{{key}}.log",
    benchmark:
        f"{TIMINGS}/build_tiny_checkpoint/{{key}}.tsv"
    # All scores of RS-InternVL wait for fine-tuning.
    priority: tiny_priority
    conda:
        "../envs/models.yaml"
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        settings=tiny_settings,
        code=lambda wildcards: TINY_CODE[tiny_type(wildcards)],
        type=tiny_type,
    message:
        "Building and pre-training the tiny {wildcards.key}"
    shell:
        "python workflow_scripts/build_tiny_checkpoint.py"
        " --key {wildcards.key}"
        " --type {params.type}"
        " --dataset {input.dataset}"
        " --images {input.images}"
        " --reference-maps {input.reference_maps}"
        " --out {output}"
        " --threads {threads}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


rule tokenise_annotations:
    input:
        built_base,
        dataset=DATASET,
    output:
        directory(f"{RESULTS}/tokens/{{task}}"),
    log:
        f"{LOGS}/tokenise_annotations/{{task}}.log",
    benchmark:
        f"{TIMINGS}/tokenise_annotations/{{task}}.tsv"
    wildcard_constraints:
        task="|".join(TASKS),
    priority: 5
    conda:
        "../envs/models.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        # None of the training: a change of the learning rate tokenises nothing.
        settings=settings(),
        code=code("tokenise_annotations"),
        base=trained_base,
    message:
        "Tokens of the {wildcards.task} annotations"
    shell:
        "python workflow_scripts/tokenise_annotations.py"
        " --task {wildcards.task}"
        " --dataset {input.dataset}"
        " --base {params.base}"
        " --out {output}"
        " --threads {threads}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


rule encode_features:
    input:
        lambda wildcards: built_checkpoints(TRAINED[0]),
        dataset=DATASET,
        images=finetuning_images,
    output:
        directory(f"{RESULTS}/features"),
    log:
        f"{LOGS}/encode_features.log",
    benchmark:
        f"{TIMINGS}/encode_features.tsv"
    priority: 5
    conda:
        "../envs/models.yaml"
    resources:
        mem_mb=8000,
        runtime=1440,
        gpu=0 if config["finetuning"]["device"] == "cpu" else 1,
    params:
        settings=settings("finetuning.device", "finetuning.dtype", "images.rgb_white"),
        code=code("encode_features"),
        base=trained_base,
        encoders=lambda wildcards: encoder_arguments(TRAINED[0]),
        progress=f"{RESULTS}/progress/encode_features",
    message:
        "Features of all patches that RS-InternVL is fine-tuned on"
    shell:
        "python workflow_scripts/encode_features.py"
        " --dataset {input.dataset}"
        " --images {input.images}"
        " --base {params.base}"
        " {params.encoders}"
        " --progress {params.progress}"
        " --out {output}"
        " --threads {threads}"
        ' --running "$BENTXT_RUNNING"'
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


rule finetune_rs_internvl:
    input:
        lambda wildcards: built_checkpoints(finetuned_model(wildcards)),
        tokens=f"{RESULTS}/tokens/{{task}}",
        images=finetuning_images,
        features=stored_features,
    output:
        directory(f"{RESULTS}/finetuned/{{variant}}{{task}}"),
    log:
        f"{LOGS}/finetune_rs_internvl/{{variant}}{{task}}.log",
    benchmark:
        f"{TIMINGS}/finetune_rs_internvl/{{variant}}{{task}}.tsv"
    wildcard_constraints:
        # Empty, or the folder of an ablation.
        variant="|".join([*(re.escape(f"{key}/") for key in ABLATIONS), ""]),
        task="|".join(TASKS),
    priority: 5
    conda:
        "../envs/models.yaml"
    threads: PROCESSES
    resources:
        **finetuning_job(),
        mem_mb=4000,
        runtime=60,
    params:
        settings=finetuning_settings,
        code=code("finetune_rs_internvl"),
        base=base_arguments,
        features=lambda wildcards: "".join(f"--features {path}" for path in stored_features(wildcards)),
        progress=f"{RESULTS}/progress/finetune_rs_internvl/{{variant}}{{task}}",
    message:
        "Fine-tuning RS-InternVL for {wildcards.variant}{wildcards.task}"
    # In the shell's place, so that a signal of the scheduler comes to it and the job waits for its end.
    shell:
        "exec $BENTXT_LAUNCH workflow_scripts/finetune_rs_internvl.py"
        " --task {wildcards.task}"
        " --tokens {input.tokens}"
        " --images {input.images}"
        " {params.features}"
        " {params.base}"
        " --progress {params.progress}"
        " --out {output}"
        " --threads {threads}"
        ' --running "$BENTXT_RUNNING"'
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"
