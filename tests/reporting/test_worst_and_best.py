"""Which answers of a model are shown as its worst and best."""

from hypothesis import given
from hypothesis import strategies as st

from bentxt.reporting.worst_and_best import worst_and_best


def choose(scores, count=2, seed=1, categories=None, patches=None):
    places = range(len(scores))
    return worst_and_best(
        [100 + place for place in places],
        patches or [f"P{place}" for place in places],
        categories or ["area"] * len(scores),
        scores,
        count,
        seed,
    )


def test_by_score_worst_first_and_best_first():
    assert choose([0.5, 0.1, 0.9, 0.0, 0.7], count=2) == ([3, 1], [2, 4])


@given(st.lists(st.sampled_from([0.0, 0.25, 1.0, None]), max_size=12), st.integers(1, 5), st.integers(0, 3))
def test_none_is_both_and_none_of_the_best_is_among_the_lowest(scores, count, seed):
    worst, best = choose(scores, count, seed)
    known = [score for score in scores if score is not None]
    assert not set(worst) & set(best)
    assert max(len(worst), len(best)) <= count
    assert all(scores[place] is not None for place in worst + best)
    if known and min(known) < max(known):
        assert all(scores[place] > min(known) for place in best)
        assert all(scores[place] < max(known) for place in worst)
        assert worst
        assert best


def test_right_and_wrong_of_a_question():
    worst, best = choose([1.0, 0.0, 1.0, 0.0, 1.0], count=9)
    assert (sorted(worst), sorted(best)) == ([1, 3], [0, 2, 4])


def test_all_alike_are_the_best_or_the_worst():
    worst, best = choose([1.0, 1.0])
    assert (worst, sorted(best)) == ([], [0, 1])
    worst, best = choose([0.0, 0.0])
    assert (sorted(worst), best) == ([0, 1], [])
    assert choose([None, None]) == ([], [])


def test_categories_and_patches_take_turns_among_equal_ones():
    categories = ["area"] * 6 + ["count", "presence"]
    worst, _ = choose([0.0] * 8, count=3, categories=categories)
    assert sorted(categories[place] for place in worst) == ["area", "count", "presence"]
    patches = ["P"] * 6 + ["Q", "R"]
    worst, _ = choose([0.0] * 8, count=3, patches=patches)
    assert sorted(patches[place] for place in worst) == ["P", "Q", "R"]


def test_the_draw_is_the_seed_s_and_an_item_s_own():
    chosen = {tuple(choose([0.0] * 40, count=4, seed=seed)[0]) for seed in range(6)}
    assert len(chosen) > 3
    first = choose([0.0] * 40, count=4, seed=1)
    assert first == choose([0.0] * 40, count=4, seed=1)
