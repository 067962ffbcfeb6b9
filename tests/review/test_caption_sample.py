"""Which captions are drawn: the same ones, whatever the order and size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.errors import InputError
from bentxt.review.caption_sample import ReviewSettings, draw_captions

PATCHES = st.lists(st.text("abc_12", min_size=1, max_size=6), unique=True, max_size=30)


@given(PATCHES, st.randoms(use_true_random=False), st.integers(0, 30), st.integers(0, 30))
def test_a_sample_hangs_on_the_patches_alone_and_begins_with_the_smaller_one(patches, random, number, other):
    shuffled = random.sample(patches, len(patches))
    larger, smaller = (
        draw_captions(7, patches, max(number, other)),
        draw_captions(7, shuffled, min(number, other)),
    )
    assert larger[: len(smaller)] == smaller
    assert len(larger) == min(len(patches), max(number, other))
    assert sorted(draw_captions(7, shuffled, None)) == sorted(patches)


def test_each_patch_is_drawn_as_often_as_any_other():
    patches = [f"P{number}" for number in range(40)]
    drawn = [patch for seed in range(300) for patch in draw_captions(seed, patches, 10)]
    counts = [drawn.count(patch) for patch in patches]
    # 75 expected of each, with a standard deviation of 7.5.
    assert min(counts) > 45
    assert max(counts) < 105


def test_an_unknown_sample_or_text_is_refused_with_its_key():
    for given_ones, item in ((("best", "caption"), "review.sample"), (("random", "template"), "review.text")):
        with pytest.raises(InputError) as error:
            ReviewSettings(*given_ones, 10)
        assert error.value.item == item
