"""Captions in a file of their own, one a line, and what the check finds in them."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bentxt.captions.caption_check import Strictness, check_caption
from bentxt.captions.caption_facts import CaptionFacts
from bentxt.errors import InputError
from bentxt.tables.json_records import JSON_SHAPES, read_json_records
from bentxt.tables.schemas.augmented_captions_schema import CRITERIA

_SHAPES = f"give {JSON_SHAPES}, each with patch_id and caption"
_ONE_A_LINE = "one object a line, with patch_id and caption"


def read_caption_lines(path: Path | str) -> list[tuple[str, dict[str, Any]]]:
    """Read a file of captions.

    Parameters
    ----------
    path : str or Path
        JSON with ``patch_id`` and ``caption``, and whatever else; one a line, blank lines passed over, or in
        another shape of :data:`bentxt.tables.json_records.JSON_SHAPES`.

    Returns
    -------
    list of tuple of (str, dict)
        The place of each, as ``line 3``, and what it holds.

    Raises
    ------
    InputError
        If the file is missing or a line cannot be used; it names the line.
    """
    lines = []
    for record in read_json_records(path, _is_caption, "captions", _SHAPES):
        line, item = record.values, record.place
        if record.error:
            raise InputError(f"not JSON: {record.error}", file=path, item=item, remedy=_ONE_A_LINE)
        if not isinstance(line, dict):
            raise InputError("no JSON object", file=path, item=item, remedy=_ONE_A_LINE)
        if record.cut:
            problem = f"{' and '.join(record.cut)} cut off by the hub's viewer"
            raise InputError(problem, file=path, item=item, remedy="give whole texts")
        for key in ("patch_id", "caption"):
            if not isinstance(line.get(key), str):
                problem = f"{key} is {line[key]!r}, not a text" if key in line else f"{key} is missing"
                raise InputError(problem, file=path, item=item, remedy=_ONE_A_LINE)
        lines.append((item, line))
    return lines


def _is_caption(value):
    return isinstance(value, dict) and ("caption" in value or "patch_id" in value)


def check_caption_lines(
    lines: Iterable[tuple[str, dict[str, Any]]],
    facts: dict[str, CaptionFacts],
    strictness: Strictness,
    path: Path | str,
) -> Iterator[dict[str, Any]]:
    """Check the captions of a file.

    Parameters
    ----------
    lines : iterable of tuple of (str, dict)
        As from :func:`read_caption_lines`.
    facts : dict of str to CaptionFacts
        By patch.
    strictness : Strictness
    path : str or Path
        The file, for messages.

    Yields
    ------
    dict
        The line with ``passed``, the four criteria, and ``findings``: for each objection ``criterion``,
        ``kind``, ``message``, ``start`` and ``stop``.

    Raises
    ------
    InputError
        Naming the line whose patch has no facts.
    """
    for item, line in lines:
        patch = facts.get(line["patch_id"])
        if patch is None:
            raise InputError(
                f"patch {line['patch_id']!r} is not in the tables",
                file=path,
                item=item,
                remedy="give the tables of the run that has the patch, or leave the line out",
            )
        verdict = check_caption(line["caption"], patch, strictness)
        criteria = {name: getattr(verdict, name) for name in CRITERIA}
        yield {
            **line,
            "passed": verdict.passed,
            **criteria,
            "findings": [asdict(finding) for finding in verdict.findings],
        }
