"""From the plan of a step to the model: passes, laid out, and the images of their patches, read ahead."""

from __future__ import annotations

import logging
from collections.abc import Generator
from dataclasses import dataclass, replace

from bentxt.training.annotation_tokens import AnnotationTokens
from bentxt.training.batch_plan import BatchPlan, Pass
from bentxt.training.feature_store import FeatureStore
from bentxt.training.packing import Packed, answer_segment, pack
from bentxt.training.read_ahead import read_ahead

logger = logging.getLogger(__name__)


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

    def pin_memory(self) -> PreparedPass:
        """Return it in memory that a GPU reads without a copy by the processor."""
        return replace(self, packed=self.packed.pin_memory())


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
    plan: BatchPlan,
    tokens: AnnotationTokens,
    prefix: int,
    begin: int,
    rank: int = 0,
    count: int = 1,
    store: FeatureStore | None = None,
    workers: int = 0,
    prefetch: int = 2,
) -> Generator[tuple[int, list[PreparedPass]], None, None]:
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
        This process, and how many there are: each reads what its own passes need.
    store : bentxt.training.feature_store.FeatureStore, optional
        Asked which images are to be read, and given them; without it none are.
    workers, prefetch : int
        Processes that read and prepare, and passes that each of them is ahead.

    Yields
    ------
    int, list of PreparedPass

    Raises
    ------
    InputError
        If a patch is not in the LMDB, or its blob is damaged.
    """

    def items():
        told = rank > 0
        for step in range(begin, plan.steps):
            passes = plan.share(step, rank, count)
            if not told and count > 1 and (made := len(plan.passes(step))) < count:
                told = True
                logger.warning(
                    "step %d has %d passes for %d processes, so that some wait: lower "
                    "finetuning.tokens_per_pass, or raise finetuning.batch_size",
                    step + 1,
                    made,
                    count,
                )
            if not passes:
                yield step, None, (), True
            for planned in passes:
                patches = [row.patch for row in planned.rows]
                yield step, planned, store.claim(patches) if store else (), planned is passes[-1]

    def prepare(item):
        step, planned, needed, last = item
        if planned is None:
            return step, None, None, last
        prepared = prepare_pass(tokens, prefix, planned)
        return step, prepared, store.read(needed) if store and needed else None, last

    passes: list[PreparedPass] = []
    for step, prepared, inputs, last in read_ahead(items(), prepare, workers, prefetch):
        if prepared:
            passes.append(prepared)
        if store and inputs:
            store.offer(inputs.owned())
        if last:
            yield step, passes
            passes = []
