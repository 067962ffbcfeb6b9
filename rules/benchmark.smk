# Every model on every task: predict, then score (Section 4.1).
#
# needs:  {results}/BigEarthNet.txt.parquet, {results}/images.lmdb, checkpoints
# makes:  {results}/predictions/{split}/{model}/{task}/{shard}-{shards}.parquet and .json,
#         {results}/reference_embeddings/{split}.parquet,
#         {results}/scores/{split}/{model}/{task}.json, {results}/items/{split}/{model}/{task}.parquet
#
# The split is bench (Tables 2-8, S7-S11) or test (Table S5), in as many shards as prediction.shards says.
#
# What is loaded is asked all tasks by one job (predict_all_tasks), unless prediction.tasks_per_job says one.
# Answers are kept one by one, so that a change of one task asks that task only.
#
# Two rows of the tables in full are no models, Blind and Oracle: they need the data set, and reference maps and
# metadata, and are scored as models are.


include: "functions/benchmark.smk"


#: Fingerprints of the code that predicts, by family: with that of the family itself and of no other.
PREDICTION_CODE = {
    name: fingerprint("predict_answers", SCRIPTS, [family.module]) for name, family in FAMILIES.items()
}


#: Models with one job for all tasks. A server loads nothing, and a model fine-tuned here is another one each task.
ASKED_TOGETHER = [key for key in ASKED_MODELS if asked_together(MODEL_TABLE[key])]


wildcard_constraints:
    split="|".join(ANSWERED_SPLITS),
    shard=r"\d+",
    shards=r"\d+",


rule predict_answers:
    input:
        model_inputs,
        dataset=DATASET,
        images=prediction_images,
    output:
        predictions=f"{RESULTS}/predictions/{{split}}/{{model}}/{{task}}/{{shard}}-{{shards}}.parquet",
        status=f"{RESULTS}/predictions/{{split}}/{{model}}/{{task}}/{{shard}}-{{shards}}.json",
    log:
        f"{LOGS}/predict_answers/{{split}}/{{model}}/{{task}}/{{shard}}-{{shards}}.log",
    benchmark:
        f"{TIMINGS}/predict_answers/{{split}}/{{model}}/{{task}}/{{shard}}-{{shards}}.tsv"
    wildcard_constraints:
        model=one_of(key for key in ASKED_MODELS if key not in ASKED_TOGETHER),
        task="|".join(TASKS),
    priority: answer_priority
    conda:
        lambda wildcards: (
            "../envs/models.yaml" if MODEL_TABLE[wildcards.model].family != "vllm" else "../envs/vllm.yaml"
        )
    resources:
        mem_mb=4000,
        runtime=60,
        gpu=prediction_gpus,
    params:
        settings=prediction_settings,
        code=lambda wildcards: PREDICTION_CODE[MODEL_TABLE[wildcards.model].family],
        entry=model_entry,
        model=model_arguments,
        tasks=asked_tasks,
        answers=kept_answers,
    message:
        "{wildcards.model} answers {params.tasks} of {wildcards.split}, shard {wildcards.shard} of {wildcards.shards}"
    shell:
        "python workflow_scripts/predict_answers.py"
        " --model {wildcards.model}"
        " --task {params.tasks}"
        " --split {wildcards.split}"
        " --shard {wildcards.shard}"
        " --shards {wildcards.shards}"
        " --dataset {input.dataset}"
        " --images {input.images}"
        " --entry {params.entry:q}"
        " {params.model}"
        " --answers {params.answers}"
        " --out {output.predictions}"
        " --status {output.status}"
        " --threads {threads}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


# The same for all tasks of a model, which is loaded once.
use rule predict_answers as predict_all_tasks with:
    output:
        predictions=expand(rules.predict_answers.output.predictions, task=TASKS, allow_missing=True),
        status=expand(rules.predict_answers.output.status, task=TASKS, allow_missing=True),
    log:
        f"{LOGS}/predict_all_tasks/{{split}}/{{model}}/{{shard}}-{{shards}}.log",
    benchmark:
        f"{TIMINGS}/predict_all_tasks/{{split}}/{{model}}/{{shard}}-{{shards}}.tsv"
    wildcard_constraints:
        model=one_of(ASKED_TOGETHER),


# Answers of a model that ran elsewhere.
rule adopt_answers:
    input:
        answers=lambda wildcards: MODEL_TABLE[wildcards.model].answers,
        dataset=DATASET,
    output:
        predictions=f"{RESULTS}/predictions/{{split}}/{{model}}/{{task}}/0-1.parquet",
        status=f"{RESULTS}/predictions/{{split}}/{{model}}/{{task}}/0-1.json",
    log:
        f"{LOGS}/adopt_answers/{{split}}/{{model}}/{{task}}.log",
    benchmark:
        f"{TIMINGS}/adopt_answers/{{split}}/{{model}}/{{task}}.tsv"
    wildcard_constraints:
        model=one_of(FROM_FILES),
        task="|".join(TASKS),
    conda:
        "../envs/data.yaml"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        settings=settings("prediction.limit"),
        code=code("adopt_answers"),
    message:
        "{wildcards.model}'s answers to {wildcards.task} of {wildcards.split} are taken from a file"
    shell:
        "python workflow_scripts/adopt_answers.py"
        " --model {wildcards.model}"
        " --task {wildcards.task}"
        " --split {wildcards.split}"
        " --answers {input.answers}"
        " --dataset {input.dataset}"
        " --out {output.predictions}"
        " --status {output.status}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


# The best answers without any image.
rule answer_blind:
    input:
        dataset=DATASET,
        climate_zones="resources/climate_zones.csv",
    output:
        predictions=f"{RESULTS}/predictions/{{split}}/Blind/{{task}}/0-1.parquet",
        status=f"{RESULTS}/predictions/{{split}}/Blind/{{task}}/0-1.json",
    log:
        f"{LOGS}/answer_blind/{{split}}/{{task}}.log",
    benchmark:
        f"{TIMINGS}/answer_blind/{{split}}/{{task}}.tsv"
    wildcard_constraints:
        task="|".join(TASKS),
    conda:
        "../envs/data.yaml"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        settings=settings("seed", "blind"),
        code=code("answer_blind"),
    message:
        "Answering {wildcards.task} of {wildcards.split} without looking"
    shell:
        "python workflow_scripts/answer_blind.py"
        " --task {wildcards.task}"
        " --split {wildcards.split}"
        " --dataset {input.dataset}"
        " --climate-zones {input.climate_zones}"
        " --out {output.predictions}"
        " --status {output.status}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


# The answers of the true maps.
rule answer_from_maps:
    input:
        dataset=DATASET,
        reference_maps=REFERENCE_MAPS,
        metadata=METADATA,
        climate_zones="resources/climate_zones.csv",
    output:
        predictions=f"{RESULTS}/predictions/{{split}}/Oracle/{{task}}/0-1.parquet",
        status=f"{RESULTS}/predictions/{{split}}/Oracle/{{task}}/0-1.json",
    log:
        f"{LOGS}/answer_from_maps/{{split}}/{{task}}.log",
    benchmark:
        f"{TIMINGS}/answer_from_maps/{{split}}/{{task}}.tsv"
    wildcard_constraints:
        task="|".join(TASKS),
    conda:
        "../envs/data.yaml"
    resources:
        mem_mb=8000,
        runtime=120,
    params:
        settings=settings("questions.adjacency_min_border", "reference_maps.maps_per_shard"),
        code=code("answer_from_maps"),
    message:
        "Answering {wildcards.task} of {wildcards.split} from the reference maps"
    shell:
        "python workflow_scripts/answer_from_maps.py"
        " --task {wildcards.task}"
        " --split {wildcards.split}"
        " --dataset {input.dataset}"
        " --reference-maps {input.reference_maps}"
        " --metadata {input.metadata}"
        " --climate-zones {input.climate_zones}"
        " --out {output.predictions}"
        " --status {output.status}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


# What is the same for all models that write captions.
rule embed_references:
    input:
        dataset=DATASET,
    output:
        embeddings=f"{RESULTS}/reference_embeddings/{{split}}.parquet",
    log:
        f"{LOGS}/embed_references/{{split}}.log",
    benchmark:
        f"{TIMINGS}/embed_references/{{split}}.tsv"
    # Captions are scored first, and wait for it.
    priority: 2
    conda:
        "../envs/evaluation.yaml"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        settings=settings(),
        code=code("embed_references"),
    message:
        "Embedding the reference captions of {wildcards.split}"
    shell:
        "python workflow_scripts/embed_references.py"
        " --split {wildcards.split}"
        " --dataset {input.dataset}"
        " --threads {threads}"
        " --out {output.embeddings}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


rule score_answers:
    input:
        predictions=predicted("parquet"),
        status=predicted("json"),
        references=embedded_references,
        dataset=DATASET,
    output:
        score=f"{RESULTS}/scores/{{split}}/{{model}}/{{task}}.json",
        scored_items=f"{RESULTS}/items/{{split}}/{{model}}/{{task}}.parquet",
    log:
        f"{LOGS}/score_answers/{{split}}/{{model}}/{{task}}.log",
    benchmark:
        f"{TIMINGS}/score_answers/{{split}}/{{model}}/{{task}}.tsv"
    priority: answer_priority
    conda:
        "../envs/evaluation.yaml"
    threads: scoring_threads
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        settings=scoring_settings,
        code=code("score_answers"),
        box_scale=box_scale,
        box_angle=box_angle,
        references=lambda wildcards, input: f"--references {input.references}" if input.references else "",
        answers=f"{RESULTS}/answers/score_answers/{{split}}/{{model}}/{{task}}.jsonl",
    message:
        "Scoring {wildcards.model} on {wildcards.task} of {wildcards.split}"
    shell:
        "python workflow_scripts/score_answers.py"
        " --model {wildcards.model}"
        " --task {wildcards.task}"
        " --split {wildcards.split}"
        " --predictions {input.predictions}"
        " --status {input.status}"
        " --dataset {input.dataset}"
        " --box-scale {params.box_scale}"
        " --box-angle {params.box_angle}"
        " --answers {params.answers}"
        " {params.references}"
        " --threads {threads}"
        " --out {output.score}"
        " --items {output.scored_items}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"
