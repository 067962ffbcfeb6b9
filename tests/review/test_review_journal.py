"""The journal: nothing is lost, whatever ends the process, and what is torn is named."""

import json
import resource

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bentxt.errors import InputError
from bentxt.review.review_journal import FIELDS, LONGEST_COMMENT, ReviewJournal
from bentxt.tables.schemas.augmented_captions_schema import CRITERIA

DIGEST = "ab" * 32
CHANGES = st.tuples(
    st.sampled_from(["P0", "P1"]), st.sampled_from(FIELDS), st.sampled_from([True, False, None])
)


# The disk decides how long a change takes that is brought to it.
@settings(max_examples=25)
@given(st.lists(CHANGES, max_size=20), st.integers(0, 20))
def test_what_was_added_is_there_after_any_number_of_restarts(tmp_path_factory, changes, cut):
    path = tmp_path_factory.mktemp("journal") / "anna.jsonl"
    expected = {}
    for part in (changes[:cut], changes[cut:]):
        with ReviewJournal(path, "anna") as journal:
            for patch, field, value in part:
                value = "a note" if field == "comment" else value
                journal.add(patch, DIGEST, field, value)
                expected.setdefault(patch, {})[field] = value
    with ReviewJournal(path, "anna") as journal:
        assert not journal.torn
        for patch, fields in expected.items():
            found = journal.review(patch, DIGEST)
            assert found.judgements == tuple(fields.get(name) for name in CRITERIA)
            assert found.comment == fields.get("comment", "")


@settings(max_examples=25)
@given(st.integers(1, 200))
def test_a_line_that_was_cut_off_is_passed_over_by_name_and_stays(tmp_path_factory, kept):
    path = tmp_path_factory.mktemp("journal") / "anna.jsonl"
    with ReviewJournal(path, "anna") as journal:
        journal.add("P0", DIGEST, "complete", True)
        whole = path.stat().st_size
        journal.add("P0", DIGEST, "complete", False)
    torn = path.read_bytes()[: whole + kept]
    path.write_bytes(torn)
    with ReviewJournal(path, "anna") as journal:
        assert journal.torn == ["line 2"]
        assert journal.review("P0", DIGEST).judgements[2] is True
        journal.add("P1", DIGEST, "comment", "after the kill")
    assert path.read_bytes().startswith(torn + b"\n")
    with ReviewJournal(path, "anna") as journal:
        assert journal.torn == ["line 2"]
        assert journal.review("P1", DIGEST).comment == "after the kill"


def test_a_text_that_has_changed_is_another_caption(tmp_path):
    with ReviewJournal(tmp_path / "anna.jsonl", "anna") as journal:
        journal.add("P0", DIGEST, "complete", True)
        assert journal.review("P0", "cd" * 32).judgements == (None,) * 4


def test_one_process_writes_a_journal_at_a_time(tmp_path):
    with ReviewJournal(tmp_path / "anna.jsonl", "anna"):
        with pytest.raises(InputError, match="another review page"):
            ReviewJournal(tmp_path / "anna.jsonl", "anna")
        ReviewJournal(tmp_path / "ben.jsonl", "ben").__exit__()
    ReviewJournal(tmp_path / "anna.jsonl", "anna").__exit__()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("complete", "yes"),
        ("complete", 1),
        ("comment", None),
        ("comment", "x" * (LONGEST_COMMENT + 1)),
        ("time", "1"),
    ],
)
def test_what_is_no_change_is_refused_and_not_written(tmp_path, field, value):
    with (
        ReviewJournal(tmp_path / "anna.jsonl", "anna") as journal,
        pytest.raises(ValueError, match=r"field|comment|judgement"),
    ):
        journal.add("P0", DIGEST, field, value)
    assert not (tmp_path / "anna.jsonl").read_bytes()


@pytest.mark.parametrize(
    "change",
    [{"reviewer": "ben"}, {"field": "beauty"}, {"value": "yes"}, {"sample": "some"}, {"patch_id": None}],
)
def test_a_whole_line_that_is_no_change_of_this_reviewer_is_refused(tmp_path, change):
    path = tmp_path / "anna.jsonl"
    with ReviewJournal(path, "anna") as journal:
        journal.add("P0", DIGEST, "complete", True)
    record = json.loads(path.read_text()) | change
    path.write_text(path.read_text() + json.dumps(record) + "\n")
    with pytest.raises(InputError) as error:
        ReviewJournal(path, "anna")
    assert (error.value.file, error.value.item) == (path, "line 2")


def test_a_full_disk_loses_nothing_that_was_saved(tmp_path):
    path = tmp_path / "anna.jsonl"
    with ReviewJournal(path, "anna") as journal:
        journal.add("P0", DIGEST, "complete", True)
        size = path.stat().st_size
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        # A limit on file sizes stands in for a full disk: writing fails in the same way.
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, limits[1]))
        try:
            with pytest.raises(OSError, match="large"):
                journal.add("P0", DIGEST, "complete", False)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert path.stat().st_size == size
        journal.add("P0", DIGEST, "complete", False)
    with ReviewJournal(path, "anna") as journal:
        assert (journal.torn, journal.review("P0", DIGEST).judgements[2]) == ([], False)
