"""The program that shows how answers are read."""

import json
from pathlib import Path

import pytest

from bentxt.evaluation.answer_lines import read_answer_lines

RAW_ANSWERS = Path(__file__).resolve().parents[1] / "golden/raw_answers.jsonl"
OPTIONS = {"a": "Lithuania", "b": "Belgium", "c": "Austria", "d": "Luxembourg"}
SETTINGS = {"run": "mini", "benchmark": {"other_words": True}}


def extract(run_program, folder, text, settings=SETTINGS, check=True):
    (folder / "answers.jsonl").write_text(text, encoding="utf-8")
    return run_program(
        "extract_answers", "--answers", folder / "answers.jsonl", "--out", folder / "out.jsonl",
        "--settings", json.dumps(settings), check=check,
    )  # fmt: skip


def test_each_line_is_repeated_with_what_was_read(run_program, tmp_path):
    lines = [
        {"kind": "binary", "text": "I think no.", "scale": None, "options": None, "id": 7},
        {"kind": "binary", "text": "True"},
        {"kind": "mcq", "text": "Belgium\u2028", "options": OPTIONS},
        {"kind": "boxes", "text": "[10, 20, 55, 80]", "scale": 100},
        {"kind": "boxes", "text": "nowhere", "scale": None},
    ]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines) + "\n"
    done = extract(run_program, tmp_path, text)
    found = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().split("\n") if line]
    assert [{name: line[name] for name in given} for line, given in zip(found, lines, strict=True)] == lines
    assert [(line["extracted"], line["level"]) for line in found] == [
        ("no", "lenient"),
        ("yes", "lenient"),
        ("b", "lenient"),
        ([0.1, 0.2, 0.55, 0.8], "strict"),
        (None, "unparsed"),
    ]
    assert "boxes: 1 strict, 0 lenient, 1 unparsed" in done.stdout


def test_an_array_and_an_answer_of_the_viewer_are_read_as_lines_are(run_program, tmp_path):
    lines = [{"kind": "binary", "text": "No."}, {"kind": "boxes", "text": "[1, 2, 3, 4]", "scale": 10}]
    entries = [{"row": line, "truncated_cells": []} for line in lines]
    for content in (lines, {"rows": entries}):
        extract(run_program, tmp_path, json.dumps(content, indent=1))
        found = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
        assert [line["extracted"] for line in found] == ["no", [0.1, 0.2, 0.3, 0.4]]
    entries[0]["truncated_cells"] = ["text"]
    done = extract(run_program, tmp_path, json.dumps({"rows": entries}), check=False)
    assert "text cut off by the hub's viewer" in done.stderr
    done = extract(run_program, tmp_path, json.dumps({"answers": lines}), check=False)
    assert "begins with an object of answers" in done.stderr
    assert "JSON lines" in done.stderr


def test_other_words_can_be_switched_off(run_program, tmp_path):
    settings = {"run": "mini", "benchmark": {"other_words": False}}
    extract(run_program, tmp_path, '{"kind": "binary", "text": "True"}', settings)
    assert json.loads((tmp_path / "out.jsonl").read_text())["extracted"] is None


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not JSON"),
        ("[1]", "no JSON object"),
        ('{"kind": "box", "text": "x"}', "kind is 'box'; expected one of binary, mcq, boxes"),
        ('{"kind": "binary", "text": null}', "text is None, not a text"),
        ('{"kind": "mcq", "text": "a", "options": {"a": "x"}}', "expected a text for each of a, b, c, d"),
        ('{"kind": "boxes", "text": "a", "scale": 0}', "scale is 0; expected a positive number"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_and_nothing_is_written(run_program, tmp_path, line, message):
    done = extract(run_program, tmp_path, '{"kind": "binary", "text": "yes"}\n' + line, check=False)
    assert done.returncode == 1
    assert message in done.stderr
    assert "line 2" in done.stderr
    assert "remedy:" in done.stderr
    assert not (tmp_path / "out.jsonl").exists()


def test_raw_answers_are_read_as_a_person_reads_them():
    """Texts as models write them, with a person's reading; null is for those without a clear answer."""
    wrong = []
    for line in read_answer_lines(RAW_ANSWERS, other_words=True):
        found = line["extracted"]
        if line["kind"] == "boxes" and found and line["expected"]:
            found = pytest.approx(found, abs=1e-4)
        if found != line["expected"]:
            wrong.append((line["text"], line["expected"], line["extracted"]))
    assert wrong == []
