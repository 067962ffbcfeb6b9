from dataclasses import replace

import pytest

from bentxt.published.comparability import NOT_STATED, differences
from worlds.run_scores import FINE_TUNED, INVENTED, MADE, PUBLISHED, RELEASED, run_score


def kinds(score, split="bench"):
    return [text.partition(":")[0] for text in differences(score, split).missing]


def test_published_weights_on_the_released_data_can_be_compared():
    found = differences(run_score("Qwen", "mcq", {}), "bench")
    assert found == ((), (NOT_STATED,))


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"run": "mini", "upstream": MADE + INVENTED}, ["world", "data", "review"]),
        # Images of the invented world under the released texts.
        ({"run": "paper", "upstream": RELEASED + INVENTED}, ["world"]),
        ({"run": "mini", "upstream": RELEASED}, ["world"]),
        ({"upstream": MADE}, ["data", "review"]),
        (
            {
                "upstream": [
                    {"program": "adopt_release.py", "notes": {"released": PUBLISHED | {"published": False}}}
                ]
            },
            ["data"],
        ),
        ({"upstream": [{"program": "adopt_release.py"}]}, ["data"]),
        ({"upstream": []}, ["data"]),
        ({"weights": "tiny, random"}, ["weights"]),
        ({"weights": "not stated"}, ["weights"]),
        ({"split": "test"}, ["split"]),
    ],
)
def test_what_stands_in_the_way_follows_from_the_score_file(changed, expected):
    assert kinds(run_score("Qwen", "mcq", {}, **changed)) == expected


def test_what_is_said_of_it():
    score = run_score("IVL", "mcq", {}, run="mini", upstream=MADE + INVENTED, weights="tiny, random")
    assert differences(score, "bench").missing == (
        "world: an invented miniature world instead of BigEarthNet v2.0",
        "data: a data set that was made here instead of the released one",
        "review: captions checked by rule, not reviewed by people; those of the paper's benchmark split were "
        "judged by its authors",
        "weights: tiny, random",
    )
    elsewhere = [
        {"program": "adopt_release.py", "notes": {"released": {"published": False, "sha256": "01234567ab"}}}
    ]
    (data,) = differences(run_score("IVL", "mcq", {}, upstream=elsewhere), "bench").missing
    assert data == "data: file from elsewhere, SHA-256 01234567 instead of the released one"


def test_the_test_split_is_without_the_benchmark_split():
    remaining = differences(run_score("Qwen", "mcq", {}, split="test"), "test").remaining
    assert any("counts the benchmark split into the test split" in text for text in remaining)


def test_fine_tuning_here_is_said_and_does_not_stand_in_the_way():
    found = differences(run_score("RS-InternVL", "mcq", {}, upstream=RELEASED + FINE_TUNED), "bench")
    assert not found.missing
    assert any("fine-tuned here" in text for text in found.remaining)


def test_a_try_cannot_be_compared_and_missing_answers_are_said():
    score = run_score("Qwen", "mcq", {})
    tried = differences(replace(score, prediction={"limit": 20}), "bench")
    assert tried.missing == ("items: a try with the first 20 of them",)
    failed = differences(replace(score, prediction={"limit": None, "failures": {"empty": 3}}), "bench")
    assert failed.missing == ()
    assert f"items without a whole answer: empty 3 of {score.items}" in failed.remaining
