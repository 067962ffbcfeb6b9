"""Weights are taken whole or not at all: what is missing, unexpected or of another shape is refused by name.

transformers draws missing weights at random and peft leaves a missing adapter without effect; both say so in
a warning only. Every loader of weights asks here. Names of older versions are mapped by the libraries
themselves; they are no fault.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors import safe_open

#: Names of each kind of fault that a message lists.
_LISTED = 10


class IncompleteWeights(ValueError):
    """The weights are not those of the model; the message lists them."""


def check_whole(
    missing: Iterable[str],
    unexpected: Iterable[str],
    misshaped: Mapping[str, tuple[Sequence[int], Sequence[int]]],
) -> None:
    """Refuse weights that are not exactly those of a model.

    Parameters
    ----------
    missing : iterable of str
        Weights of the model that are not there.
    unexpected : iterable of str
        Weights that the model does not have.
    misshaped : dict of str to (shape, shape)
        Shape that was found, and that of the model.

    Raises
    ------
    IncompleteWeights
        With the number of each kind and the first ten names.

    Examples
    --------
    >>> check_whole([], [], {})
    >>> check_whole(["lm_head.weight"], [], {"norm.weight": ((4,), (8,))})
    Traceback (most recent call last):
    ...
    bentxt.models.whole_weights.IncompleteWeights: 1 of its weights is missing: lm_head.weight; \
1 has another shape: norm.weight (4,) for (8,)
    """
    shapes = [f"{name} {tuple(found)} for {tuple(own)}" for name, (found, own) in sorted(misshaped.items())]
    kinds = (
        (sorted(missing), "of its weights is missing", "of its weights are missing"),
        (sorted(unexpected), "is unexpected", "are unexpected"),
        (shapes, "has another shape", "have another shape"),
    )
    problems = []
    for names, one, many in kinds:
        if names:
            rest = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
            said = one if len(names) == 1 else many
            problems.append(f"{len(names)} {said}: {', '.join(names[:_LISTED])}{rest}")
    if problems:
        raise IncompleteWeights("; ".join(problems))


def check_tensors(
    found: Mapping[str, torch.Tensor], own: Mapping[str, torch.Tensor], harmless: Iterable[str] = ()
) -> None:
    """Refuse tensors that are not exactly those of a model, as :func:`check_whole` does.

    Parameters
    ----------
    found : dict of str to torch.Tensor
        What was read.
    own : dict of str to torch.Tensor
        What the model has, under the same names.
    harmless : iterable of str
        Patterns of names that may be there without being the model's.
    """
    check_whole(
        set(own) - set(found),
        _unexpected(set(found) - set(own), harmless),
        {
            name: (found[name].shape, own[name].shape)
            for name in set(found) & set(own)
            if found[name].shape != own[name].shape
        },
    )


def load_whole(
    kind: Any,
    folder: str | Path,
    harmless: Iterable[str] = (),
    *,
    never_tied: bool = False,
    **options: Any,
) -> transformers.PreTrainedModel:
    """Load a model of transformers from a folder, with all of its weights and no others.

    Parameters
    ----------
    kind : type
        A model of transformers, or one of its ``AutoModel`` classes.
    folder : str or Path
        Checkpoint with ``config.json`` and safetensors.
    harmless : iterable of str
        Patterns of names that may be there without being the model's. Buffers that transformers once saved
        and now computes (``position_ids``, ``rotary_emb.inv_freq``) need not be named.
    never_tied : bool
        Whether the output head is a matrix of its own whatever the checkpoint's config says.
    **options
        Of ``from_pretrained``; ``config`` where it is read already.

    Returns
    -------
    transformers.PreTrainedModel

    Raises
    ------
    IncompleteWeights
        If weights are missing, unexpected or misshaped.
    OSError, ValueError, KeyError, RuntimeError, safetensors.SafetensorError
        As transformers raises them.
    """
    code = {name: options[name] for name in ("trust_remote_code",) if name in options}
    config = options.pop("config", None) or transformers.AutoConfig.from_pretrained(
        folder, local_files_only=True, **code
    )
    tied = not never_tied and _ties_head(config, folder)
    # Versions of transformers read one or the other.
    config.tie_word_embeddings = config.get_text_config().tie_word_embeddings = tied
    model, report = kind.from_pretrained(
        folder,
        config=config,
        local_files_only=True,
        # Only so that all shapes that differ are named at once; none is accepted.
        ignore_mismatched_sizes=True,
        output_loading_info=True,
        use_safetensors=True,
        **options,
    )
    check_whole(
        report["missing_keys"],
        _unexpected(report["unexpected_keys"], harmless),
        {name: (found, own) for name, found, own in report["mismatched_keys"]},
    )
    return model


def _unexpected(names, harmless):
    return [name for name in names if not any(re.search(pattern, name) for pattern in harmless)]


def _ties_head(config, folder):
    """Return whether the checkpoint has one matrix as embedding and head: what its own file says.

    A class may have another default than older versions had, under which the file was written; a head that
    is missing would then be replaced by the embedding, silently. A head that is there is taken, whatever the
    file says: it would else be lost.
    """
    if _holds_head(folder):
        return False
    said = json.loads((Path(folder) / "config.json").read_text(encoding="utf-8"))
    text = getattr(config.get_text_config(), "tie_word_embeddings", False)
    return bool(said.get("tie_word_embeddings", text) or text)


def _holds_head(folder):
    """Return whether one of the checkpoint's files holds an output head."""
    names: list[str] = []
    for path in sorted(Path(folder).glob("*.safetensors")):
        with safe_open(path, "pt") as file:
            names += file.keys()
    return any(re.search(r"(^|\.)lm_head\.weight$", name) for name in names)


def check_vocabulary(
    tokenizer: transformers.PreTrainedTokenizerBase, model: transformers.PreTrainedModel
) -> None:
    """Refuse a tokenizer that knows tokens for which a model has no embedding.

    Raises
    ------
    IncompleteWeights
    """
    rows = model.get_input_embeddings().weight.shape[0]
    beyond = {name: number for name, number in tokenizer.get_vocab().items() if number >= rows}
    if beyond:
        first = min(beyond, key=lambda name: beyond[name])
        raise IncompleteWeights(
            f"its tokenizer has {len(beyond)} tokens beyond the {rows} of the embedding: the first is "
            f"{first!r}, number {beyond[first]}"
        )
