"""The selected questions of the benchmark split as rows of text (Section 3.3)."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from bentxt.dataset.benchmark_split import Chosen, deal_letters, give_statements
from bentxt.errors import InputError
from bentxt.nomenclature import CLASSES
from bentxt.patches.patch_attributes import PatchAttributes
from bentxt.questions.benchmark_pool import Statement, statements
from bentxt.questions.benchmark_questions import BenchmarkQuestions
from bentxt.randomness import generator
from bentxt.tables.schemas.benchmark_rows_schema import BENCHMARK_ROWS


def benchmark_table(
    seed: int,
    chosen: Sequence[Chosen],
    patches: Mapping[int, PatchAttributes],
    questions: BenchmarkQuestions,
    grid: int,
    captions: pa.Table,
) -> pa.Table:
    """Put the selected questions in words.

    Parameters
    ----------
    seed : int
        The run's seed.
    chosen : sequence of Chosen
        Of :func:`bentxt.dataset.benchmark_split.select_benchmark`.
    patches : dict of int to PatchAttributes
        The selected patches by their position among the eligible ones.
    questions : BenchmarkQuestions
    grid : int
        Bounds of areas are multiples of this share of the patch, %.
    captions : pyarrow.Table
        Question table of type captioning, at least with the rows of the selected patches.

    Returns
    -------
    pyarrow.Table
        Schema ``BENCHMARK_ROWS``.

    Raises
    ------
    InputError
        If a selected patch has no caption.
    """
    draws = [_draw(seed, patches[patch].patch_id, question) for patch, question in chosen]
    said = _statements(chosen, patches, draws, grid)
    letters = _letters(chosen, draws)
    captioned = _captions(captions, {patch.patch_id for patch in patches.values()})
    rows = []
    for number, (place, question) in enumerate(chosen):
        patch = patches[place]
        if question.annotation_type == "captioning":
            if patch.patch_id not in captioned:
                raise InputError(
                    "patch without caption", item=patch.patch_id, remedy="make the captions again"
                )
            text = captioned[patch.patch_id]
        else:
            row = questions.row(patch, question, said.get(number), letters.get(number, "a"))
            text = (row.input, row.output, row.template)
        rows.append((patch.patch_id, *question[:2], *text))
    columns: list[Any] = list(zip(*rows, strict=True)) if rows else [()] * len(BENCHMARK_ROWS)
    return pa.table(dict(zip(BENCHMARK_ROWS.names, map(list, columns), strict=True)), schema=BENCHMARK_ROWS)


def _draw(seed, patch_id, question):
    parts = map(str, (*question[:4], question.number))
    return generator(seed, "benchmark statements and letters", patch_id, *parts).random()


def _statements(chosen, patches, draws, grid):
    """Return what the questions on areas, and those on numbers, say: by the place in ``chosen``."""
    found: dict[int, Statement] = {}
    for category in ("area", "count"):
        own = [number for number, (_, question) in enumerate(chosen) if question[:2] == ("binary", category)]
        choices = [statements(chosen[one].question, patches[chosen[one].patch], grid) for one in own]
        answers = [chosen[one].question.answer for one in own]
        given = give_statements(choices, answers, [draws[one] for one in own])
        found.update(zip(own, given, strict=True))
    return found


def _letters(chosen, draws):
    """Return the letters of the right options, by the place in ``chosen``; each category has its own deal."""
    found: dict[int, str] = {}
    for category in sorted(
        {question.category for _, question in chosen if question.annotation_type == "mcq"}
    ):
        own = [number for number, (_, question) in enumerate(chosen) if question[:2] == ("mcq", category)]
        groups = [_group(chosen[one].question) for one in own]
        found.update(zip(own, deal_letters(groups, [draws[one] for one in own]), strict=True))
    return found


def _group(question):
    return ", ".join([question.value, *(CLASSES[index] for index in question.classes)])


def _captions(captions, patch_ids):
    own = captions.filter(pc.is_in(captions["patch_id"], value_set=pa.array(sorted(patch_ids), pa.string())))
    columns = (own[name].to_pylist() for name in ("patch_id", "input", "output", "template"))
    return {patch_id: text for patch_id, *text in zip(*columns, strict=True)}
