"""One reader for JSON that other people wrote; the shapes of released rows are in test_released_rows."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.errors import InputError
from bentxt.tables.json_records import encodable, read_json_records


def read(path):
    return list(
        read_json_records(path, lambda value: isinstance(value, dict) and "n" in value, "counts", "?")
    )


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "records.json"
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        return path

    return write


@given(st.lists(st.fixed_dictionaries({"n": st.integers(), "text": st.text()}), min_size=1, max_size=5))
def test_any_records_come_back_from_lines_and_from_an_array(tmp_path_factory, records):
    path = tmp_path_factory.mktemp("records") / "records.json"
    for text in ("\n".join(map(json.dumps, records)), json.dumps(records), json.dumps(records, indent=1)):
        path.write_text(text)
        assert [record.values for record in read(path)] == records


def test_places_are_lines_or_rows(write):
    assert [found.place for found in read(write('\n{"n": 1}\n\n{"n": 2}\n'))] == ["line 2", "line 4"]
    assert [found.place for found in read(write('[{"n": 1},\n {"n": 2}]'))] == ["row 1", "row 2"]


def test_a_later_line_that_is_no_record_is_handed_out_with_its_place(write):
    one, cut, many, broken = read(write('{"n": 1}\n{"n": \n[2]\n{"n": "\udcff"}\n'))
    assert (one.values, one.error) == ({"n": 1}, "")
    assert (cut.place, cut.values) == ("line 2", None)
    assert "Expecting value" in cut.error
    # An array among lines is no record; in its place it is reported, not taken apart.
    assert (many.place, many.values) == ("line 3", [2])
    assert (broken.place, bool(broken.error)) == ("line 4", True)


def test_what_the_viewer_cut_off_is_known(write):
    (found,) = read(write('{"rows": [{"row": {"n": 1, "text": "a"}, "truncated_cells": ["text"]}]}'))
    assert (found.values, found.cut) == ({"n": 1, "text": "a"}, ("text",))


@pytest.mark.parametrize("text", ['{"rows": [{"n": 1}]}', '{"error": "gone"}', "[[1]]", '"n"', "{", "n\n1\n"])
def test_a_file_that_begins_otherwise_is_refused(write, text):
    path = write(text)
    with pytest.raises(InputError) as error:
        read(path)
    assert (error.value.file, error.value.remedy) == (path, "?")


def test_an_empty_file_holds_nothing(write):
    assert read(write("\n \n")) == read(write("[]")) == []


@given(st.text())
def test_whole_texts_are_printable_as_they_are(text):
    assert encodable(text) == text
