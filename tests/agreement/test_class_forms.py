"""The forms of the class names against every mention in the real rows, byte for byte."""

import json

import pytest

from bentxt.agreement.class_mentions import find_classes
from bentxt.agreement.question_reading import split_options
from bentxt.class_wording import load_wording

FILES = ("annotation_rows.jsonl", "quoted_rows.jsonl")
#: The form of a class by type and category; of the two classes of a binary adjacency the first has ``any``.
FORMS = {
    ("binary", "presence"): "lower",
    ("binary", "area"): "plural",
    ("binary", "count"): "plural",
    ("binary", "adjacency"): "other",
    ("mcq", "area"): "plural",
    ("mcq", "count"): "lower",
    ("mcq", "relative pos"): "lower",
    ("bounding box", "reference"): "lower",
}


def expected_mentions(row, wording):
    """Yield start, end and the expected bytes of each class named in a released row."""
    text = row["input"]
    options = len(split_options(text)[0]) if row["type"] == "mcq" else len(text)
    form = FORMS.get((row["type"], row["category"]))
    for number, mention in enumerate(find_classes(text.lower())):
        forms = wording[mention.index]
        if mention.start >= options:
            words = forms.official
        elif number == 0 and form == "other":
            words = forms.any
        else:
            words = getattr(forms, form)
        yield max(0, mention.end - len(words)), mention.end, words


@pytest.mark.parametrize("name", FILES)
def test_every_mention_in_real_rows_has_the_form_of_its_category(real_data, name):
    wording = load_wording()
    rows = [json.loads(line) for line in (real_data / name).read_text(encoding="utf-8").splitlines()]
    found = [
        (row["input"][start:end], words, row["input"])
        for row in rows
        if (row["type"], row["category"]) in {*FORMS, ("mcq", "presence"), ("mcq", "adjacency")}
        for start, end, words in expected_mentions(row, wording)
    ]
    assert len(found) > 50
    assert [case for case in found if case[0] != case[1]] == []
