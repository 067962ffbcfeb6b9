"""Who judged the captions of the benchmark split, in the words of everything made from it (Section 3.3)."""

from collections.abc import Iterable, Mapping
from typing import Any

#: Key of the note, in the lineage of the benchmark's rows.
CAPTION_REVIEW = "caption_review"


def reviewed_by_people(reviewers: int, captions: int, passed: int) -> dict[str, Any]:
    """Return the note of a split whose captions people judged.

    Parameters
    ----------
    reviewers : int
        How many people.
    captions : int
        Captions of the run that they judged on all four criteria.
    passed : int
        Those of them that met all four.
    """
    return {"by": "people", "reviewers": reviewers, "captions": captions, "passed": passed}


def checked_by_rule() -> dict[str, Any]:
    """Return the note of a split whose captions nobody but the automatic check judged."""
    return {"by": "rule"}


def review_in_words(note: Mapping[str, Any] | None) -> str:
    """Return a note as tables and figures say it.

    Examples
    --------
    >>> review_in_words(reviewed_by_people(2, 3209, 2487))
    'reviewed by people (2 reviewers, 3,209 captions)'
    >>> review_in_words(checked_by_rule())
    'checked by rule, not reviewed by people'
    >>> review_in_words(None)
    'no review is recorded'
    """
    if isinstance(note, Mapping) and note.get("by") == "people":
        who = "1 reviewer" if note["reviewers"] == 1 else f"{note['reviewers']:,} reviewers"
        return f"reviewed by people ({who}, {note['captions']:,} captions)"
    if isinstance(note, Mapping) and note.get("by") == "rule":
        return "checked by rule, not reviewed by people"
    return "no review is recorded"


def review_notes(lineages: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the notes on the review in some lineages, each once.

    Parameters
    ----------
    lineages : iterable of dict
        Program and notes of everything that a file was made from.
    """
    found: list[Mapping[str, Any]] = []
    for lineage in lineages:
        notes = lineage.get("notes") or {}
        for place in (notes, notes.get("benchmark_split") or {}):
            note = place.get(CAPTION_REVIEW)
            if isinstance(note, Mapping) and note not in found:
                found.append(note)
    return found


def review_remarks(lineages: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what a table or figure says of the captions of the split that it is made from.

    Parameters
    ----------
    lineages : iterable of dict
        As for :func:`review_notes`.

    Returns
    -------
    list of str
        Sentences without a full stop, each once; empty for what was not made from a split of this project's.

    Examples
    --------
    >>> review_remarks([{"notes": {"benchmark_split": {"caption_review": {"by": "rule"}}}}])
    ['Captions of the benchmark split: checked by rule, not reviewed by people']
    """
    return [f"Captions of the benchmark split: {review_in_words(note)}" for note in review_notes(lineages)]
