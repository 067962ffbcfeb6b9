"""The functions of the rules of fine-tuning, with a config of one's own."""

import json
import shlex

import yaml

from worlds.pages import PROJECT


def finetuning_rules(**changes):
    """Return the names of rules/functions/finetune.smk, where these keys of ``finetuning`` are changed."""
    config = yaml.safe_load((PROJECT / "config.yaml").read_text())
    config["finetuning"] |= changes
    names = {"config": config, "json": json, "shlex": shlex}
    exec((PROJECT / "rules/functions/finetune.smk").read_text(), names)
    return names
