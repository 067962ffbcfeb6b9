# Every model on every task: predict, then score (Section 5).
#
# needs:  {results}/BigEarthNet.txt.parquet, {results}/images.lmdb, checkpoints
# makes:  {results}/predictions/{model}/{task}.parquet and .json, {results}/scores/{model}/{task}.json


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


rule score_answers:
    input:
        predictions=rules.predict_answers.output.predictions,
        status=rules.predict_answers.output.status,
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
        box_scale=lambda wildcards: json.dumps(MODEL_TABLE[wildcards.model].box_scale),
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
