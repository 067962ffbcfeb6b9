# What the rules of rules/benchmark.smk are given. No rules.

from bentxt.evaluation.scoring_settings import scoring_keys
from bentxt.server_options import server_options
from bentxt.models.worker_files import worker_files


def one_of(keys):
    """A pattern of a wildcard that is one of some keys, and matches nothing where there are none."""
    return "|".join(map(re.escape, keys)) or "(?!)"


def asked_together(entry):
    """Whether one job asks a model all tasks."""
    alike = entry.family != "openai" and "adapter" not in entry.needs
    return alike and config["prediction"]["tasks_per_job"] == "all"


def asked_tasks(wildcards):
    """The tasks that one prediction answers: its own, or all."""
    return [wildcards.task] if "task" in wildcards.keys() else list(TASKS)


def answer_priority(wildcards):
    """Captions go first: they take longest to write and to score, and alone at the end they keep one core."""
    return 2 if "captioning" in asked_tasks(wildcards) else 0


def model_inputs(wildcards):
    """What a model's predictions need next to data set and images: what rules make, and its worker's files."""
    entry = MODEL_TABLE[wildcards.model]
    adapters = [adapter(wildcards.model, wildcards.task)] if "adapter" in entry.needs else []
    return built_checkpoints(wildcards.model) + adapters + list(map(str, worker_files(entry.worker or [])))


def model_arguments(wildcards):
    """Where the model's weights are, as options of predict_answers.py."""
    needs, source = MODEL_TABLE[wildcards.model].needs, checkpoint(wildcards.model)
    arguments = [f"--checkpoint {source}"] if source else []
    if "encoders" in needs:
        arguments.append(encoder_arguments(wildcards.model))
    if "adapter" in needs:
        arguments.append(f"--adapter {adapter(wildcards.model, wildcards.task)}")
    return " ".join(arguments)


def model_entry(wildcards):
    """The model's entry as JSON, as far as its answers to the tasks depend on it."""
    entry = MODEL_TABLE[wildcards.model].for_tasks(asked_tasks(wildcards))
    return json.dumps(entry.to_dict(), sort_keys=True)


def kept_answers(wildcards):
    """The files of answers that are kept for good, one a task."""
    part = f"{wildcards.split}-{wildcards.shard}-{wildcards.shards}.jsonl"
    return [f"{RESULTS}/answers/{wildcards.model}/{task}/{part}" for task in asked_tasks(wildcards)]


def prediction_images(wildcards):
    """The images of the split that is answered."""
    return images_of([wildcards.split], f"answering the split {wildcards.split}")


def prediction_settings(wildcards):
    """The settings of one prediction: of its tasks, of its model's family, and of its model's own server."""
    entry = MODEL_TABLE[wildcards.model]
    own = json.loads(
        settings(
            "prediction.batch_size",
            "prediction.limit",
            "prediction.allow_remote_code",
            *(f"prediction.max_new_tokens.{task}" for task in asked_tasks(wildcards)),
            *FAMILIES[entry.family].settings,
            *(["images.rgb_white"] if entry.sees_rgb else []),
        )
    )
    if entry.server:
        own["prediction"]["openai"] = server_options(own["prediction"]["openai"], entry.server)
    return json.dumps(own, sort_keys=True)


def prediction_gpus(wildcards):
    """The GPUs that one prediction asks Slurm for: none for a server, for vLLM those of all its engines."""
    family, vllm = MODEL_TABLE[wildcards.model].family, config["prediction"]["vllm"]
    if family == "vllm":
        return vllm["data_parallel"] * vllm["tensor_parallel_size"]
    here = family == "worker" or FAMILIES[family].runs_here
    return 1 if here and config["prediction"]["device"] != "cpu" else 0


def predicted(suffix):
    """The answers of a model to a task on a split, all shards: their tables, or the status next to each."""

    def paths(wildcards):
        # Blind and oracle answer everything in one job, and so does a file.
        shards = config["prediction"]["shards"][wildcards.split] if wildcards.model in ASKED_MODELS else 1
        folder = f"{RESULTS}/predictions/{wildcards.split}/{wildcards.model}/{wildcards.task}"
        return [f"{folder}/{shard}-{shards}.{suffix}" for shard in range(shards)]

    return paths


def embedded_references(wildcards):
    """The embeddings of the captions that answers are compared with; other tasks have none."""
    captions = wildcards.task == "captioning"
    return [f"{RESULTS}/reference_embeddings/{wildcards.split}.parquet"] if captions else []


def scoring_settings(wildcards):
    """The settings of one scoring: those that the scores of its task depend on."""
    return settings("seed", *scoring_keys(wildcards.task))


def scoring_threads(wildcards):
    """Captions are scored by models too, of which BERTScore's is a large one."""
    large = wildcards.task == "captioning" and config["benchmark"]["bertscore_checkpoint"]
    return 2 if large else 1


def box_scale(wildcards):
    """The scale of a model's boxes as JSON; the references answer in 0-1."""
    model = MODEL_TABLE.get(wildcards.model)
    return json.dumps(model.box_scale if model else None)


def box_angle(wildcards):
    """What the angle of a model's boxes does; the references' have none."""
    model = MODEL_TABLE.get(wildcards.model)
    return model.box_angle if model else "ignore"
