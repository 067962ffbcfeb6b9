"""Several reviewers' files as one verdict a caption, and what the program makes of them."""

import csv
import json

import pytest

from bentxt.errors import InputError
from bentxt.review.merged_reviews import disagreements, latest_reviews, merge_reviews
from bentxt.review.review_files import read_reviews, write_reviews
from worlds.review_world import NAMES, SETTINGS, caption_row, review, write_captions

BEN, CLEO = {"reviewers": ("ben",)}, {"reviewers": ("cleo",)}


def judged(reviews, rule="all"):
    return {each.patch_id: each.judgements for each in merge_reviews(reviews, rule)}


def test_all_have_to_agree_or_more_than_half():
    reviews = [review("P0", "yyn-"), review("P0", "yny-", **BEN), review("P0", "yyy-", **CLEO)]
    assert judged(reviews) == {"P0": (True, False, False, None)}
    assert judged(reviews, "majority") == {"P0": (True, True, True, None)}
    # Half is not more than half.
    assert judged(reviews[:2], "majority") == {"P0": (True, False, False, None)}


def test_who_said_what_is_kept():
    first = review("P0", "yyyy", comment="fine", sample="candidates")
    (merged,) = merge_reviews([review("P0", "nyyy", comment="a slip", **BEN), first], "all")
    assert (merged.reviewers, merged.comment) == (("anna", "ben"), "anna: fine | ben: a slip")
    assert merged.sample == "random"


def test_of_two_exports_of_one_reviewer_the_later_counts():
    old, new = review("P0", "nnnn"), review("P0", "yyyy", time="2026-02-01T00:00:00+00:00")
    assert latest_reviews([new, old]) == [new]
    with pytest.raises(InputError, match="several people already"):
        latest_reviews([review("P0", "yyyy", reviewers=("anna", "ben"))])


def test_where_reviewers_differ():
    reviews = [
        review("P0", "yyyy"),
        review("P0", "ynyy", **BEN),
        review("P1", "y-yy"),
        review("P1", "yyyy", **BEN),
    ]
    assert disagreements(reviews) == [("P0", "factually_accurate", ["anna"], ["ben"])]


def test_the_program_merges_and_says_how_far_people_and_check_agree(tmp_path, run_program):
    rows = [caption_row(name) for name in NAMES]
    rows[11]["caption"] = "Another text now."
    write_captions(tmp_path, rows)
    refused = {"checked": (True, False, True, True)}
    anna = [review(name, "ynyy" if number < 4 else "yyyy") for number, name in enumerate(NAMES)]
    ben = [review(name, "ynyy" if number < 3 else "yyyy", **BEN, **(refused if number > 9 else {}))
           for number, name in enumerate(NAMES)]  # fmt: skip
    write_reviews(tmp_path / "anna.csv", anna)
    write_reviews(tmp_path / "ben.csv", ben)
    done = run_program(
        "merge_reviews",
        *("--reviews", tmp_path / "anna.csv", tmp_path / "ben.csv"),
        *("--captions", tmp_path / "captions.parquet", "--out", tmp_path / "merged.csv"),
        *("--settings", json.dumps(SETTINGS)),
    )
    assert f"the caption in the run has another text: {NAMES[11]}" in done.stderr
    merged = read_reviews(tmp_path / "merged.csv")
    assert [each.patch_id for each in merged] == NAMES[:11]
    assert sum(each.passed for each in merged) == 7
    with (tmp_path / "merged_rates.csv").open() as file:
        rates = {(row["measure"], row["criterion"]): row for row in csv.DictReader(file)}
    assert rates["met", "all_four"]["value"] == f"{700 / 11:.2f}"
    assert float(rates["met", "all_four"]["low"]) < 700 / 11 < float(rates["met", "all_four"]["high"])
    assert rates["met", "mean"]["paper"] == "93.76"
    # Ten of eleven alike; by chance 4/11 · 3/11 + 7/11 · 8/11 = 68/121.
    assert rates["agreement", "factually_accurate"]["value"] == f"{1000 / 11:.2f}"
    assert float(rates["kappa", "factually_accurate"]["value"]) == pytest.approx(
        (10 / 11 - 68 / 121) / (53 / 121), abs=0.01
    )
    assert rates["kappa", "complete"]["note"].startswith("not defined")
    assert (
        rates["false accept", "factually_accurate"]["note"],
        rates["false reject", "factually_accurate"]["note"],
    ) == ("4 of 4", "1 of 7")
    page = (tmp_path / "merged.md").read_text()
    assert f"| {NAMES[3]} | factually accurate | ben | anna |" in page
    assert "The paper's reviewers read 3,209 captions." in page
    assert "11 captions with all four criteria judged, 7 of them met all four" in page
    assert "anna 11, ben 11" in page
    assert "mini: invented world" in page
