"""Which captions of a run are damaged."""

from collections.abc import Iterable

import pyarrow as pa

from bentxt.randomness import generator


def captions_of_models(captions: pa.Table) -> dict[str, str]:
    """Return the captions in use that a language model wrote, by patch.

    The check has accepted all of them: whether they are right, people would have to say.

    Parameters
    ----------
    captions : pyarrow.Table
        ``patch_id``, ``caption``, ``used`` and ``backend`` of the augmented captions.
    """
    columns = (captions[name].to_pylist() for name in ("patch_id", "caption", "used", "backend"))
    return {
        patch: caption
        for patch, caption, used, backend in zip(*columns, strict=True)
        if backend != "grammar" and used != "template"
    }


def drawn(patch_ids: Iterable[str], count: int, seed: int) -> set[str]:
    """Draw some patches; each has a draw of its own, so that the others do not change with one more.

    Parameters
    ----------
    patch_ids : iterable of str
    count : int
        All of them where there are fewer.
    seed : int
        The run's.
    """
    ranked = sorted((generator(seed, "caption_damages", patch).random(), patch) for patch in patch_ids)
    return {patch for _, patch in ranked[:count]}
