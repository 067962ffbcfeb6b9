# What the rules of rules/finetune.smk are given. No rules.

from bentxt.models.checkpoint_sources import pinned


def tiny_type(wildcards):
    """The architecture of a checkpoint that is built: a model's, or that of the encoders."""
    return wildcards.key if wildcards.key in ENCODERS else MODEL_TABLE[wildcards.key].tiny


def tiny_images(wildcards):
    """The images; those checkpoints whose weights stay random look at none."""
    pretrained = tiny_type(wildcards) in (*ENCODERS, "internvl")
    purpose, otherwise = (
        f"the tiny checkpoint {wildcards.key}",
        f"checkpoints.{wildcards.key} a published one",
    )
    return images_of(["train"] if pretrained else [], purpose, otherwise)


def finetuned_model(wildcards):
    """The model that is fine-tuned, or the ablation of it that the folder of its results names."""
    return wildcards.variant.rstrip("/") or TRAINED[0]


def finetuning_images(wildcards):
    """The images of the splits that RS-InternVL is fine-tuned on."""
    otherwise = f"leave {TRAINED[0]} out (benchmark.absent)"
    return images_of(["train", "validation"], "fine-tuning of RS-InternVL", otherwise)


def base_arguments(wildcards):
    """What is fine-tuned, as options of a program."""
    model = finetuned_model(wildcards)
    entry = MODEL_TABLE[model]
    base = checkpoint(model) or entry.checkpoint
    if base == entry.checkpoint:
        base = pinned(base, entry.revision)
    return f"--base {base} {encoder_arguments(model)}"


def finetuning_settings(wildcards):
    """The settings of one fine-tuning, with what belongs to its own task only, and what its ablation changes."""
    keys = {key: f"finetuning.{key}" for key in config["finetuning"]}
    own = {key: f"{keys[key]}.{wildcards.task}" for key in ("epochs", "batch_size")}
    model = finetuned_model(wildcards)
    pictures = ["images.rgb_white"] if MODEL_TABLE[model].sees_rgb else []
    found = json.loads(settings("seed", *pictures, *(keys | own).values()))
    found["finetuning"] |= ABLATIONS.get(model, {})
    return json.dumps(found, sort_keys=True)
