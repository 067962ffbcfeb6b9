"""What RS-InternVL sees and what of it is trained: any order, known names, and something to train."""

import pytest

from bentxt.errors import InputError
from bentxt.models.modalities import PAPER, Make


def test_the_papers_choice_is_all_modalities_with_projections_and_adapter():
    assert Make.of(["rgb", "s2", "s1"], ["projections", "adapter"]) == PAPER


def test_names_come_in_any_order():
    assert Make.of(["s1", "rgb"], ["encoders", "adapter"]) == Make(("rgb", "s1"), ("adapter", "encoders"))


@pytest.mark.parametrize(
    ("modalities", "trained", "message"),
    [
        ([], ["adapter"], "no modality is named"),
        (["rgb", "radar"], ["adapter"], "unknown: radar"),
        (["rgb"], ["head"], "unknown: head"),
        (["rgb", "s2"], [], "nothing would be trained: no part"),
        (["rgb"], ["projections"], "nothing would be trained: projections with the modalities rgb"),
        (["rgb"], ["encoders"], "nothing would be trained"),
        (["s2", "s1"], ["rgb_projector"], "nothing would be trained"),
    ],
)
def test_a_make_that_cannot_be_is_refused(modalities, trained, message):
    with pytest.raises(InputError, match=message):
        Make.of(modalities, trained)


@pytest.mark.parametrize(
    ("modalities", "trained"),
    [(["rgb"], ["projections", "adapter"]), (["rgb"], ["rgb_projector"]), (["s1"], ["encoders"])],
)
def test_a_part_that_the_modalities_leave_out_is_no_fault_beside_others(modalities, trained):
    assert Make.of(modalities, trained).trained == tuple(trained)
