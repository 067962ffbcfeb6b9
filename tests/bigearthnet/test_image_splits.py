"""What images of some splits are too little for."""

import pytest

from bentxt.bigearthnet.image_splits import IMAGE_SPLITS, check_image_splits
from bentxt.errors import InputError


@pytest.mark.parametrize(
    ("chosen", "needed", "remedy"),
    [
        ("bench", ["test"], "images.splits: test"),
        ("bench", ["train", "validation"], "images.splits: all"),
        ("test", ["train", "bench"], "images.splits: all"),
    ],
)
def test_too_few_images_are_refused_with_the_way_out(chosen, needed, remedy):
    with pytest.raises(InputError, match=f"fine-tuning needs .*images.splits is {chosen}") as caught:
        check_image_splits(chosen, needed, "fine-tuning")
    assert caught.value.remedy == remedy


@pytest.mark.parametrize("chosen", IMAGE_SPLITS)
def test_enough_images_pass(chosen):
    check_image_splits(chosen, IMAGE_SPLITS[chosen], "it")
    check_image_splits(chosen, [], "it")
