# Every model on every task: predict, then score (Section 5).
#
# needs:  {results}/BigEarthNet.txt.parquet, {results}/images.lmdb, checkpoints
# makes:  {results}/predictions/{model}/{task}.parquet and .json, {results}/scores/{model}/{task}.json
#
# Two rows of Tables 2-6 are no models, Blind and Oracle: they need the data set, and reference maps and
# metadata, and are scored as models are.


include: "functions/benchmark.smk"


#: Fingerprints of the code that predicts, by family: with that of the family itself and of no other.
PREDICTION_CODE = {
    name: fingerprint("predict_answers", SCRIPTS, [family.module]) for name, family in FAMILIES.items()
}


rule predict_answers:
    input:
        model_inputs,
        dataset=DATASET,
        images=prediction_images,
    output:
        predictions=f"{RESULTS}/predictions/{{model}}/{{task}}.parquet",
        status=f"{RESULTS}/predictions/{{model}}/{{task}}.json",
    log:
        f"{LOGS}/predict_answers/{{model}}/{{task}}.log",
    benchmark:
        f"{TIMINGS}/predict_answers/{{model}}/{{task}}.tsv"
    wildcard_constraints:
        model="|".join(map(re.escape, MODEL_TABLE)),
        task="|".join(TASKS),
    conda:
        "../envs/models.yaml"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        settings=prediction_settings,
        code=lambda wildcards: PREDICTION_CODE[MODEL_TABLE[wildcards.model].family],
        entry=model_entry,
        model=model_arguments,
        answers=f"{RESULTS}/answers/{{model}}/{{task}}.jsonl",
    message:
        "{wildcards.model} answers {wildcards.task}"
    shell:
        "python workflow_scripts/predict_answers.py"
        " --model {wildcards.model}"
        " --task {wildcards.task}"
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


# The best answers without any image.
rule answer_blind:
    input:
        dataset=DATASET,
        climate_zones="resources/climate_zones.csv",
    output:
        predictions=f"{RESULTS}/predictions/Blind/{{task}}.parquet",
        status=f"{RESULTS}/predictions/Blind/{{task}}.json",
    log:
        f"{LOGS}/answer_blind/{{task}}.log",
    benchmark:
        f"{TIMINGS}/answer_blind/{{task}}.tsv"
    wildcard_constraints:
        task="|".join(TASKS),
    conda:
        "../envs/data.yaml"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        settings=settings("seed", "blind", "prediction.split"),
        code=code("answer_blind"),
    message:
        "Answering {wildcards.task} without looking"
    shell:
        "python workflow_scripts/answer_blind.py"
        " --task {wildcards.task}"
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
        predictions=f"{RESULTS}/predictions/Oracle/{{task}}.parquet",
        status=f"{RESULTS}/predictions/Oracle/{{task}}.json",
    log:
        f"{LOGS}/answer_from_maps/{{task}}.log",
    benchmark:
        f"{TIMINGS}/answer_from_maps/{{task}}.tsv"
    wildcard_constraints:
        task="|".join(TASKS),
    conda:
        "../envs/data.yaml"
    resources:
        mem_mb=8000,
        runtime=120,
    params:
        settings=settings(
            "prediction.split",
            "questions.adjacency_min_border",
            "reference_maps.maps_per_shard",
        ),
        code=code("answer_from_maps"),
    message:
        "Answering {wildcards.task} from the reference maps"
    shell:
        "python workflow_scripts/answer_from_maps.py"
        " --task {wildcards.task}"
        " --dataset {input.dataset}"
        " --reference-maps {input.reference_maps}"
        " --metadata {input.metadata}"
        " --climate-zones {input.climate_zones}"
        " --out {output.predictions}"
        " --status {output.status}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"


rule score_answers:
    input:
        predictions=f"{RESULTS}/predictions/{{model}}/{{task}}.parquet",
        status=f"{RESULTS}/predictions/{{model}}/{{task}}.json",
        dataset=DATASET,
    output:
        f"{RESULTS}/scores/{{model}}/{{task}}.json",
    log:
        f"{LOGS}/score_answers/{{model}}/{{task}}.log",
    benchmark:
        f"{TIMINGS}/score_answers/{{model}}/{{task}}.tsv"
    conda:
        "../envs/evaluation.yaml"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        settings=settings("seed", *(f"benchmark.{key}" for key in config["benchmark"] if key != "absent")),
        code=code("score_answers"),
        box_scale=box_scale,
    message:
        "Scoring {wildcards.model} on {wildcards.task}"
    shell:
        "python workflow_scripts/score_answers.py"
        " --model {wildcards.model}"
        " --task {wildcards.task}"
        " --predictions {input.predictions}"
        " --status {input.status}"
        " --dataset {input.dataset}"
        " --box-scale {params.box_scale}"
        " --out {output}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"
