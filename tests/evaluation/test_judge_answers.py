"""Scores are read in a judge's answer as a person reads them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.evaluation.judge_answers import read_score


@pytest.mark.parametrize(
    ("text", "score"),
    [
        # As asked for, with slips of JSON.
        ('{"score": 85, "reason": "Both show forest."}', 0.85),
        ('{"score": "85", "reason": "Both show forest."}', 0.85),
        ('{"score": 85, "reason": "Both show forest.\nThe second adds water."}', 0.85),
        ('{"score": 85, "reason": "Both name {forest}."}', 0.85),
        ("{'score': 85, 'reason': 'alike'}", 0.85),
        ('{"Score": 85, "Reason": "alike"}', 0.85),
        ('{"score": 85.5}', 0.855),
        ('{"result": {"score": 85, "reason": "x"}}', 0.85),
        ('<think>{"score": 10}</think>{"score": 85}', 0.85),
        ('{"score": 10, "reason":"draft"} {"score": 85, "reason":"final"}', 0.85),
        ('```json\n{"score": 40.5, "reason": "x"}\n```', 0.405),
        ('Here: {"reason": "none", "score": 0}', 0),
        ('{"note": 1} {"score": 7}', 0.07),
        ('{"score": 85, "reason": "Both sh', 0.85),
        ('{"score": 85,}', 0.85),
        ("{score: 85}", 0.85),
        ('{"similarity_score": 85}', 0.85),
        ("{'reason': 'the lake's shore', 'score': 85}", 0.85),
        ('{"reason": "the "best" score: 20", "score": 85}', 0.85),
        ('{"reason": "score: 20", "score": 85}', 0.85),
        ('{"score": 85, "reason": "a score: 20 would be low"}', 0.85),
        ("{“score”: 85, “reason”: “x”}", 0.85),
        # In words.
        ("Score: 85", 0.85),
        ("**Score:** 85", 0.85),
        ("Score (0-100) = 85%", 0.85),
        ("The score is 85.", 0.85),
        ("I give a score of 85, since both show lakes.", 0.85),
        ("<score>85</score>", 0.85),
        ("The answer is: 85.", 0.85),
        ("The likelihood is 85 %, and the score is high.", 0.85),
        ('He said "forest". Score: 85 "good"', 0.85),
        ("Score: 20 at first; final score: 85. The score is high.", 0.85),
        ("85/100", 0.85),
        ("On a scale from 0 to 100, I would say 85 out of 100.", 0.85),
        ("Score: 8/10", 0.8),
        ("85", 0.85),
        # None.
        ("", None),
        ('thought\n{"score":', None),
        ('{"score": 8', None),
        ("<think>Score: 85", None),
        ('<think>{"score": 85}</think> I cannot say.', None),
        ('{"score": true}', None),
        ('{"score": null}', None),
        ('{"score": Infinity}', None),
        ('{"score": NaN}', None),
        ('{"score": [85]}', None),
        ('{"score": "high"}', None),
        ('{"score": 185}', None),
        ('{"score": -5}', None),
        ("Score: 80-90", None),
        ("The answer is 1.1.1.1", None),
        ("score: between 80 and 90", None),
        ('{"reason": "no score"}', None),
        ("3 forests and 2 lakes", None),
    ],
)
def test_a_score_is_what_a_person_reads(text, score):
    assert read_score(text) == (score if score is None else pytest.approx(score))


_WORDS = st.text("ab {}[],:'\"\n0159%/.", max_size=30)
_SCORES = st.integers(0, 100) | st.decimals(0, 100, places=1)
_REASONS = st.dictionaries(st.sampled_from(["reason", "Reason", "note", "explanation"]), _WORDS, max_size=2)


@given(
    _SCORES,
    _REASONS,
    _REASONS,
    st.sampled_from(["score", "Score", "SCORE", "clair_score"]),
    st.sampled_from(
        ["{}", "```json\n{}\n```", '<think>{{"score": 3}}</think>\n{}', 'draft {{"score": 3}} {}']
    ),
    st.booleans(),
)
def test_json_with_anything_else_in_it_is_read(score, before, after, key, around, nested):
    value = {**before, key: 12345, **{f"{name} too": text for name, text in after.items()}}
    text = json.dumps({"result": value} if nested else value, ensure_ascii=False).replace("12345", str(score))
    assert read_score(around.format(text)) == pytest.approx(float(score) / 100)


@given(st.text() | st.text("score:=/100\"'{}[] \n.,-5%<think>", max_size=60))
def test_any_text_has_a_score_from_0_to_1_or_none(text):
    score = read_score(text)
    assert score is None or 0 <= score <= 1


@given(
    st.integers(101) | st.integers(max_value=-1), st.sampled_from(['{{"score": {}}}', "Score: {}", "{}/100"])
)
def test_a_number_beyond_the_scale_is_no_score(number, form):
    assert read_score(form.format(number)) is None


@pytest.mark.parametrize("piece", ['"', "'", '{"score": ', "score ", "1", "(", "a'b ", '"a" '])
def test_a_judge_that_repeats_itself_does_not_hold_the_scores_up(piece):
    assert read_score(piece * (4000 // len(piece))) is None
