"""The check of the captions as a page: its rates, and texts with the places that it objects to marked.

One file that fetches nothing and runs no script; captions, whoever wrote them, are text in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pyarrow as pa

from bentxt.reporting.caption_check_figure import GROUP_TITLES, criterion_name
from bentxt.reporting.caption_rates import ITEMS, PAPER, PAPER_CAPTIONS, PEOPLE, VERSIONS
from bentxt.reporting.html_pages import shortened, visible
from bentxt.reporting.tables import RUN_REMARKS
from bentxt.resources import RESOURCES
from bentxt.tables.schemas.augmented_captions_schema import REWRITTEN

PAGE = RESOURCES / "pages/caption_check.html"
#: Longest caption shown, characters: a model may repeat itself without end.
LONGEST = 4000
#: Captions with the most findings that are shown, and missed damages or refused changes of a kind.
WORST, MISSED = 12, 2
#: Kinds of findings of a version, the most frequent ones first.
REASONS = 12


def marked_parts(text: str, findings: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Cut a text where findings begin and end.

    Parameters
    ----------
    text : str
    findings : iterable of mapping
        ``criterion``, ``message``, ``start`` and ``stop``; those without a place, or with one beyond the
        text, mark nothing.

    Returns
    -------
    list of dict
        ``text``, ``criterion`` and ``title`` of each part in order; the latter two are empty where nothing is
        objected to. Of findings that overlap all messages are in the title, and the first one's criterion
        counts.

    Examples
    --------
    >>> finding = {"criterion": "complete", "message": "m", "start": 2, "stop": 4}
    >>> [part["text"] for part in marked_parts("abcdef", [finding])]
    ['ab', 'cd', 'ef']
    """
    placed = [
        finding
        for finding in findings
        if finding["start"] is not None
        and finding["stop"] is not None
        and 0 <= finding["start"] < finding["stop"] <= len(text)
    ]
    ends = sorted({0, len(text), *(each[end] for each in placed for end in ("start", "stop"))})
    parts = []
    for start, stop in pairwise(ends):
        over = [each for each in placed if each["start"] <= start and stop <= each["stop"]]
        parts.append(
            {
                "text": visible(text[start:stop]),
                "criterion": over[0]["criterion"] if over else "",
                "title": visible("; ".join(dict.fromkeys(each["message"] for each in over))),
            }
        )
    return parts


def worst_captions(table: pa.Table, count: int = WORST) -> list[dict[str, Any]]:
    """Return the rewritten captions with the most findings, one of a patch, ties by patch.

    Parameters
    ----------
    table : pyarrow.Table
        Augmented captions.
    count : int

    Returns
    -------
    list of dict
        ``patch_id``, ``version``, ``used``, ``text``, ``findings``.
    """
    columns = ("patch_id", "used", "findings", *REWRITTEN)
    found: list[tuple[int, str, str, int]] = []
    rows = {name: table[name].to_pylist() for name in columns}
    for place, (patch, findings) in enumerate(zip(rows["patch_id"], rows["findings"], strict=True)):
        numbers = {name: sum(each["version"] == name for each in findings) for name in REWRITTEN}
        # Of equal ones the later, which the run would have used.
        version = max(REWRITTEN, key=lambda name: (numbers[name], REWRITTEN.index(name)))
        if numbers[version]:
            found.append((-numbers[version], patch, version, place))
    return [
        {
            "patch_id": patch,
            "version": version,
            "used": rows["used"][place],
            "text": rows[version][place],
            "findings": [each for each in rows["findings"][place] if each["version"] == version],
        }
        for _, patch, version, place in sorted(found)[:count]
    ]


def not_as_expected(damages: pa.Table, count: int = MISSED) -> list[dict[str, Any]]:
    """Return damages that the check missed, and other captions that it refused, a few of each kind.

    Parameters
    ----------
    damages : pyarrow.Table
        Of measure_caption_check.py.
    count : int
        Of a wording and kind, in patch order.
    """
    shown: dict[tuple[str, str], int] = {}
    rows = []
    for row in damages.to_pylist():
        damaged = row["group"] not in ("harmless", "undamaged")
        key = (row["wording"], row["kind"])
        if row["passed"] == damaged and shown.get(key, 0) < count:
            shown[key] = shown.get(key, 0) + 1
            rows.append(row)
    order = list(GROUP_TITLES)
    return sorted(
        rows, key=lambda row: (order.index(row["group"]), row["kind"], row["wording"], row["patch_id"])
    )


def page_content(
    rows: Sequence[Mapping[str, Any]],
    table: pa.Table,
    damages: pa.Table,
    backend: str,
    run: str,
) -> dict[str, Any]:
    """Return what the page says, as its template takes it.

    Parameters
    ----------
    rows : sequence of mapping
        Of :mod:`bentxt.reporting.caption_rates`.
    table, damages : pyarrow.Table
        Augmented captions; what measure_caption_check.py wrote.
    backend : str
        Who wrote the captions, in words.
    run : str
        ``mini`` or ``paper``.
    """
    people = any(row["captions_of"] == PEOPLE for row in rows)
    wordings = [name for name in ("grammar", "model") if any(row["captions_of"] == name for row in rows)]
    return {
        "title": "The check of the captions",
        "subtitle": f"{len(table):,} captions, {backend} · {RUN_REMARKS[run]}",
        "alarms": _alarms(people, run),
        "versions": [
            name for name in (PAPER, PEOPLE, *VERSIONS) if any(r["captions_of"] == name for r in rows)
        ],
        "rates": [
            {
                "item": criterion_name(item),
                "cells": [
                    _cell(rows, "rates", name, item)
                    for name in (PAPER, PEOPLE, *VERSIONS)
                    if any(row["captions_of"] == name for row in rows)
                ],
            }
            for item in ITEMS
        ],
        "use": [
            _cell(rows, "use", name, "used") | {"version": name}
            for name in ("refined", "paraphrased", "template")
        ],
        "refusals": [_refusals(rows, version) for version in REWRITTEN],
        "lengths": [
            {
                "version": name,
                "cells": [_cell(rows, "lengths", name, item) for item in ("words", "sentences", "MTLD")],
            }
            for name in (PAPER_CAPTIONS, "template", *VERSIONS)
        ],
        "wordings": [{"grammar": "the grammar's", "model": "a model's"}[name] for name in wordings],
        "has_model": "model" in wordings,
        "groups": [
            {
                "title": title,
                "damage": group not in ("harmless", "undamaged"),
                "kinds": [
                    {"kind": kind, "cells": [_cell(rows, "damages", name, kind) for name in wordings]}
                    for kind in dict.fromkeys(
                        row["item"] for row in rows if row["part"] == "damages" and row["group"] == group
                    )
                ],
            }
            for group, title in GROUP_TITLES.items()
            if any(row.get("group") == group for row in rows)
        ],
        "worst": [_worst(each) for each in worst_captions(table)],
        "unexpected": [
            {
                "title": f"{GROUP_TITLES[row['group']].split(',')[0]}: {row['kind']}",
                "wording": row["wording"],
                "patch": visible(row["patch_id"]),
                "text": shortened(row["caption"], LONGEST),
                "findings": shortened(row["findings"], LONGEST),
            }
            for row in not_as_expected(damages)
        ],
    }


def _alarms(people, run):
    if run == "mini":
        yield "The embedded run: an invented world. Nothing here can be compared with the paper."
    yield (
        "The rates of this run are those of an automatic check, not of people, and the paper's are of "
        "people: they answer different questions."
    )
    if not people:
        yield "No caption of this run was judged by people."


def _cell(rows, part, captions_of, item):
    found = next(
        (row for row in rows if (row["part"], row["captions_of"], row["item"]) == (part, captions_of, item)),
        None,
    )
    if found is None or found.get("value") is None:
        return {
            "value": "–",
            "interval": found["note"] if found else "",
            "by": "",
            "captions": "",
            "low": False,
        }
    interval = f"{found['low']:.2f}–{found['high']:.2f}" if found.get("low") is not None else ""
    by = found.get("by_criterion")
    return {
        "value": f"{found['value']:.2f}",
        "interval": interval,
        "by": "" if by is None else f"{by:.2f}",
        "captions": f"{found['captions']:,}" if found.get("captions") else "",
        # So that the eye finds them.
        "low": part == "damages" and found["value"] < 95,
    }


def _refusals(rows, version):
    own = [row for row in rows if (row["part"], row["captions_of"]) == ("refusals", version)]
    return {
        "version": version,
        "reasons": [
            {"reason": _reason(row["item"]), "count": f"{row['count']:,}", "share": f"{row['value']:.2f}"}
            for row in own[:REASONS]
        ],
        "further": len(own[REASONS:]),
    }


def _reason(item):
    criterion, colon, kind = item.partition(": ")
    return f"{criterion_name(criterion)}: {visible(kind)}" if colon else visible(item)


def _worst(each):
    text = each["text"]
    findings = [finding for finding in each["findings"] if (finding["stop"] or 0) <= LONGEST]
    return {
        "patch": visible(each["patch_id"]),
        "version": each["version"],
        "used": each["used"],
        "parts": marked_parts(text[:LONGEST], findings),
        "cut": f"… (cut here: {len(text):,} characters in all)" if len(text) > LONGEST else "",
        "findings": [
            {
                "criterion": finding["criterion"],
                "name": criterion_name(finding["criterion"]),
                "message": shortened(finding["message"], 300),
                "placed": finding["start"] is not None,
            }
            for finding in each["findings"]
        ],
    }
