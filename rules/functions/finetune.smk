# What the rules of rules/finetune.smk are given. No rules.


def tiny_type(wildcards):
    """The architecture of a checkpoint that is built: a model's, or that of the encoders."""
    return wildcards.key if wildcards.key in ENCODERS else MODEL_TABLE[wildcards.key].tiny


def base_arguments(wildcards):
    """What is fine-tuned, as options of a program."""
    (model,) = TRAINED
    return f"--base {checkpoint(model) or MODEL_TABLE[model].checkpoint} {encoder_arguments(model)}"


def finetuning_settings(wildcards):
    """The settings of one fine-tuning, with the epochs of its own task only."""
    keys = [key for key in config["finetuning"] if key != "epochs"]
    return settings("seed", f"finetuning.epochs.{wildcards.task}", *(f"finetuning.{key}" for key in keys))
