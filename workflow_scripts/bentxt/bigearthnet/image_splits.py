"""Whose images are encoded: the setting ``images.splits``, and what it is too little for."""

from collections.abc import Iterable

from bentxt.errors import InputError

#: The splits of the data set that each value of ``images.splits`` stands for. ``test`` is test and benchmark
#: together, as in the publisher's own loader; ``all`` is every patch.
IMAGE_SPLITS = {
    "all": ("train", "validation", "test", "bench"),
    "test": ("test", "bench"),
    "bench": ("bench",),
}


def check_image_splits(chosen: str, needed: Iterable[str], purpose: str, otherwise: str = "") -> None:
    """Refuse what needs images that are not encoded, before anything runs.

    Parameters
    ----------
    chosen : {"all", "test", "bench"}
        The setting ``images.splits``.
    needed : iterable of str
        Splits whose images are looked at.
    purpose : str
        What looks at them, for the message.
    otherwise : str
        Another way out, for the remedy.

    Raises
    ------
    InputError
        Naming the splits that are missing and the way out.

    Examples
    --------
    >>> check_image_splits("test", ["bench"], "the benchmark")
    >>> check_image_splits("bench", ["train"], "fine-tuning", "leave it out")
    Traceback (most recent call last):
    bentxt.errors.InputError: fine-tuning needs images of the split train; images.splits is bench
      item:   images.splits
      remedy: images.splits: all, or leave it out
    """
    missing = [split for split in needed if split not in IMAGE_SPLITS[chosen]]
    if missing:
        enough = next(name for name in ("test", "all") if set(missing) <= set(IMAGE_SPLITS[name]))
        raise InputError(
            f"{purpose} needs images of the split {' and '.join(missing)}; images.splits is {chosen}",
            item="images.splits",
            remedy=f"images.splits: {enough}" + (f", or {otherwise}" if otherwise else ""),
        )
