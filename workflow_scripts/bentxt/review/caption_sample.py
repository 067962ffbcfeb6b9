"""Which captions people read: drawn at random, the same for every shard size and order (Section 3.1)."""

from collections.abc import Iterable
from dataclasses import dataclass

from bentxt.errors import InputError
from bentxt.randomness import generator
from bentxt.review.review_files import SAMPLES

#: Which text of a patch is read: the one in the data set, or what the rewriter's last turn gave.
TEXTS = ("caption", "refined")


@dataclass(frozen=True, slots=True)
class ReviewSettings:
    """Which captions are reviewed, from the config's ``review``.

    Attributes
    ----------
    sample : str
        One of ``random`` and ``candidates``.
    text : str
        One of :data:`TEXTS`.
    captions : int or None
        How many are drawn, as far as there are; None: all.
    """

    sample: str
    text: str
    captions: int | None

    def __post_init__(self) -> None:
        for key, value, known in (("sample", self.sample, SAMPLES), ("text", self.text, TEXTS)):
            if value not in known:
                raise InputError(f"{value!r} is not one of {', '.join(known)}", item=f"review.{key}")


def draw_captions(seed: int, patches: Iterable[str], number: int | None) -> list[str]:
    """Draw patches whose captions are read.

    Parameters
    ----------
    seed : int
        The run's seed.
    patches : iterable of str
        In any order.
    number : int, optional
        How many; all where there are fewer, or where it is None.

    Returns
    -------
    list of str
        In drawn order: the first captions of a sample are a smaller sample.

    Examples
    --------
    >>> draw_captions(7, ["a", "b", "c", "d"], 2) == draw_captions(7, ["d", "c", "b", "a"], 3)[:2]
    True
    """
    drawn = sorted((generator(seed, "review", patch).random(), patch) for patch in patches)
    return [patch for _, patch in drawn[:number]]
