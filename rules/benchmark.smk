# Every model on every task: predict, then score (Section 5).
#
# needs:  {results}/BigEarthNet.txt.parquet, {results}/images.lmdb, checkpoints, resources/models.yaml
# makes:  {results}/predictions/{model}/{task}.parquet and .json, {results}/scores/{model}/{task}.json


rule predict_answers:
    input:
        model_inputs,
        dataset=DATASET,
        images=IMAGES,
        models=MODELS,
    output:
        predictions=f"{RESULTS}/predictions/{{model}}/{{task}}.parquet",
        status=f"{RESULTS}/predictions/{{model}}/{{task}}.json",
    log:
        f"{LOGS}/predict_answers/{{model}}/{{task}}.log",
    benchmark:
        f"{TIMINGS}/predict_answers/{{model}}/{{task}}.tsv"
    wildcard_constraints:
        task="|".join(TASKS),
    conda:
        "../envs/models.yaml"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        settings=settings("seed", "prediction"),
        code=code("predict_answers"),
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
        " --models {input.models}"
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
        models=MODELS,
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
        settings=settings("seed", "benchmark"),
        code=code("score_answers"),
    message:
        "Scoring {wildcards.model} on {wildcards.task}"
    shell:
        "python workflow_scripts/score_answers.py"
        " --model {wildcards.model}"
        " --task {wildcards.task}"
        " --predictions {input.predictions}"
        " --status {input.status}"
        " --dataset {input.dataset}"
        " --models {input.models}"
        " --out {output}"
        " --settings {params.settings:q}"
        " --code {params.code}"
        " > {log} 2>&1"
