import tracemalloc

import numpy as np
import pytest

from bentxt.evaluation import bootstrap as module
from bentxt.evaluation.bootstrap import bootstrap, bootstrap_all, mean_of
from bentxt.randomness import generator


def _pairs(values):
    return np.column_stack([values, np.ones(len(values))])


def test_value_is_the_mean_over_items_in_percent():
    estimate = bootstrap(_pairs([1, 0, 1, 1]), ["a", "a", "b", "c"], mean_of, resamples=200, seed=1)
    assert estimate.value == 75
    assert estimate.items == 4
    assert estimate.low <= 75 <= estimate.high


def test_the_same_seed_gives_the_same_interval_in_any_order_of_items():
    rng = np.random.default_rng(0)
    values, images = rng.integers(0, 2, 300), rng.integers(0, 60, 300).astype(str)
    order = rng.permutation(300)
    first = bootstrap(_pairs(values), images, mean_of, resamples=300, seed=7)
    again = bootstrap(_pairs(values[order]), images[order], mean_of, resamples=300, seed=7)
    assert first == again
    assert bootstrap(_pairs(values), images, mean_of, resamples=300, seed=8) != first


def test_items_of_one_image_stand_or_fall_together():
    rng = np.random.default_rng(1)
    per_image = rng.integers(0, 2, 50)
    values = np.repeat(per_image, 20)
    by_image = bootstrap(_pairs(values), np.repeat(np.arange(50), 20), mean_of, resamples=500, seed=1)
    by_item = bootstrap(_pairs(values), np.arange(1000), mean_of, resamples=500, seed=1)
    assert by_image.value == by_item.value
    assert by_image.high - by_image.low > 3 * (by_item.high - by_item.low)


def test_width_is_that_of_the_normal_approximation():
    rng = np.random.default_rng(2)
    values = rng.random(400) < 0.3
    estimate = bootstrap(_pairs(values), np.arange(400), mean_of, resamples=2000, seed=1)
    expected = 2 * 1.96 * 100 * np.sqrt(values.mean() * (1 - values.mean()) / 400)
    assert estimate.high - estimate.low == pytest.approx(expected, rel=0.1)


def test_one_image_has_an_interval_of_no_width():
    estimate = bootstrap(_pairs([1, 0]), ["a", "a"], mean_of, resamples=50, seed=1)
    assert estimate == (50, 50, 50, 2)


def test_metrics_of_the_same_items_are_what_each_is_alone():
    rng = np.random.default_rng(3)
    images = rng.integers(0, 80, 500).astype(str)
    measures = [(_pairs(rng.random(500)), mean_of), (_pairs(rng.random(500) < 0.4), mean_of)]
    alone = [bootstrap(statistics, images, mean_of, resamples=200, seed=4) for statistics, _ in measures]
    assert bootstrap_all(measures, images, resamples=200, seed=4) == alone


def test_the_interval_is_that_of_all_draws_at_once(monkeypatch):
    rng = np.random.default_rng(5)
    images, values = rng.integers(0, 90, 700).astype(str), rng.random(700) < 0.3
    names, index = np.unique(images, return_inverse=True)
    right, items = np.bincount(index, values), np.bincount(index)
    share = np.full(len(names), 1 / len(names))
    times = generator(6, "bootstrap", len(names)).multinomial(len(names), share, 300)
    expected = np.percentile(100 * (times @ right) / (times @ items), (2.5, 97.5))
    at_once = bootstrap(_pairs(values), images, mean_of, resamples=300, seed=6)
    assert (at_once.low, at_once.high) == pytest.approx(tuple(expected), rel=1e-14)
    # A test split has more images than can be held for all draws.
    monkeypatch.setattr(module, "_HELD", 7 * len(names))
    assert bootstrap(_pairs(values), images, mean_of, resamples=300, seed=6) == at_once


def test_memory_does_not_grow_with_images_and_draws():
    images = np.arange(20_000)
    tracemalloc.start()
    try:
        bootstrap(_pairs(images % 2), images, mean_of, resamples=2_000, seed=1)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # All draws at once are 320 MB as they are drawn, and as much again as factors.
    assert peak < 300e6
