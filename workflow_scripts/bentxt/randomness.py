"""Random draws that depend on the item alone, never on shard, order, worker or platform."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def pick(choices: Sequence[T], draw: float) -> T:
    """Return the element of a sequence that a draw from [0, 1) falls on.

    Examples
    --------
    >>> pick("abcd", 0.25)
    'b'
    """
    return choices[int(draw * len(choices))]


def pick_or_none(choices: Sequence[T], draw: float) -> T | None:
    """Return the element that a draw from [0, 1) falls on; None for an empty sequence."""
    return pick(choices, draw) if choices else None


def pick_weighted(choices: Sequence[T], weights: Sequence[float], draw: float) -> T:
    """Return an element by weight: each gets its share of [0, 1), in the order of the sequence.

    Parameters
    ----------
    choices : sequence
        One element or more.
    weights : sequence of float
        Above 0, one for each element.
    draw : float
        From [0, 1).

    Examples
    --------
    >>> pick_weighted("ab", [3, 1], 0.74), pick_weighted("ab", [3, 1], 0.76)
    ('a', 'b')
    """
    rest = draw * sum(weights)
    for choice, weight in zip(choices, weights, strict=True):
        rest -= weight
        if rest < 0:
            return choice
    # Rounding may leave a draw next to 1 without an element.
    return choices[-1]


def pick_several(choices: Iterable[T], draws: Iterable[float]) -> list[T]:
    """Return as many different elements as there are draws from [0, 1), in drawn order.

    Raises
    ------
    IndexError
        If there are fewer choices than draws.

    Examples
    --------
    >>> pick_several("abcd", [0.0, 0.0, 0.9])
    ['a', 'd', 'b']
    """
    pool = list(choices)
    chosen = []
    for draw in draws:
        index = int(draw * len(pool))
        chosen.append(pool[index])
        pool[index] = pool[-1]
        pool.pop()
    return chosen


def generator(seed: int, *parts: str | int) -> np.random.Generator:
    """Make the generator of one item of one stage.

    Parameters
    ----------
    seed : int
        The run's seed (``seed`` in the config).
    *parts : str or int
        What identifies the draw, as a rule the stage and the patch: ``generator(seed, "binary", patch_id)``.

    Returns
    -------
    numpy.random.Generator
        PCG64, seeded by a hash of all arguments; the same on every platform.

    Examples
    --------
    >>> generator(7, "binary", "patch 1").integers(100, size=3).tolist()
    [18, 34, 76]
    """
    text = "\x1f".join([str(seed), *map(str, parts)])
    digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
    # Four words seed as the integer of these bytes does, and numpy need not take it apart.
    return np.random.Generator(np.random.PCG64(np.frombuffer(digest, "<u4")))
