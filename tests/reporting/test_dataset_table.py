import pytest

from bentxt.dataset.caption_review import checked_by_rule, reviewed_by_people
from bentxt.errors import InputError
from bentxt.reporting.dataset_table import datasets_table, read_published, samples_as_number, samples_in_words
from worlds.score_sets import PAPER


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (940, "940"),
        (3000, "3k"),
        (10_500, "10.5k"),
        (157_000, "157k"),
        (985_000, "985k"),
        (9_553_962, "9.6M"),
    ],
)
def test_numbers_of_samples_are_written_as_published(count, text):
    assert samples_in_words(count) == text


def test_published_numbers_of_samples_can_be_read():
    published = read_published(PAPER / "table1.csv")
    numbers = {row["dataset"]: samples_as_number(row["image_text_samples"]) for row in published}
    assert numbers["UCM-Captions"] == 10_500
    assert numbers["BigEarthNet.txt"] == 9_600_000


def test_table1_adds_one_row_that_says_what_it_is():
    published = read_published(PAPER / "table1.csv")
    table = datasets_table(published, {"binary": 800, "captioning": 200}, 50, "mini", "grammar")
    ours = table.rows[-1]
    assert len(table.rows) == len(published) + 1
    assert (ours["dataset"], ours["image_text_samples"]) == ("BigEarthNet.txt (this run, mini)", "1k")
    assert (ours["llm_based"], ours["vqa"], ours["referring_detection"]) == ("no", "yes", "no")
    assert "1,000 annotations of 50 patches" in ours["note"]
    assert datasets_table(published, {}, 0, "mini", "vllm").rows[-1]["llm_based"] == "yes"


def test_table1_says_who_judged_the_captions():
    published, counts = read_published(PAPER / "table1.csv"), ({"binary": 800}, 50, "mini", "grammar", None)
    people = datasets_table(published, *counts, reviewed_by_people(2, 3209, 2487)).rows[-1]
    rule = datasets_table(published, *counts, checked_by_rule()).rows[-1]
    assert (people["manual_qc"], rule["manual_qc"]) == ("yes", "no")
    assert "benchmark split reviewed by people (2 reviewers, 3,209 captions)" in people["note"]
    assert "benchmark split checked by rule, not reviewed by people" in rule["note"]


def test_table1_does_not_claim_a_data_set_from_elsewhere():
    published = read_published(PAPER / "table1.csv")
    release = {"published": True, "revision": "72d865f2146f", "sha256": "d3b97f999456"}
    ours = datasets_table(published, {"mcq": 3}, 2, "paper", "", release).rows[-1]
    (theirs,) = [row for row in published if row["dataset"] == "BigEarthNet.txt"]
    assert ours["dataset"] == "BigEarthNet.txt (released file, revision 72d865f2, paper)"
    assert (ours["llm_based"], ours["manual_qc"]) == (theirs["llm_based"], theirs["manual_qc"])
    assert ours["note"] == "not made here: 3 annotations of 2 patches (3 mcq), captions as they are"
    other = datasets_table(
        published, {"mcq": 3}, 2, "paper", "", {"published": False, "sha256": "0123456789"}
    )
    assert other.rows[-1]["dataset"] == "BigEarthNet.txt (file from elsewhere, SHA-256 01234567, paper)"
    assert (other.rows[-1]["llm_based"], other.rows[-1]["vqa"]) == ("not known", "yes")


def test_table1_without_a_column_is_refused(tmp_path):
    (tmp_path / "t.csv").write_text("dataset,vqa\nx,no\n")
    with pytest.raises(InputError, match="columns missing: multi_sensor"):
        read_published(tmp_path / "t.csv")
