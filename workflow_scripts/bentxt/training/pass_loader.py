"""From the plan of a step to what goes through the model: tokens, positions and blocks of its passes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bentxt.training.annotation_tokens import AnnotationTokens
from bentxt.training.batch_plan import BatchPlan, Pass
from bentxt.training.packing import Packed, answer_segment, pack


@dataclass(frozen=True)
class PreparedPass:
    """A pass, ready for the model.

    Attributes
    ----------
    number : int
        Counts the passes of a step.
    patches : list of int
        The patch of each row.
    annotations : list of int
        Numbers of the annotations, in the order of ``packed.annotations``.
    packed : bentxt.training.packing.Packed
    """

    number: int
    patches: list[int]
    annotations: list[int]
    packed: Packed


def prepare_pass(tokens: AnnotationTokens, prefix: int, planned: Pass) -> PreparedPass:
    """Lay out a pass.

    Parameters
    ----------
    tokens : AnnotationTokens
    prefix : int
        Tokens of a visual prefix.
    planned : Pass

    Returns
    -------
    PreparedPass
    """
    segments = [[answer_segment(*tokens.pair(number)) for number in row.annotations] for row in planned.rows]
    return PreparedPass(
        planned.number,
        [row.patch for row in planned.rows],
        [number for row in planned.rows for number in row.annotations],
        pack(prefix, segments),
    )


def load_passes(
    plan: BatchPlan, tokens: AnnotationTokens, prefix: int, begin: int, rank: int = 0, count: int = 1
) -> Iterator[tuple[int, list[PreparedPass]]]:
    """Yield the steps of a run, each with the passes of one process.

    Parameters
    ----------
    plan : BatchPlan
    tokens : AnnotationTokens
    prefix : int
        Tokens of a visual prefix.
    begin : int
        First step.
    rank, count : int
        This process, and how many there are: they take the passes of a step in turn.

    Yields
    ------
    int, list of PreparedPass
    """
    for step in range(begin, plan.steps):
        own = plan.passes(step)[rank::count]
        yield step, [prepare_pass(tokens, prefix, planned) for planned in own]
