import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bentxt.errors import InputError
from bentxt.evaluation.box_overlap import intersection_over_union
from bentxt.evaluation.constant_answers import best_box, best_caption, best_constant
from bentxt.evaluation.corpus_bleu import bleu4
from bentxt.evaluation.ngram_metrics import bleu4_statistics, bleu4_sums_of_constants

WORDS = st.lists(st.sampled_from(["a", "forest", "borders", "the", "lake", "."]), max_size=14)
EDGES = st.tuples(*[st.integers(0, 99)] * 2).map(sorted)


def mean_overlap(box, truth):
    return intersection_over_union([box] * len(truth), truth).mean()


def test_the_most_frequent_answer_to_questions():
    found = best_constant("mcq", ["b", "a", "b", "c"])
    assert found.answer == "b"
    assert found.statistics["accuracy"].tolist() == [[1, 1], [0, 1], [1, 1], [0, 1]]
    assert best_constant("binary", ["no", "yes"]).answer == "no"


def test_a_box_between_all_others_beats_each_of_them():
    truth = np.array([[0.0, 0.0, 0.5, 1.0], [0.25, 0.0, 1.0, 1.0]])
    box = best_box(truth)
    assert mean_overlap(box, truth) >= max(mean_overlap(other, truth) for other in truth)
    found = best_constant("referring", ["[0.0 0.0, 0.5 1.0]", "[0.25 0.0, 1.0 1.0]"])
    assert found.statistics["miou"][:, 0].mean() == pytest.approx(mean_overlap(box, truth))


def test_the_whole_image_is_among_the_boxes_that_are_tried():
    truth = np.array([[0.0, 0.0, 0.9, 1.0], [0.1, 0.0, 1.0, 1.0], [0.0, 0.1, 1.0, 1.0], [0.0, 0.0, 1.0, 0.9]])
    assert best_box(truth).tolist() == [0, 0, 1, 1]
    outputs = ["[0.0 0.0, 0.9 1.0]", "[0.1 0.0, 1.0 1.0]", "[0.0 0.1, 1.0 1.0]", "[0.0 0.0, 1.0 0.9]"]
    assert best_constant("referring", outputs).answer == "[0 0, 1 1]"


@settings(max_examples=30)
@given(st.lists(st.tuples(EDGES, EDGES), min_size=1, max_size=8))
def test_no_box_of_the_answers_and_no_step_of_an_edge_is_better(pairs):
    truth = np.array([[x[0], y[0], x[1] + 1, y[1] + 1] for x, y in pairs]) / 100
    box = best_box(truth)
    reached = mean_overlap(box, truth)
    for other in [*truth, (0, 0, 1, 1)]:
        assert mean_overlap(other, truth) <= reached + 1e-9
    for edge in range(4):
        for step in (-0.01, 0.01):
            moved = box.copy()
            moved[edge] = np.clip(moved[edge] + step, 0, 1)
            if moved[0] < moved[2] and moved[1] < moved[3]:
                assert mean_overlap(moved, truth) <= reached + 1e-6


def test_the_caption_that_has_most_in_common_with_all():
    """Of 4-grams the first caption shares 8 of 12 with all, the second 10 of 20, the last 9 of 20."""
    captions = [
        "a lake lies in the forest .",
        "a lake lies in the forest in summer .",
        "pastures cover everything here .",
        "a lake lies in the pastures in summer .",
    ]
    found = best_constant("captioning", captions)
    assert found.answer == captions[0]
    assert {name: values.shape for name, values in found.statistics.items()} == {
        "bleu4": (4, 10),
        "meteor": (4, 2),
        "cider": (4, 2),
    }
    # It is right where it is the reference.
    assert bleu4(found.statistics["bleu4"][0]) == pytest.approx(1)


def test_a_further_caption_is_tried_and_may_be_better_than_all_of_the_items():
    """Each reference has one word of its own in another place; the further caption has none of these."""
    words = ["one", "lake", "and", "two", "fields", "lie", "near", "a", "small", "forest"]
    references = [
        " ".join([*words[:place], f"word{place}", *words[place + 1 :]]) for place in range(len(words))
    ]
    found = best_constant("captioning", references, ["roads", " ".join(words)])
    assert found.answer == " ".join(words)
    assert len(found.statistics["bleu4"]) == len(references)
    assert best_constant("captioning", references, ["roads"]).answer in references


@settings(max_examples=40)
@given(st.lists(WORDS, min_size=1, max_size=6))
def test_counts_of_each_caption_as_the_candidate_for_all_are_those_of_its_pairs(captions):
    references = captions[: 1 + len(captions) // 2]
    expected = [bleu4_statistics([own] * len(references), references).sum(axis=0) for own in captions]
    assert bleu4_sums_of_constants(captions, references).tolist() == np.array(expected).tolist()
    assert best_caption(captions, references) == bleu4(np.array(expected)).argmax()


@pytest.mark.parametrize(
    ("task", "output", "problem"), [("binary", "perhaps", "neither yes/no"), ("referring", "there", "no box")]
)
def test_an_answer_of_the_data_set_that_is_none(task, output, problem):
    with pytest.raises(InputError, match=problem):
        best_constant(task, [output])
