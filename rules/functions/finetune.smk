# What the rules of rules/finetune.smk are given. No rules.

from bentxt.models.checkpoint_sources import pinned
from bentxt.training.run_settings import running_options, tracked_settings
from bentxt.training.tiny_checkpoints import TINY_CHECKPOINTS

#: Processes of a fine-tuning on a node, and nodes.
PROCESSES, NODES = config["finetuning"]["processes"], config["finetuning"]["nodes"]

#: What changes no result, for the environment of the jobs and not their params, so that a changed one reruns
#: nothing. A job on a cluster reads the workflow again and finds the same.
RUNNING = json.dumps(running_options(config["finetuning"]), sort_keys=True)

#: CPUs of a process of fine-tuning on a cluster: its own, and those that read and prepare images.
CPUS = 16
#: s that torchrun leaves its processes to save their state, once it was asked to end.
ENDING = 120


def step_launch(processes, nodes):
    """How Slurm starts so many processes on so many nodes; a step knows nothing of what its job asked for."""
    gpus = "" if config["finetuning"]["device"] == "cpu" else f" --gres=gpu:{processes}"
    return (
        f"srun --nodes={nodes} --ntasks={nodes * processes} --ntasks-per-node={processes}"
        f" --cpus-per-task={CPUS}{gpus} --kill-on-bad-exit=1 python"
    )


def finetuning_launch():
    """How the processes of one fine-tuning are started: the beginning of its command."""
    if NODES > 1:
        return step_launch(PROCESSES, NODES)
    if PROCESSES > 1:
        return (
            "python -m torch.distributed.run --standalone"
            f" --nproc-per-node={PROCESSES} --shutdown-timeout={ENDING}"
        )
    return "python"


def finetuning_job():
    """What one fine-tuning asks Slurm for, next to time and memory."""
    gpus = 0 if config["finetuning"]["device"] == "cpu" else PROCESSES
    if NODES == 1:
        # One task, whose processes torchrun starts.
        return {"gpu": gpus, "cpus_per_task": CPUS * PROCESSES}
    job = {"mpi": "srun", "nodes": NODES, "cpus_per_task": CPUS}
    if gpus:
        job["gres"] = f"gpu:{gpus}"
    # The executor takes tasks a node only where there are several, and lets a GPU have as many tasks as the
    # whole job unless told otherwise.
    return job | ({"tasks_per_node": PROCESSES} if PROCESSES > 1 else {"tasks": NODES, "tasks_per_gpu": 0})


def tiny_type(wildcards):
    """The architecture of a checkpoint that is built: a model's, or that of the encoders."""
    return wildcards.key if wildcards.key in ENCODERS else MODEL_TABLE[wildcards.key].tiny


def tiny_priority(wildcards):
    """Who goes first: fine-tuning waits for its base and encoders, and the base takes longest."""
    kind = tiny_type(wildcards)
    return 20 if kind == "internvl" else 10 if kind in ENCODERS else 0


def tiny_images(wildcards):
    """The images; those checkpoints whose weights stay random look at none."""
    pretrained = TINY_CHECKPOINTS[tiny_type(wildcards)].pretrained
    purpose, otherwise = (
        f"the tiny checkpoint {wildcards.key}",
        f"checkpoints.{wildcards.key} a published one",
    )
    return images_of(["train"] if pretrained else [], purpose, otherwise)


def tiny_settings(wildcards):
    """The settings that a checkpoint of its architecture depends on."""
    return settings("seed", *TINY_CHECKPOINTS[tiny_type(wildcards)].settings)


def finetuned_model(wildcards):
    """The model that is fine-tuned, or the ablation of it that the folder of its results names."""
    return wildcards.variant.rstrip("/") or TRAINED[0]


def finetuning_images(wildcards):
    """The images of the splits that RS-InternVL is fine-tuned on."""
    otherwise = f"leave {TRAINED[0]} out (benchmark.absent)"
    return images_of(["train", "validation"], "fine-tuning of RS-InternVL", otherwise)


def stored_features(wildcards):
    """The features that a fine-tuning reads, where it computes none."""
    settings = config["finetuning"] | ABLATIONS.get(finetuned_model(wildcards), {})
    return [f"{RESULTS}/features"] if settings["features"] == "stored" else []


def trained_base(wildcards):
    """The base of the model that is fine-tuned, the same for all its ablations."""
    entry = MODEL_TABLE[TRAINED[0]]
    base = checkpoint(TRAINED[0]) or entry.checkpoint
    return pinned(base, entry.revision) if base == entry.checkpoint else base


def built_base(wildcards):
    """The base, where a rule builds it; tokens know nothing of the encoders."""
    return [path for path in built_checkpoints(TRAINED[0]) if path == trained_base(wildcards)]


def base_arguments(wildcards):
    """What is fine-tuned, as options of a program."""
    return f"--base {trained_base(wildcards)} {encoder_arguments(finetuned_model(wildcards))}"


def finetuning_settings(wildcards):
    """The settings of one fine-tuning, with what belongs to its own task only, and what its ablation changes."""
    keys = {key: f"finetuning.{key}" for key in config["finetuning"]}
    own = {key: f"{keys[key]}.{wildcards.task}" for key in ("epochs", "batch_size")}
    model = finetuned_model(wildcards)
    pictures = ["images.rgb_white"] if MODEL_TABLE[model].sees_rgb else []
    found = tracked_settings(json.loads(settings("seed", *pictures, *(keys | own).values())))
    found["finetuning"] |= ABLATIONS.get(model, {})
    return json.dumps(found, sort_keys=True)
