"""The card of a fine-tuned model, in Markdown under a head that the Hugging Face hub reads.

It says first what the weights stand on, so that those from tiny checkpoints never pass for the paper's.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from huggingface_hub import ModelCardData

from bentxt.atomic import write_text
from bentxt.models.checkpoints import PUBLISHED
from bentxt.models.modalities import MODALITIES
from bentxt.printable import printable
from bentxt.training.monitoring import LOG, SAMPLES, TENSORBOARD, VALIDATION

CARD = "README.md"
#: Rows of the table that stands for the curve, and signs of the line above it.
_ROWS, _SIGNS = 12, 60
_BARS = "▁▂▃▄▅▆▇█"
#: ASCII signs that Markdown, HTML inside it, or a site that shows it gives a meaning.
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&:@$])")
#: Longest text of an annotation or an answer, characters.
_LONGEST = 600
_TASKS = {
    "captioning": "captions",
    "binary": "binary questions",
    "mcq": "multiple-choice questions",
    "referring": "referring expressions, answered by boxes",
}


def escaped(text: str, longest: int = _LONGEST) -> str:
    """Return a text in one line that Markdown shows as it is.

    Examples
    --------
    >>> print(escaped("| <b>a*b</b> [x](y)"))
    \\| \\<b\\>a\\*b\\</b\\> \\[x\\](y)
    """
    return _SPECIAL.sub(r"\\\1", printable(text, longest))


def curve(values: Sequence[float], signs: int = _SIGNS) -> str:
    """Return a line of signs whose height follows some values, means over equal parts of them.

    Examples
    --------
    >>> curve([8, 8, 4, 4, 1, 1], 3)
    '█▄▁'
    """
    means = [mean for mean, _ in _parts(values, signs)]
    low, high = min(means), max(means)
    scale = (len(_BARS) - 1) / (high - low) if high > low else 0.0
    return "".join(_BARS[round((mean - low) * scale)] for mean in means)


def _parts(values, count):
    """Return mean and last place of each of at most ``count`` equal parts."""
    count = min(count, len(values))
    ends = [len(values) * (number + 1) // count for number in range(count)]
    begins = [0, *ends[:-1]]
    return [
        (sum(values[begin:end]) / (end - begin), end - 1) for begin, end in zip(begins, ends, strict=True)
    ]


def write_card(folder: str | Path, description: Mapping[str, Any]) -> None:
    """Write the card of a model into its folder, which holds what :meth:`Monitor.save` copied there.

    Parameters
    ----------
    folder : str or Path
    description : dict
        What ``training.json`` holds.
    """
    folder = Path(folder)
    log = _rows(folder / LOG)
    measured = _rows(folder / VALIDATION)
    lines = (folder / SAMPLES).read_text(encoding="utf-8").split("\n") if (folder / SAMPLES).exists() else []
    samples = [json.loads(line) for line in lines if line]
    parts = [
        f"---\n{_head(description)}\n---",
        f"# RS-InternVL for {_TASKS[description['task']]}",
        _standing(description),
        _what(description),
        _data(description),
        _checkpoints(description),
        _settings(description),
        _training(description, log, (folder / TENSORBOARD).exists()),
        _validation(description, measured, samples),
        _use(description),
    ]
    write_text(folder / CARD, "\n\n".join(parts) + "\n")


def _rows(path):
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _tiny(description):
    """Return what of the checkpoints is not published: {role: what it is}."""
    return {
        role: of["weights"] for role, of in description["checkpoints"].items() if of["weights"] != PUBLISHED
    }


def _released(description):
    """Return what is known of the published data set, where it was that one."""
    for entry in description["lineage"]["upstream"]:
        released = (entry.get("notes") or {}).get("released")
        if released and released.get("published"):
            return released
    return None


def _head(description):
    base, released = description["checkpoints"]["base"], _released(description)
    tiny = _tiny(description)
    head = ModelCardData(
        license="mit" if len(tiny) == len(description["checkpoints"]) else "other",
        library_name="peft",
        # A folder is no model of the hub.
        base_model=base["source"] if base["revision"] else None,
        datasets=[released["repository"]] if released else None,
        tags=["remote-sensing", "sentinel-1", "sentinel-2", "lora", *(["tiny"] if tiny else [])],
    )
    return head.to_yaml()


def _standing(description):
    tiny = _tiny(description)
    if not tiny:
        return (
            "An adapter and projections for published checkpoints, made by an open reproduction of "
            "BigEarthNet.txt (arXiv 2603.29630), not by its authors."
        )
    run = escaped(str(description["lineage"]["settings"].get("run")))
    stand_ins = "; ".join(f"{role}: {escaped(weights)}" for role, weights in tiny.items())
    return (
        "> **Not the paper's model.** It stands on checkpoints that are not the published ones "
        f"({stand_ins}), in a run of kind *{run}*. It shows that the chain works; its answers say nothing "
        "about the paper's model, and it is of no use on real images."
    )


def _what(description):
    trained = ", ".join(description["trained"])
    modalities = ", ".join(description["modalities"])
    share = description["trained_parameters"] / description["parameters"]
    return "\n".join(
        [
            "| | |",
            "| --- | --- |",
            f"| task | {description['task']} |",
            f"| sees | {modalities} |",
            f"| trained parts | {trained} |",
            f"| projections began | {_begun(description)} |",
            f"| trained parameters | {description['trained_parameters']:,} of "
            f"{description['parameters']:,} ({share:.2%}) |",
        ]
    )


def _begun(description):
    if set(description["modalities"]) == {"rgb"}:
        return "there are none"
    left = [f"{share:.1%} ({sensor})" for sensor, share in description["initial_projections"].items()]
    return f"fitted to the RGB tokens; left of their variance: {', '.join(left)}" if left else "at random"


def _data(description):
    released, held = _released(description), description["held_out_patches"]
    if released:
        source = f"the published data set {escaped(released['repository'])}, commit {released['revision']}"
    elif description["lineage"]["settings"].get("run") == "mini":
        source = "annotations of an invented miniature world, made by this project"
    else:
        source = "annotations made by this project from the reference maps, or a file of the user's"
    if held:
        out = f"{held:,} patches of the validation split, drawn by the seed, were held out; the paper, which "
        out += "trains on both splits, holds none out."
    else:
        out = "No patch was held out, as in the paper, so that there is no validation loss."
    return (
        f"## Data\n\nTraining and validation splits of {source}: {description['annotations']:,} annotations "
        f"on {description['patches']:,} patches. {out} Hash of the annotations as tokens, with those held "
        f"out: `{description['data']}`."
    )


def _checkpoints(description):
    rows = [
        f"| {role} | {escaped(of['source'])} | {of['revision'] or 'a folder'} | {escaped(of['weights'])} |"
        for role, of in description["checkpoints"].items()
    ]
    head = "## Checkpoints\n\n| role | source | commit | weights |\n| --- | --- | --- | --- |\n"
    return head + "\n".join(rows)


def _settings(description):
    settings = description["lineage"]["settings"]
    flat = {"seed": settings.get("seed")} | _flat(settings.get("finetuning", {}))
    rows = [f"| {escaped(name)} | {escaped(json.dumps(value))} |" for name, value in flat.items()]
    return "## Settings\n\n| setting | value |\n| --- | --- |\n" + "\n".join(rows)


def _flat(settings, before=""):
    found: dict[str, Any] = {}
    for name, value in settings.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{before}{name}.")
        else:
            found[f"{before}{name}"] = value
    return found


def _training(description, log, board):
    versions = ", ".join(f"{name} {number}" for name, number in description["versions"].items())
    text = (
        f"## Training\n\n{description['steps']:,} steps in {description['seconds']:,.0f} s, all jobs of the "
        f"run together, on {escaped(description['device'])} in {description['dtype']}; {escaped(versions)}. "
        f"`{LOG}` has every step"
    )
    text += f", `tensorboard --logdir {TENSORBOARD}` shows it." if board else "."
    if not log:
        return text
    losses = [float(row["loss"]) for row in log]
    rows = [
        f"| {int(log[last]['annotations']):,} | {mean:.4f} | {float(log[last]['learning_rate']):.3g} |"
        for mean, last in _parts(losses, _ROWS)
    ]
    return (
        f"{text}\n\nLoss, from {losses[0]:.4f} at the first step to {losses[-1]:.4f} at the last:\n\n"
        f"`{curve(losses)}`\n\n| annotations seen | mean loss since the row above | learning rate |\n"
        "| ---: | ---: | ---: |\n" + "\n".join(rows)
    )


def _validation(description, measured, samples):
    if not measured:
        return "## Validation\n\nNone: no patch was held out."
    rows = [
        f"| {int(row['step']):,} | {int(row['annotations']):,} | {float(row['loss']):.4f} |"
        for row in measured
    ]
    text = (
        "## Validation\n\nLoss on the held-out patches, as in training but without dropout:\n\n"
        "| step | annotations seen | loss |\n| ---: | ---: | ---: |\n" + "\n".join(rows)
    )
    last = [of for of in samples if of["step"] == samples[-1]["step"]]
    if not last:
        return text
    answers = [
        f"| {escaped(of['instruction'])} | {escaped(of['reference'])} | {escaped(of['answer'])}"
        f"{' (cut)' if of['cut'] else ''} |"
        for of in last
    ]
    return (
        f"{text}\n\nGreedy answers about held-out patches after step {last[0]['step']:,}, those of a few "
        f"annotations drawn by the seed (all measurements: `{SAMPLES}`):\n\n"
        "| asked | reference | answered |\n| --- | --- | --- |\n" + "\n".join(answers)
    )


def _use(description):
    checkpoints = description["checkpoints"]
    if set(description["modalities"]) != set(MODALITIES):
        return (
            "## Use\n\nThis is an ablation: the workflow of the project that made it answers with it "
            "(`ablation` in its `config.yaml`)."
        )
    options = [
        "python workflow_scripts/predict_answers.py",
        "--model RS-InternVL",
        f"--task {description['task']}",
        "--adapter FOLDER_OF_THIS_CARD",
    ]
    for role, option in (("base", "checkpoint"), ("s1_encoder", "s1-encoder"), ("s2_encoder", "s2-encoder")):
        if role in checkpoints:
            of = checkpoints[role]
            source = of["source"] + (f"@{of['revision']}" if of["revision"] else "")
            options.append(f"--{option} {source}")
    options += ["--dataset BigEarthNet.txt.parquet", "--images images.lmdb"]
    options += ["--answers answers.jsonl", "--out answers.parquet", "--status status.json"]
    command = " \\\n  ".join(options)
    return (
        "## Use\n\nFrom a checkout of the project that made it, which answers the benchmark's items of a "
        f"data set:\n\n```console\n{command}\n```\n\nThe adapter is peft's; `projections.safetensors` holds "
        "what maps the encoders' tokens into the language model. Its licence is that of the checkpoints that "
        "it belongs to; BigEarthNet v2.0 and BigEarthNet.txt are under CDLA-Permissive-1.0."
    )
