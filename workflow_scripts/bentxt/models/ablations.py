"""RS-InternVL as the config has it fine-tuned, and once more for each other way of fine-tuning it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bentxt.errors import InputError
from bentxt.models.modalities import PAPER, Make
from bentxt.models.model_table import ModelEntry
from bentxt.models.own_models import check_key

#: Group of the models that are in no table but that of the ablation.
ABLATION = "ablation"


def with_ablations(
    models: Mapping[str, ModelEntry],
    finetuning: Mapping[str, Any],
    ablation: Mapping[str, Mapping[str, Any] | None],
) -> dict[str, ModelEntry]:
    """Return the models as fine-tuning makes them, and its ablations behind them.

    Parameters
    ----------
    models : mapping of str to ModelEntry
    finetuning : mapping
        The section ``finetuning`` of the config.
    ablation : mapping of str to mapping
        The section ``ablation``: by name, the keys of ``finetuning`` that are different, or None.

    Returns
    -------
    dict of str to ModelEntry
        Entries of RS-InternVL see ``finetuning.modalities``. An ablation is an entry of its own, of the group
        :data:`ABLATION`, with the key of the model that is fine-tuned, a dash and its name.

    Raises
    ------
    InputError
        If nothing would be trained, there is nothing to fit the projections to, or a name cannot be that of
        files.
    """
    found = {key: _seeing(entry, finetuning) for key, entry in models.items()}
    adapted = [(key, entry) for key, entry in found.items() if "adapter" in entry.needs]
    for name, changes in changed_settings(ablation).items():
        for key, entry in adapted:
            variant = f"{key}-{name}"
            check_key(variant, found, f"ablation.{name}")
            try:
                changed = _seeing(entry, {**finetuning, **changes})
            except InputError as error:
                raise InputError(error.problem, item=f"ablation.{name}", remedy=error.remedy) from error
            found[variant] = replace(
                changed,
                name=f"{entry.name}, {name}",
                group=ABLATION,
                base=key,
                settings=changed.settings
                | {of: value for of, value in changes.items() if of not in ("modalities", "trained")},
            )
    return found


def changed_settings(ablation: Mapping[str, Mapping[str, Any] | None]) -> dict[str, Mapping[str, Any]]:
    """Return the section ``ablation`` without the names that are left out."""
    return {name: changes for name, changes in ablation.items() if changes is not None}


def _seeing(entry: ModelEntry, finetuning: Mapping[str, Any]) -> ModelEntry:
    """Return an entry of RS-InternVL with the config's modalities; what is not the paper's is named."""
    if entry.family != "rs_internvl":
        return entry
    make = Make.of(finetuning["modalities"], finetuning["trained"])
    if "adapter" in entry.needs:
        make.check_projections(finetuning["initial_projections"])
    named = {} if make.modalities == PAPER.modalities else {"modalities": ", ".join(make.modalities)}
    if "adapter" in entry.needs and make.trained != PAPER.trained:
        named["trained"] = ", ".join(make.trained)
    return replace(
        entry, image=entry.image | {"input": "_".join(make.modalities)}, settings=entry.settings | named
    )
