"""Floating-point operations of a fine-tuning step by the sizes of the model, and what a whole run would take.

Counted is what has to be done: forward through all parts, backward through the language model's activations
down to the projections, gradients of the trained weights only. Not counted is what is done again (gradient
checkpointing), what is masked, padding, and what is no product of matrices.
"""

from dataclasses import dataclass

from finetuning_models import Sizes

#: Dense bfloat16, no sparsity: operations a second, as NVIDIA states for the SXM boards.
PEAKS = {"H100": 989.4e12, "H200": 989.4e12, "A100": 312e12}
#: Patches of train and validation splits, and what the paper states for its four runs.
PATCHES, PAPER_GPUS, PAPER_DAYS = 347_209, 4, 2
#: Rank of the adapter, and channels of a patch of the encoders.
RANK, SENSOR_BANDS = 8, (10, 2)


@dataclass(frozen=True)
class Work:
    """What goes through the model in a step.

    Attributes
    ----------
    patches : int
        Patches that are encoded.
    tokens : int
        Tokens through the language model, prefixes included.
    pairs : int
        Pairs of a token and one that it sees, itself included.
    answers : int
        Tokens that are predicted.
    rows : int
        Visual prefixes.
    """

    patches: int
    tokens: int
    pairs: int
    answers: int
    rows: int


def seen_pairs(prefix: int, texts: list[int]) -> int:
    """Return how many pairs there are in a row: a prefix, and texts that see it and themselves.

    Examples
    --------
    >>> seen_pairs(2, [1, 2])  # 1 + 2, then 3, then 3 + 4
    13
    """
    return prefix * (prefix + 1) // 2 + sum(text * prefix + text * (text + 1) // 2 for text in texts)


def _layer(width, keys, feed_forward, gated):
    """Return the weights of the matrices of a layer."""
    return width * (2 * width + 2 * keys) + (3 if gated else 2) * width * feed_forward


def _adapter(sizes):
    """Return the weights of a layer's adapter."""
    width, keys, feed_forward = sizes.hidden, 64 * sizes.key_heads, sizes.feed_forward
    pairs = [(width, width)] * 2 + [(width, keys)] * 2 + [(width, feed_forward)] * 3
    return RANK * sum(sum(pair) for pair in pairs)


def encoder_flops(sizes: Sizes, patches: int) -> int:
    """Return the operations of the frozen parts that make features: forward only."""
    cells = (sizes.tile // sizes.tile_patch) ** 2
    tower = _layer(sizes.tower_width, sizes.tower_width, sizes.tower_feed_forward, gated=False)
    found = sizes.tower_layers * (2 * tower * (cells + 1) + 4 * sizes.tower_width * (cells + 1) ** 2)
    found += 2 * cells * 3 * sizes.tile_patch**2 * sizes.tower_width
    found += 2 * sizes.rgb_tokens * (4 * sizes.tower_width * sizes.hidden + sizes.hidden**2)
    own = _layer(sizes.encoder_width, sizes.encoder_width, sizes.encoder_feed_forward, gated=False)
    for bands in SENSOR_BANDS:
        length = sizes.sensor_tokens + 1
        found += sizes.encoder_layers * (2 * own * length + 4 * sizes.encoder_width * length**2)
        found += 2 * sizes.sensor_tokens * bands * sizes.encoder_patch**2 * sizes.encoder_width
    return patches * found


def language_flops(sizes: Sizes, work: Work) -> int:
    """Return the operations of the language model and what is trained: forward and backward."""
    layer = _layer(sizes.hidden, 64 * sizes.key_heads, sizes.feed_forward, gated=True)
    # Frozen: forward, and backward to what goes in. Trained: the gradient of the weights besides.
    found = sizes.layers * (4 * layer + 6 * _adapter(sizes)) * work.tokens
    # Two products forward, four backward.
    found += sizes.layers * 12 * sizes.heads * 64 * work.pairs
    found += 4 * sizes.hidden * sizes.vocabulary * work.answers
    # The encoders are frozen: nothing goes back into them.
    projected = 2 * sizes.sensor_tokens * work.rows
    return found + 4 * sizes.encoder_width * sizes.hidden * projected


def step_flops(sizes: Sizes, work: Work) -> int:
    """Return the operations of a step."""
    return encoder_flops(sizes, work.patches) + language_flops(sizes, work)


def peak_of(device: str) -> float | None:
    """Return the peak of a GPU by its name; None where it is not known."""
    return next((peak for name, peak in PEAKS.items() if name in device), None)


def projected_hours(seconds_per_patch: dict[str, float], gpus: int, epochs: int = 1) -> float:
    """Return the hours of the paper's runs, one a task, if GPUs share the work without loss.

    Parameters
    ----------
    seconds_per_patch : dict of str to float
        On one GPU, by task; a task that a patch has no annotation of counts for its share.
    gpus, epochs : int
    """
    return sum(seconds_per_patch.values()) * PATCHES * epochs / gpus / 3600
