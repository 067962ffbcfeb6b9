import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.evaluation.bootstrap import bootstrap, mean_of
from bentxt.evaluation.corpus_bleu import bleu4
from bentxt.evaluation.paired_bootstrap import (
    FAILS,
    HOLDS,
    OPEN,
    Lead,
    drawn_lead,
    holm,
    paired_difference,
    pooled_margin,
    verdict,
)
from bentxt.randomness import generator

DRAWS = {"resamples": 60, "seed": 11}


def means(values):
    return np.column_stack([values, np.ones(len(values))])


@st.composite
def two_models(draw, least=1):
    """Scores of two models on the same items, and the image of each item."""
    count = draw(st.integers(least, 30))
    scores = st.lists(st.sampled_from([0.0, 0.25, 1.0]), min_size=count, max_size=count)
    images = st.lists(st.sampled_from("abcdefg"), min_size=count, max_size=count)
    return draw(scores), draw(scores), draw(images)


@given(two_models())
def test_turned_round_the_difference_changes_its_sign(world):
    first, second, images = world
    there = paired_difference(means(first), means(second), images, mean_of, **DRAWS)
    back = paired_difference(means(second), means(first), images, mean_of, **DRAWS)
    assert (there.first, there.second) == (back.second, back.first)
    assert there.difference == -back.difference
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-9)
    assert there.p_value == back.p_value
    assert there.share_above + back.share_above <= 100
    assert there.excludes_zero == back.excludes_zero


@given(two_models())
def test_a_model_is_not_ahead_of_itself(world):
    scores, _, images = world
    found = paired_difference(means(scores), means(scores), images, mean_of, **DRAWS)
    assert (found.difference, found.low, found.high, found.share_above) == (0, 0, 0, 0)
    assert found.p_value == 1
    assert not found.excludes_zero


@given(two_models(), st.randoms(use_true_random=False))
def test_the_order_of_the_items_does_not_matter(world, random):
    order = list(range(len(world[0])))
    random.shuffle(order)
    turned = [[values[place] for place in order] for values in world]
    one, other = (
        paired_difference(means(first), means(second), images, mean_of, **DRAWS)
        for first, second, images in (world, turned)
    )
    assert one._asdict() == pytest.approx(other._asdict(), abs=1e-9)


@given(two_models())
def test_the_interval_is_that_of_images_drawn_one_by_one(world):
    first, second, images = world
    found = paired_difference(means(first), means(second), images, mean_of, **DRAWS)
    names = sorted(set(images))
    times = generator(DRAWS["seed"], "bootstrap", len(names)).multinomial(
        len(names), [1 / len(names)] * len(names), DRAWS["resamples"]
    )
    leads = []
    for drawn in times:
        chosen = [
            place
            for name, number in zip(names, drawn, strict=True)
            for place in [place for place, image in enumerate(images) if image == name] * number
        ]
        leads.append(100 * np.mean([first[place] - second[place] for place in chosen]))
    expected = np.percentile(leads, (2.5, 97.5))
    assert (found.low, found.high) == pytest.approx(tuple(expected), abs=1e-9)
    assert found.difference == pytest.approx(100 * (np.mean(first) - np.mean(second)))
    assert (found.items, found.images) == (len(first), len(names))


def test_draws_are_those_of_the_single_scores():
    rng = np.random.default_rng(0)
    scores, images = rng.random(200), rng.integers(0, 40, 200)
    single = bootstrap(means(scores), images, mean_of, **DRAWS)
    found = paired_difference(means(scores), means(np.zeros(200)), images, mean_of, **DRAWS)
    assert (found.difference, found.low, found.high) == pytest.approx((single.value, single.low, single.high))


def test_what_is_hard_about_an_image_falls_out_of_the_difference():
    rng = np.random.default_rng(1)
    images = np.repeat(np.arange(60), 5)
    hard = rng.random(60)[images]
    second = (rng.random(300) > hard).astype(float)
    first = np.maximum(second, rng.random(300) < 0.05)
    found = paired_difference(means(first), means(second), images, mean_of, **DRAWS)
    alone = [bootstrap(means(scores), images, mean_of, **DRAWS) for scores in (first, second)]
    assert found.low > 0
    assert alone[0].low < alone[1].high
    assert found.share_above == 100
    assert found.p_value == pytest.approx(2 / 61)


def test_bleu_is_combined_from_the_counts_of_the_drawn_captions():
    # Of two images one caption each: the second model repeats the references, the first has half of each.
    reference = [4, 3, 2, 1, 4, 3, 2, 1, 4, 4]
    half = [2, 1, 0.5, 0.25, 4, 3, 2, 1, 4, 4]
    found = paired_difference([half, half], [reference, reference], ["a", "b"], bleu4, **DRAWS)
    assert found.second == pytest.approx(100)
    assert found.first == pytest.approx(100 * (0.5 * (1 / 3) * 0.25 * 0.25) ** 0.25)
    assert found.low == pytest.approx(found.difference)


def test_holms_method():
    assert holm([]) == []
    assert holm([0.2]) == [0.2]
    assert holm([0.03, 0.01, 0.04, 0.005]) == pytest.approx([0.06, 0.03, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1, 1]


@given(st.lists(st.floats(0, 1), max_size=8))
def test_adjusted_probabilities_keep_their_order_and_never_fall(p_values):
    adjusted = holm(p_values)
    assert all(1 >= new >= old for new, old in zip(adjusted, p_values, strict=True))
    pairs = sorted(zip(p_values, adjusted, strict=True))
    assert [new for _, new in pairs] == sorted(adjusted)


@given(two_models())
def test_a_drawn_lead_is_what_the_difference_is_made_of(world):
    first, second, images = world
    found = paired_difference(means(first), means(second), images, mean_of, **DRAWS)
    lead = drawn_lead(means(first), means(second), images, mean_of, **DRAWS)
    assert (lead.value, lead.rival, lead.images) == (found.first, found.second, found.images)
    assert lead.margin == found.difference
    assert lead.interval == (found.low, found.high)
    assert lead.draws.shape == (DRAWS["resamples"],)


def test_over_runs_the_margin_is_the_mean_and_both_spreads_widen_its_interval():
    def lead(margin, spread, number):
        draws = margin + spread * generator(number, "a lead").standard_normal(4000)
        return Lead(50 + margin, 50, draws, 60)

    same = [lead(10, 3, number) for number in range(3)]
    margin, (low, high) = pooled_margin(same, resamples=4000, seed=1)
    assert margin == pytest.approx(10)
    # Three runs alike: as wide as the images make it, 1.96 x 3 / sqrt(3).
    assert (low, high) == pytest.approx((10 - 3.39, 10 + 3.39), abs=0.35)
    apart = [lead(margin, 0, 1) for margin in (4, 10, 16)]
    margin, (low, high) = pooled_margin(apart, resamples=4000, seed=1)
    assert margin == pytest.approx(10)
    # Without a spread over images: from one run drawn three times to the other.
    assert (low, high) == pytest.approx((4, 16), abs=0.01)
    both = [lead(margin, 3, number) for number, margin in enumerate((4, 10, 16))]
    assert pooled_margin(both, resamples=4000, seed=1)[1][0] < low + 0.5
    one = pooled_margin(same[:1], resamples=4000, seed=1)[1]
    assert one == pytest.approx(same[0].interval, abs=0.4)


@pytest.mark.parametrize(
    ("leads", "expected"),
    [
        ([(0.1, 2.0), (3.0, 4.0)], HOLDS),
        ([(0.0, 2.0), (3.0, 4.0)], OPEN),
        ([(-3.0, 2.0), (-4.0, -1.0)], FAILS),
        ([(0.0, 0.0)], FAILS),
    ],
)
def test_a_claim_holds_only_if_all_its_leads_do(leads, expected):
    assert verdict(*leads) == expected
