"""The rates of the captions by the four criteria, how often each version is used, and how long captions are.

Rates are the check's, never people's, but for those that people give and those that the paper prints of its
own people. Rows have the columns :data:`COLUMNS`; numbers are in %, where the unit does not say otherwise.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from bentxt.dataset.text_statistics import count_captions, mtld
from bentxt.tables.schemas.augmented_captions_schema import CRITERIA, REWRITTEN

COLUMNS = (
    "part",
    "captions_of",
    "group",
    "item",
    "value",
    "low",
    "high",
    "by_criterion",
    "count",
    "captions",
    "unit",
    "run",
    "note",
)
#: Versions whose rates are reported; ``used`` is the caption that goes into the data set.
VERSIONS = (*REWRITTEN, "used")
ALL_FOUR, MEAN = "all four", "mean of the four"
ITEMS = (*CRITERIA, ALL_FOUR, MEAN)
PAPER_CAPTIONS = "the paper's"
PAPER, PEOPLE = "the paper's, by people", "this run's, by people"
#: Groups of damaged and other captions, in the order of a report.
GROUPS = ("undamaged", "harmless", "facts", "omissions", "language", "artifacts")
#: The normal distribution's 97.5 % point: intervals are of 95 %.
_POINT = 1.959963984540054


def share_interval(share: float, count: int) -> tuple[float, float]:
    """Return the Wilson interval (95 %) of a share, or of a mean of values between 0 and 1.

    A value between 0 and 1 varies at most as one that is 0 or 1 with the same mean: for means of several
    judgements of a caption the interval is rather too wide. It has a width where all are right, too.

    Parameters
    ----------
    share : float
        0–1.
    count : int
        Independent captions, 1 or more.

    Examples
    --------
    >>> [round(end, 3) for end in share_interval(1.0, 100)]
    [0.963, 1.0]
    """
    square = _POINT**2 / count
    middle = (share + square / 2) / (1 + square)
    half = _POINT / (1 + square) * np.sqrt(share * (1 - share) / count + square / (4 * count))
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def share_cells(right: float, captions: int) -> dict[str, float | int | None]:
    """Return ``value``, ``low``, ``high`` in % and ``captions`` of a share; empty where there is no caption.

    Parameters
    ----------
    right : float
        Right captions; of a mean over criteria the sum of the captions' means.
    captions : int
    """
    if not captions:
        return {"captions": 0}
    low, high = share_interval(right / captions, captions)
    return {
        "value": 100 * right / captions,
        "low": 100 * low,
        "high": 100 * high,
        "captions": captions,
    }


def _row(part, captions_of, item, run, note="", unit="%", **cells):
    return {
        "part": part,
        "captions_of": captions_of,
        "item": item,
        "unit": unit,
        "run": run,
        "note": note,
    } | cells


def paper_rows(paper: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return the rates that the paper prints of its people's review."""
    captions = int(paper["reviewed_captions"])
    known = {ALL_FOUR: paper["right_captions"], MEAN: paper["mean_correctness"]}
    rows = []
    for item in ITEMS:
        cells = (
            share_cells(known[item] / 100 * captions, captions) if item in known else {"captions": captions}
        )
        note = "the interval is ours, of a share of so many captions" if item in known else "not printed"
        # As printed; the interval alone is computed.
        rows.append(_row("rates", PAPER, item, "published", note, **(cells | {"value": known.get(item)})))
    return rows


def people_rows(reviews: Mapping[str, tuple[int, int]] | None, run: str) -> list[dict[str, Any]]:
    """Return the rates of people's reviews of this run's captions.

    Parameters
    ----------
    reviews : mapping of str to (int, int), or None
        Right and judged captions by criterion, :data:`ALL_FOUR` among them; None where nobody reviewed.
    run : str

    Returns
    -------
    list of dict
        None without reviews. The mean is that of the four criteria, where all are there.
    """
    if not reviews:
        return []
    rows = [
        _row("rates", PEOPLE, item, run, **share_cells(*reviews[item])) for item in ITEMS if item in reviews
    ]
    if all(item in reviews and reviews[item][1] for item in CRITERIA):
        shares = [reviews[item][0] / reviews[item][1] for item in CRITERIA]
        captions = min(reviews[item][1] for item in CRITERIA)
        rows.append(
            _row("rates", PEOPLE, MEAN, run, **share_cells(sum(shares) / len(shares) * captions, captions))
        )
    return rows


def criteria_of(table: pa.Table, version: str) -> np.ndarray:
    """Return the four criteria of a version of the captions, without those that have no such text.

    Parameters
    ----------
    table : pyarrow.Table
        Augmented captions.
    version : str
        Of :data:`VERSIONS`.

    Returns
    -------
    numpy.ndarray
        bool, shape (captions, 4), in the order of ``CRITERIA``.
    """
    prefix = "" if version == "used" else f"{version}_"
    rows = zip(*(table[f"{prefix}{name}"].to_pylist() for name in CRITERIA), strict=True)
    return np.array([row for row in rows if None not in row], bool).reshape(-1, len(CRITERIA))


def rate_rows(table: pa.Table, run: str) -> list[dict[str, Any]]:
    """Return the check's rates of the paraphrased, the refined and the used captions."""
    rows = []
    for version in VERSIONS:
        holds = criteria_of(table, version)
        right = dict(zip(CRITERIA, holds.sum(axis=0).tolist(), strict=True))
        right |= {ALL_FOUR: int(holds.all(axis=1).sum()), MEAN: float(holds.mean(axis=1).sum())}
        missing = len(table) - len(holds)
        note = f"{missing:,} of {len(table):,} patches have no such text" if missing else ""
        rows += [
            _row("rates", version, item, run, note, **share_cells(right[item], len(holds))) for item in ITEMS
        ]
    return rows


def use_rows(table: pa.Table, run: str) -> list[dict[str, Any]]:
    """Return which versions are used, and what speaks against the rewritten ones: no text, or findings."""
    used = Counter(table["used"].to_pylist())
    rows = [
        _row("use", version, "used", run, count=used[version], **share_cells(used[version], len(table)))
        for version in ("refined", "paraphrased", "template")
    ]
    findings = table["findings"].to_pylist()
    for version, missing in zip(REWRITTEN, ("paraphrase_missing", "refinement_missing"), strict=True):
        # A blank text without a reason is one that nothing is known of.
        there = [value is not None for value in table[f"{version}_{CRITERIA[0]}"].to_pylist()]
        reasons = Counter(
            f"no text: {reason or 'not known why'}"
            for reason, given in zip(table[missing].to_pylist(), there, strict=True)
            if not given
        )
        for found in findings:
            reasons.update({f"{f['criterion']}: {f['kind']}" for f in found if f["version"] == version})
        rows += [
            _row("refusals", version, reason, run, count=count, **share_cells(count, len(table)))
            for reason, count in sorted(reasons.items(), key=lambda each: (-each[1], each[0]))
        ]
    return rows


def statistics_rows(
    table: pa.Table, threshold: float, paper: Mapping[str, float], run: str
) -> list[dict[str, Any]]:
    """Return words and sentences of a caption, and MTLD, before and after the augmentation.

    Parameters
    ----------
    table : pyarrow.Table
        Augmented captions; each version's texts are taken in its order, blank ones left out.
    threshold : float
        Of :func:`bentxt.dataset.text_statistics.mtld`.
    paper : mapping of str to float
        From :func:`bentxt.published.caption_claims.read_paper_values`.
    run : str
    """
    rows = [
        _row("lengths", PAPER_CAPTIONS, item, "published", value=paper[name], unit=unit)
        for item, name, unit in (
            ("words", "words_a_caption", "a caption"),
            ("sentences", "sentences_a_caption", "a caption"),
            ("MTLD", "diversity", "words"),
        )
    ]
    columns = {"template": "template", "paraphrased": "paraphrased", "refined": "refined", "used": "caption"}
    counted: list[str] | None = None
    for version, column in columns.items():
        texts = [text for text in table[column].to_pylist() if text.strip()]
        if not texts:
            rows.append(_row("lengths", version, "words", run, "no such text", unit="a caption", captions=0))
            continue
        # The grammar's second answer is its first, and the one in use: half a million texts are counted once.
        if texts != counted:
            counted, counts = texts, count_captions(texts)
        for item, values in (("words", counts.words), ("sentences", counts.sentences)):
            # One caption tells nothing of how much they vary.
            half = _POINT * values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
            ends = {"low": values.mean() - half, "high": values.mean() + half} if len(values) > 1 else {}
            rows.append(
                _row(
                    "lengths",
                    version,
                    item,
                    run,
                    unit="a caption",
                    captions=len(texts),
                    value=float(values.mean()),
                    **{name: float(end) for name, end in ends.items()},
                )
            )
        value = mtld(counts.ids, threshold)
        rows.append(_row("lengths", version, "MTLD", run, unit="words", captions=len(texts), value=value))
    return rows


def damage_rows(damages: pa.Table, run: str) -> list[dict[str, Any]]:
    """Return how the check does on damaged, on harmlessly changed and on undamaged captions.

    Parameters
    ----------
    damages : pyarrow.Table
        Of measure_caption_check.py: ``wording``, ``group``, ``kind``, ``passed``, ``by_criterion``.
    run : str

    Returns
    -------
    list of dict
        ``value`` is the share of damages that are found, and of the other captions the share that is
        accepted; ``by_criterion`` the share of damages for which the criterion fails that they break. The
        intervals of kinds take patches as independent, each of which a kind has once; those of whole groups
        would not be, and are left out.
    """
    # Not every caption has every kind: a new one stands behind the one that it followed.
    order: list[tuple[str, str, str]] = []
    before = None
    columns = ("wording", "group", "kind", "passed", "by_criterion")
    passed: dict[tuple[str, str, str], list[bool]] = {}
    by_criterion: dict[tuple[str, str, str], list[bool]] = {}
    for wording, group, kind, accepted, own in zip(
        *(damages[name].to_pylist() for name in columns), strict=True
    ):
        key = wording, group, kind
        if key not in passed:
            order.insert(order.index(before) + 1 if before in passed else len(order), key)
        before = key
        passed.setdefault(key, []).append(accepted)
        by_criterion.setdefault(key, []).append(own)
    rows: list[dict[str, Any]] = []
    totals: dict[tuple[str, str], list[int]] = {}
    for wording, group, kind in sorted(order, key=lambda key: (key[0], GROUPS.index(key[1]))):
        accepted = passed[wording, group, kind]
        damaged = group not in ("harmless", "undamaged")
        good = len(accepted) - sum(accepted) if damaged else sum(accepted)
        own = sum(by_criterion[wording, group, kind])
        cells = share_cells(good, len(accepted)) | {"count": good}
        if damaged:
            cells["by_criterion"] = 100 * own / len(accepted)
        note = "accepted" if not damaged else "found"
        if (wording, group) == ("model", "undamaged"):
            note = "accepted when the run chose them; whether they are right is not known"
        rows.append(_row("damages", wording, kind, run, note, group=group, **cells))
        total = totals.setdefault((wording, group), [0, 0, 0])
        for at, number in enumerate((good, own, len(accepted))):
            total[at] += number
    for (wording, group), (good, own, count) in totals.items():
        if group == "undamaged":
            continue
        cells = {"value": 100 * good / count, "count": good, "captions": count}
        if group != "harmless":
            cells["by_criterion"] = 100 * own / count
        note = (
            f"{'accepted' if group == 'harmless' else 'found'}, all kinds together; each patch counts often"
        )
        rows.append(_row("groups", wording, group, run, note, group=group, **cells))
    return rows
