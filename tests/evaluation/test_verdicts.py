import pytest

from bentxt.evaluation.verdicts import verdict


@pytest.mark.parametrize(
    ("task", "extracted", "score", "expected"),
    [
        ("binary", "no", 0.0, "wrong"),
        ("mcq", "a", 1.0, "right"),
        ("mcq", None, 0.0, "unparsed"),
        ("referring", "[0.0 0.0, 1.0 1.0]", 0.51, "right"),
        ("referring", "[0.0 0.0, 1.0 1.0]", 0.5, "wrong"),
        ("captioning", "A lake.", 1.0, None),
        ("captioning", None, 0.0, "unparsed"),
    ],
)
def test_verdicts(task, extracted, score, expected):
    assert verdict(task, extracted, score) == expected
