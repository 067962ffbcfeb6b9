"""Lengths and lexical diversity of this run's captions beside those of the released ones (Section 3.2)."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bentxt.errors import InputError
from bentxt.reporting.tables import RUN_REMARKS

#: Numbers of a row, as :func:`bentxt.dataset.text_statistics.summarize` names them.
NUMBERS = {
    "captions": int,
    "words": int,
    "sentences": int,
    "words_per_caption": float,
    "sentences_per_caption": float,
    "distinct_words": int,
    "mtld": float,
}

COLUMNS = ("captions_of", *NUMBERS, "run", "source")

#: The row of the published statistics that is the paper's own.
PAPER = "BigEarthNet.txt"


def read_published_captions(path: Path | str) -> list[dict[str, Any]]:
    """Read what is known of the released captions.

    Returns
    -------
    list of dict
        One per set of captions: ``captions_of`` and ``source`` (str), and :data:`NUMBERS`.

    Raises
    ------
    InputError
        If a column is missing, a number cannot be read, or the paper's own row is not there.
    """
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    try:
        read = [
            {
                "captions_of": row["captions_of"],
                **{name: kind(row[name]) for name, kind in NUMBERS.items()},
                "source": row["source"],
            }
            for row in rows
        ]
    except (KeyError, ValueError) as error:
        raise InputError(f"a column or a number of the caption statistics: {error}", file=path) from error
    if PAPER not in (row["captions_of"] for row in read):
        raise InputError(f"no row {PAPER!r}", file=path)
    return read


def paper_means(published: list[dict[str, Any]]) -> tuple[float, float]:
    """Return the paper's words and sentences per caption."""
    (row,) = (row for row in published if row["captions_of"] == PAPER)
    return row["words_per_caption"], row["sentences_per_caption"]


def caption_statistics_rows(
    captions: Mapping[str, Any],
    templates: Mapping[str, Any] | None,
    published: list[dict[str, Any]],
    run: str,
    source: str,
    backend: str,
) -> list[dict[str, Any]]:
    """Return one row per set of captions.

    Parameters
    ----------
    captions, templates : dict
        From :func:`bentxt.dataset.text_statistics.summarize`: the data set's captions, and the template
        captions that they were made from; None where they were not made here.
    published : list of dict
        From :func:`read_published_captions`.
    run : str
        ``mini`` or ``paper``.
    source : str
        Whose captions they are, from :func:`bentxt.reporting.dataset_origin.origin_in_words`.
    backend : str
        What rewrote them (``augmentation.backend``), empty where they were not made here.

    Returns
    -------
    list of dict
        Columns :data:`COLUMNS`.
    """
    about = f"{source} ({RUN_REMARKS[run]})"
    by = f", rewritten by the {backend} backend where its captions passed the check" if backend else ""
    ours = [("captions of the data set", captions, f"{about}{by}")]
    if templates is not None:
        ours.insert(0, ("template captions", templates, about))
    return [
        *(
            {"captions_of": name, **{key: of[key] for key in NUMBERS}, "run": run, "source": text}
            for name, of, text in ours
        ),
        *({**row, "run": "published"} for row in published),
    ]
