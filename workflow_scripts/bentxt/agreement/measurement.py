"""Released rows, one after the other: read, answered from the maps, counted."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from bentxt.agreement.answers_from_maps import answer_row
from bentxt.agreement.caption_reading import STATEMENTS, answer_caption, read_caption, statements
from bentxt.agreement.complete_patches import CompleteSets
from bentxt.agreement.evidence import Evidence
from bentxt.agreement.question_reading import check_category, read_row
from bentxt.agreement.released_rows import Row, read_rows
from bentxt.agreement.tally import CAPTION_COLUMNS, Tally
from bentxt.captions.caption_facts import Rules
from bentxt.errors import InputError, Unreadable
from bentxt.program.progress_bars import progress
from bentxt.questions.box_targets import BoxSettings
from bentxt.questions.categories import CATEGORY_TABLE
from bentxt.release import TASKS, TYPE_CATEGORIES

_BOXES = TASKS["referring"]
_COMPARED = tuple(key for key in TYPE_CATEGORIES if key[0] == _BOXES)


@dataclass(frozen=True)
class Measure:
    """How released rows are measured.

    Attributes
    ----------
    zones : tuple of str
        Names of the climate legend.
    boxes : bentxt.questions.box_targets.BoxSettings
        Thresholds of points and references.
    min_border : int
        Shortest border that counts as adjacency in questions, pixel edges (10 m).
    rules : bentxt.captions.caption_facts.Rules
        Thresholds of captions.
    stop : bool
        Stop at the first row, map or patch that cannot be used, instead of reporting it.
    """

    zones: tuple[str, ...]
    boxes: BoxSettings
    min_border: int
    rules: Rules
    stop: bool


def measure_agreement(
    annotations: Path | str,
    evidence: Evidence,
    measure: Measure,
    findings: TextIO,
    complete: Collection[str] = (),
) -> tuple[Tally, list[dict[str, str | int]]]:
    """Read and answer all rows of a file.

    Parameters
    ----------
    annotations : str or Path
        Parquet with the release's columns, or JSON lines.
    evidence : bentxt.agreement.evidence.Evidence
    measure : Measure
    findings : file object
        Open for text: takes the list of rows that do not agree, as CSV.
    complete : collection of str
        Patches all of whose rows are given.

    Returns
    -------
    tally : Tally
    statements : list of dict
        What captions state, columns :data:`bentxt.agreement.tally.CAPTION_COLUMNS`.

    Raises
    ------
    InputError
        If a complete patch has no row at all; with ``measure.stop`` at the first defect.
    """
    run = _Run(annotations, evidence, measure, findings, complete)
    with progress(desc="agreement", unit=" rows") as bar:
        for batch in read_rows(annotations):
            known = evidence.of(row.patch_id for row in batch if row.patch_id.strip())
            for row in batch:
                run.take(row, known.get(row.patch_id))
            bar.update(len(batch))
    run.compare_complete()
    return run.tally, run.statements()


class _Run:
    def __init__(self, annotations, evidence, measure, findings, complete):
        self._file, self._evidence, self._measure = annotations, evidence, measure
        self.tally = Tally(findings, TYPE_CATEGORIES, _COMPARED)
        self._complete = CompleteSets(complete, measure.boxes)
        self._unseen = set(complete)
        self._unlisted = set()
        self._statements = {name: dict.fromkeys(CAPTION_COLUMNS[1:], 0) for name in STATEMENTS}

    def take(self, row, known):
        """Count one row; ``known`` is the evidence of its patch, None where it names none."""
        self._unseen.discard(row.patch_id)
        self._count(row, "rows")
        if known and "metadata" in known.defects and row.patch_id not in self._unlisted:
            self._unlisted.add(row.patch_id)
            self._defect(row, "no metadata", known.defects["metadata"])
        try:
            reading = self._read(row)
        except Unreadable as problem:
            self._defect(row, "not parsed", str(problem))
            return
        self._count(row, "parsed")
        if row.type == "captioning":
            self._answer_caption(row, reading, known)
            return
        self._complete.add(row, reading)
        if not self._can_be_answered(row, known):
            return
        answer = answer_row(reading, known.patch, self._measure.min_border)
        self._count(row, "answered")
        if answer.agrees:
            self._count(row, "agreeing")
        else:
            self.tally.report(row, "disagrees", answer.reason, answer.ours)

    def _read(self, row):
        if row.defect:
            raise Unreadable(row.defect)
        check_category(row.type, row.category)
        if row.type == "captioning":
            return read_caption(row.output, self._measure.zones)
        return read_row(row.type, row.category, row.input, row.output, self._measure.zones)

    def _can_be_answered(self, row, known):
        """Tell whether map, metadata or raster are available; a source with a defect is reported."""
        source, there = "map", known.has_map
        category = CATEGORY_TABLE[row.type, row.category]
        if category.place_column is not None:
            there = getattr(known.patch, category.place_column) is not None
            source = "map" if row.category == "climate zone" else row.category
        if not there and source in known.defects:
            self._defect(row, "not answered", known.defects[source])
        return there

    def _answer_caption(self, row, reading, known):
        for name in statements(reading):
            self._statements[name]["captions"] += 1
        if not self._can_be_answered(row, known):
            return
        self._count(row, "answered")
        wrong = []
        for name, found in answer_caption(reading, known.patch, self._measure.rules).items():
            self._statements[name]["answered"] += 1
            self._statements[name]["agreeing"] += not found
            wrong += found
        if wrong:
            self.tally.report(row, "disagrees", "; ".join(wrong))
        else:
            self._count(row, "agreeing")

    def compare_complete(self):
        """Count missing and extra referring rows of the complete patches."""
        if self._unseen:
            raise InputError(
                "this patch is said to be complete but has no row",
                file=self._file,
                item=min(self._unseen),
                remedy="name patches of the annotations after --complete",
            )
        known = self._evidence.of(self._complete.patch_ids)
        for patch_id in self._complete.patch_ids:
            own = known[patch_id]
            if not own.has_map:
                reason = own.defects.get("map", "no reference map: its boxes cannot be compared")
                self._defect(_row_of_ours(patch_id, "", ""), "not answered", reason)
                continue
            missing, extra = self._complete.compare(own.patch)
            for category, text in missing:
                self.tally.count(_BOXES, category, "missing")
                row = _row_of_ours(patch_id, _BOXES, category)
                self.tally.report(row, "missing", "the release lacks this row", text)
            for category, row in extra:
                self.tally.count(_BOXES, category, "extra")
                self.tally.report(row, "extra", "by our rules this row would not be made")

    def statements(self):
        """Return the table of what captions state."""
        return [{"statement": name, **counts} for name, counts in self._statements.items()]

    def _count(self, row, column):
        self.tally.count(row.type, row.category, column)

    def _defect(self, row, finding, reason):
        if self._measure.stop:
            raise InputError(
                f"{finding}: {reason}",
                file=self._file,
                item=f"row {row.number}, ID {row.id or 'unknown'}, patch {row.patch_id or 'unknown'}",
                remedy="mend the row, or set agreement.on_error to report",
            )
        self.tally.report(row, finding, reason)


def _row_of_ours(patch_id, annotation_type, category):
    return Row(0, "", patch_id, annotation_type, category, "", "")
