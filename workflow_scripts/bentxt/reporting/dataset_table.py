"""Table 1: the published comparison of data sets, and a row for the data set of this run."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bentxt.dataset.caption_review import review_in_words
from bentxt.errors import InputError
from bentxt.reporting.dataset_origin import origin_in_words
from bentxt.reporting.tables import Table

_LABELS = {
    "dataset": "Data set",
    "multi_sensor": "Multi-sensor",
    "more_than_3_bands": "More than 3 bands",
    "co_registered": "Co-registered",
    "manual": "Manual",
    "template": "Template",
    "web_scraped": "Web-scraped",
    "llm_based": "LLM-based",
    "manual_qc": "Manual QC",
    "captioning": "Captioning",
    "vqa": "VQA",
    "referring_detection": "Referring detection",
    "geolocation": "Geolocation",
    "image_text_samples": "Image-text samples",
    "note": "Note",
}


def read_published(path: Path | str) -> list[dict[str, str]]:
    """Read the published Table 1.

    Returns
    -------
    list of dict
        One per data set, with the columns of Table 1 as text.

    Raises
    ------
    InputError
        If a column is missing.
    """
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    missing = [name for name in _LABELS if name != "note" and (not rows or name not in rows[0])]
    if missing:
        raise InputError(f"columns missing: {', '.join(missing)}", file=path)
    return rows


def samples_in_words(count: int) -> str:
    """Write a number of samples as Table 1 does.

    Numbers from 100 thousand up to a million have no decimal.

    Examples
    --------
    >>> [samples_in_words(count) for count in (940, 10_500, 157_000, 9_600_000)]
    ['940', '10.5k', '157k', '9.6M']
    """
    if count < 1000:
        return str(count)
    if count < 999_500:
        thousands = f"{count / 1000:.1f}" if count < 99_950 else f"{count / 1000:.0f}"
        return thousands.removesuffix(".0") + "k"
    return f"{count / 1e6:.1f}M"


def samples_as_number(text: str) -> int:
    """Read what :func:`samples_in_words` writes."""
    factor = {"k": 1e3, "M": 1e6}.get(text[-1:], 1)
    return round(float(text.removesuffix("k").removesuffix("M")) * factor)


def datasets_table(
    published: list[dict[str, str]],
    types: Mapping[str, int],
    patches: int,
    run: str,
    backend: str,
    origin: Mapping[str, Any] | None = None,
    review: Mapping[str, Any] | None = None,
) -> Table:
    """Build Table 1.

    Parameters
    ----------
    published : list of dict
        From :func:`read_published`.
    types : dict of str to int
        Annotations of each type in this run's data set.
    patches : int
        Patches in it.
    run : str
        ``mini`` or ``paper``.
    backend : str
        What rewrote the captions (``augmentation.backend``): ``grammar`` is no language model. Empty for a
        data set that was not made here.
    origin : dict, optional
        What is known of a data set that was not made here, from
        :func:`bentxt.reporting.dataset_origin.read_origin`. How it was made is as published for the published
        file, and unknown for another.
    review : dict, optional
        Who judged the captions of the benchmark split, from
        :func:`bentxt.dataset.caption_review.review_notes`.

    Returns
    -------
    Table
    """
    rows = sum(types.values())
    counted = ", ".join(f"{count:,} {name}" for name, count in sorted(types.items()))
    world = {"mini": "an invented world, not comparable with the published rows", "paper": "made by this run"}

    def yes(condition):
        return "yes" if condition else "no"

    ours = {
        "dataset": f"BigEarthNet.txt ({origin_in_words(origin)}, {run})",
        # What follows from the method, whatever the run.
        "multi_sensor": "yes",
        "more_than_3_bands": "yes",
        "co_registered": "yes",
        "manual": "no",
        "template": "yes",
        "web_scraped": "no",
        "llm_based": yes(backend != "grammar"),
        # The automatic check of the captions is no manual one.
        "manual_qc": yes((review or {}).get("by") == "people"),
        "captioning": yes(types.get("captioning")),
        "vqa": yes(types.get("binary") or types.get("mcq")),
        "referring_detection": yes(types.get("bounding box")),
        "geolocation": "yes",
        "image_text_samples": samples_in_words(rows),
        "note": f"{world[run]}: {rows:,} annotations of {patches:,} patches ({counted}); captions by the "
        f"{backend} backend; those of the benchmark split {review_in_words(review)}",
    }
    if origin is not None:
        ours |= _not_ours(published, origin)
        ours["note"] = (
            f"not made here: {rows:,} annotations of {patches:,} patches ({counted}), captions as they are"
        )
    remarks = ["All other rows: as published in the paper."]
    title = "Image-text data sets for Earth observation, the last row being the data set of this run"
    return Table("1", title, run, _LABELS, [*published, ours], remarks)


def _not_ours(published, origin):
    """Return how a data set from elsewhere was made: as published, or not known."""
    method = ("manual", "template", "web_scraped", "llm_based", "manual_qc")
    if origin.get("published"):
        (row,) = [row for row in published if row["dataset"] == "BigEarthNet.txt"]
        return {name: row[name] for name in method}
    return dict.fromkeys(method, "not known")
