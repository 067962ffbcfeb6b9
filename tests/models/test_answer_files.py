"""Answers that were made elsewhere: read from any of their shapes, or refused with file and line."""

import csv
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.errors import InputError
from bentxt.models.answer_files import adopt, check_known, read_answer_file

ANSWERS = {7: "yes", 12: 'The answer,\nin "two" lines é\u2028', 9: "", 3: "[0.1, 0.2, 0.3, 0.4]"}


def json_lines(path, answers):
    path.write_text(
        "".join(json.dumps({"ID": n, "answer": text, "x": 1}) + "\n" for n, text in answers.items())
    )


def json_array(path, answers):
    path.write_text(json.dumps([{"ID": n, "answer": text} for n, text in answers.items()], indent=1))


def parquet(path, answers):
    pq.write_table(pa.table({"answer": list(answers.values()), "ID": list(answers)}), path)


def pandas_parquet(path, answers):
    columns = {"ID": pa.array(map(float, answers)), "answer": pa.array(answers.values(), pa.large_string())}
    pq.write_table(pa.table(columns), path)


def comma_separated(path, answers):
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["model", "ID", "answer"])
        writer.writerows(["mine", number, text] for number, text in answers.items())


@pytest.mark.parametrize("write", [json_lines, json_array, parquet, pandas_parquet, comma_separated])
def test_the_same_answers_come_out_of_every_shape(tmp_path, write):
    write(tmp_path / "answers", ANSWERS)
    assert read_answer_file(tmp_path / "answers") == ANSWERS


@given(st.dictionaries(st.integers(-(2**63), 2**63 - 1), st.none() | st.text(), min_size=1, max_size=5))
def test_any_text_comes_back_as_it_was(tmp_path_factory, answers):
    folder = tmp_path_factory.mktemp("answers")
    for write in (json_lines, json_array, parquet):
        write(folder / "answers", answers)
        assert read_answer_file(folder / "answers") == answers


def test_an_answer_of_ten_megabytes_is_read_from_csv_too(tmp_path):
    comma_separated(tmp_path / "answers", {1: "x" * 10_000_000})
    assert len(read_answer_file(tmp_path / "answers")[1]) == 10_000_000


def test_half_of_a_surrogate_pair_is_spelled_out(tmp_path):
    (tmp_path / "answers").write_text('{"ID": 1, "answer": "a \\ud83d"}')
    assert read_answer_file(tmp_path / "answers") == {1: "a \\ud83d"}


@pytest.mark.parametrize(
    ("text", "item", "message"),
    [
        (
            '{"ID": 1, "answer": "a"}\n{"ID": 1, "answer": "a"}',
            "line 2",
            "ID 1 is there twice, in line 1 and",
        ),
        ('{"ID": 1, "answer": "a"}\n{"ID": 2, "ans', "line 2", "not JSON"),
        ('{"ID": 1, "answer": "a"}\n"b"', "line 2", "no JSON object"),
        ('{"ID": 1, "answer": "a"}\n{"ID": 2}', "line 2", "columns missing: answer; there are ID"),
        ('{"ID": "1", "answer": "a"}', "line 1", "ID is '1', not a whole number"),
        ('{"ID": true, "answer": "a"}', "line 1", "ID is True"),
        ('{"ID": 1.5, "answer": "a"}', "line 1", "ID is 1.5"),
        ('{"ID": 9223372036854775808, "answer": "a"}', "line 1", "not a whole number"),
        ('[{"ID": 1, "answer": "a"}, {"ID": 2, "answer": false}]', "row 2", "answer is False, not a text"),
        ('{"1": "yes", "2": "no"}', "line 1", "no answers: the file begins with an object of 1, 2"),
        ("{", "line 1", "neither Parquet nor JSON"),
        ("ID,text\n1,a\n", "line 1", "columns missing: answer; there are ID, text"),
        ("ID,answer\n1,a\n1.0,b\n", "line 3", "ID is '1.0', not a whole number"),
        ("ID,answer\n1,a,b\n", "line 2", "more or fewer cells"),
        ("ID,answer\n1\n", "line 2", "more or fewer cells"),
        ('ID,answer\n1,"a\n', "line 2", "not CSV"),
        ("ID,answer\n", None, "holds no answers"),
        ("", None, "holds no answers"),
        ("\x00\x01", "line 1", "columns missing: ID, answer"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path, text, item, message):
    path = tmp_path / "answers"
    path.write_text(text)
    with pytest.raises(InputError) as error:
        read_answer_file(path)
    assert message in error.value.problem
    assert (error.value.file, error.value.item) == (path, item)


def test_other_files_are_refused(tmp_path):
    for path, message in ((tmp_path / "none", "not found"), (tmp_path, "a folder")):
        with pytest.raises(InputError, match=message):
            read_answer_file(path)
    (tmp_path / "latin").write_bytes("ID,answer\n1,é\n".encode("latin-1"))
    with pytest.raises(InputError, match="neither Parquet nor UTF-8"):
        read_answer_file(tmp_path / "latin")
    pq.write_table(pa.table({"ID": [1, None], "answer": ["a", "b"]}), tmp_path / "gap")
    with pytest.raises(InputError, match="column ID lacks a value"):
        read_answer_file(tmp_path / "gap")


def test_ids_that_the_data_set_does_not_have_are_refused_by_number():
    check_known([1, 2], np.array([1, 2, 3]), "a.jsonl")
    with pytest.raises(InputError, match="2 of 3 IDs are not in the data set of this run: 8, 9") as error:
        check_known([1, 8, 9], np.array([1, 2, 3]), "a.jsonl")
    assert (error.value.file, error.value.item) == ("a.jsonl", "ID 8")


def test_ten_megabytes_are_cut_and_counted():
    columns, failures = adopt({1: "yes " * 2_500_000}, [1])
    assert len(columns["answer"][0]) == 99_999
    assert failures == {"cut at the longest answer": 1}


def test_missing_and_empty_answers_are_told_apart_and_counted():
    columns, failures = adopt({1: "yes", 2: None, 4: " \n", 9: "other task"}, [1, 2, 3, 4])
    assert columns["answer"] == ["yes", "", "", ""]
    assert columns["failure"] == [None, "no answer", "no answer", "empty"]
    assert failures == {"empty": 1, "no answer": 2}
