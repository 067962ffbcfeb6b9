"""The plan of the steps: every annotation once an epoch, mini-batches of one size, whatever the packing."""

from collections import Counter
from functools import cache

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bentxt.training.batch_plan import PASS, BatchPlan
from worlds.pages import PROJECT

PREFIX = 10


def _plan(counts, batch_size, tokens_per_row=60, tokens_per_pass=120, epochs=2, seed=1, patches=None):
    first = np.concatenate([[0], np.cumsum(counts)])
    lengths = 3 + np.arange(first[-1]) % 5
    names = [f"patch {number}" for number in range(len(counts))]
    return BatchPlan(
        names, first, lengths, PREFIX, epochs, batch_size, tokens_per_row, tokens_per_pass, seed, patches
    ), lengths


counts = st.lists(st.integers(1, 9), min_size=1, max_size=8)


@given(counts, st.integers(1, 12), st.integers(12, 80), st.integers(20, 200))
def test_every_annotation_comes_once_an_epoch_in_steps_of_one_size(counts, batch, row, whole):
    plan, lengths = _plan(counts, batch, row, whole)
    owner = np.repeat(np.arange(len(counts)), counts)
    steps_per_epoch = -(-sum(counts) // batch)
    assert plan.steps == 2 * steps_per_epoch
    for epoch in range(2):
        seen = Counter()
        for step in range(epoch * steps_per_epoch, (epoch + 1) * steps_per_epoch):
            passes = plan.passes(step)
            chosen = [number for of in passes for row_ in of.rows for number in row_.annotations]
            assert len(chosen) == plan.size(step)
            assert plan.size(step) == batch or step == (epoch + 1) * steps_per_epoch - 1
            seen.update(chosen)
            for of in passes:
                spans = [PREFIX + sum(lengths[list(row_.annotations)]) for row_ in of.rows]
                assert len(spans) * max(spans) <= whole or len(spans) == 1
                for row_, span in zip(of.rows, spans, strict=True):
                    assert span <= row or len(row_.annotations) == 1
                    assert {owner[number] for number in row_.annotations} == {row_.patch}
        assert seen == Counter(range(sum(counts)))


@given(counts, st.integers(1, 12))
def test_packing_does_not_change_which_annotations_a_step_holds(counts, batch):
    tight, _ = _plan(counts, batch, 12, 12)
    wide, _ = _plan(counts, batch, 1000, 10000)
    for step in range(tight.steps):
        held = [
            sorted(number for of in plan.passes(step) for row in of.rows for number in row.annotations)
            for plan in (tight, wide)
        ]
        assert held[0] == held[1]


def test_seen_counts_annotations_by_hand():
    plan, _ = _plan([2, 3], 2)
    assert [plan.seen(step) for step in range(7)] == [0, 2, 4, 5, 7, 9, 10]
    assert [plan.size(step) for step in range(6)] == [2, 2, 1, 2, 2, 1]


def test_the_order_follows_the_seed_and_differs_by_epoch():
    def order(seed, step):
        plan, _ = _plan([1] * 40, 4, seed=seed)
        return [row.patch for of in plan.passes(step) for row in of.rows]

    assert order(1, 0) == order(1, 0)
    assert order(1, 0) != order(2, 0)
    assert order(1, 0) != order(1, 10), "the first step of the second epoch"


@pytest.mark.parametrize(
    ("task", "annotations", "tokens"),
    [("binary", 8, 27), ("mcq", 7, 49), ("referring", 5, 51), ("captioning", 1, 153)],
)
def test_four_processes_have_work_in_each_step_of_the_papers_run(task, annotations, tokens):
    """Annotations of a patch as released, with the tokens of docs/performance.md, behind 709 others."""
    config = yaml.safe_load((PROJECT / "config/paper.yaml").read_text())["finetuning"]
    draws = np.random.default_rng(1)
    counts = (
        draws.integers(max(1, annotations - 2), annotations + 3, 500) if annotations > 1 else np.ones(500)
    )
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    lengths = draws.integers(tokens * 3 // 4, tokens * 5 // 4, first[-1])
    names = [f"{number:03}" for number in range(500)]
    sizes = (config["tokens_per_row"], config["tokens_per_pass"])
    plan = BatchPlan(names, first, lengths, 709, 1, config["batch_size"][task], *sizes, 1)
    steps = range(plan.steps - 1)
    assert all(plan.share(step, rank, 4) for step in steps for rank in range(4))


@pytest.mark.parametrize(("tokens_per_pass", "passes"), [(1000, 1), (40, 4)])
def test_a_step_takes_as_many_passes_as_it_needs(tokens_per_pass, passes):
    plan, _ = _plan([4] * 4, 16, 60, tokens_per_pass)
    assert len(plan.passes(0)) == passes


def _annotations(plan, step):
    return [number for of in plan.passes(step) for row in of.rows for number in row.annotations]


@given(st.lists(st.integers(1, 9), min_size=2, max_size=8), st.integers(1, 12), st.data())
def test_annotations_of_patches_that_are_left_out_come_never_and_all_at_once_elsewhere(counts, batch, data):
    held = sorted(data.draw(st.sets(st.integers(0, len(counts) - 1), min_size=1, max_size=len(counts) - 1)))
    trained = np.setdiff1d(np.arange(len(counts)), held)
    plan, _ = _plan(counts, batch, patches=trained)
    owner = np.repeat(np.arange(len(counts)), counts)
    steps = [_annotations(plan, step) for step in range(plan.steps)]
    expected = np.flatnonzero(np.isin(owner, trained)).tolist()
    assert sorted(number for of in steps for number in of) == sorted(2 * expected)
    assert [len(of) for of in steps] == [plan.size(step) for step in range(plan.steps)]
    other = plan.at_once(np.array(held))
    assert other.steps == 1
    assert sorted(_annotations(other, 0)) == np.flatnonzero(np.isin(owner, held)).tolist()


def test_a_plan_of_all_patches_is_the_plan():
    whole, _ = _plan([3, 1, 4], 3)
    named, _ = _plan([3, 1, 4], 3, patches=np.arange(3))
    assert [whole.passes(step) for step in range(6)] == [named.passes(step) for step in range(6)]


def _cost(plan, passes):
    return sum(plan.tokens(of)[1] + PASS for of in passes)


@given(counts, st.integers(1, 12), st.integers(20, 80), st.integers(30, 200))
def test_no_other_cut_of_the_sorted_rows_costs_less(counts, batch, row, whole):
    plan, lengths = _plan(counts, batch, row, whole)
    passes = plan.passes(0)
    rows = sorted(
        (PREFIX + int(lengths[list(of.annotations)].sum()) for each in passes for of in each.rows),
        reverse=True,
    )

    @cache
    def least(begin):
        ends = [
            end
            for end in range(begin + 1, len(rows) + 1)
            if end == begin + 1 or (end - begin) * rows[begin] <= whole
        ]
        return min(((end - begin) * rows[begin] + PASS + least(end) for end in ends), default=0)

    assert _cost(plan, passes) == least(0)


@given(counts, st.integers(1, 12), st.integers(1, 5))
def test_processes_share_a_step_in_like_parts(counts, batch, processes):
    plan, _ = _plan(counts, batch)
    whole = plan.passes(0)
    shares = [plan.share(0, rank, processes) for rank in range(processes)]
    assert sorted((of for share in shares for of in share), key=lambda of: of.number) == whole
    loads = [sum(plan.tokens(of)[1] for of in share) for share in shares]
    assert max(loads) - min(loads) <= max(plan.tokens(of)[1] for of in whole)
    assert sum(not share for share in shares) == max(0, processes - len(whole))


def test_the_share_of_padding_by_hand():
    # Rows of 10 + 3 + 4 + 5 and 10 + 6 + 7: 22 and 23 tokens in one pass, so that 1 of 46 is padding.
    plan, lengths = _plan([3, 2], 5)
    assert lengths.tolist() == [3, 4, 5, 6, 7]
    assert [plan.tokens(of) for of in plan.passes(0)] == [(45, 46)]
    assert plan.padding() == pytest.approx(1 / 46)
