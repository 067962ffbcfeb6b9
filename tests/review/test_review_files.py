"""Files of reviews: what is written comes back, what cannot be read is named, and which reviews count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.errors import InputError
from bentxt.review.review_files import (
    REVIEW_COLUMNS,
    SAMPLES,
    Review,
    caption_hash,
    check_reviewer,
    count_reviews,
    passed_by_all,
    read_reviews,
    write_reviews,
)
from worlds.review_world import review

JUDGED = st.tuples(*[st.sampled_from([True, False, None])] * 4)
#: Files are trimmed where spreadsheets trim, and end lines in one way.
COMMENTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=30).map(
    str.strip
)
REVIEWS = st.builds(
    Review,
    st.text("ABC_123", min_size=1),
    st.text().map(lambda text: caption_hash(text)),
    st.lists(st.sampled_from(["anna", "Ben B", "Çelik"]), min_size=1, max_size=3, unique=True).map(tuple),
    JUDGED,
    COMMENTS,
    st.sampled_from(["", "2026-01-01T00:00:00.000+00:00"]),
    st.sampled_from(SAMPLES),
    JUDGED,
)


@given(st.lists(REVIEWS, max_size=5))
def test_what_is_written_comes_back(tmp_path_factory, reviews):
    path = tmp_path_factory.mktemp("reviews") / "reviews.csv"
    write_reviews(path, reviews)
    assert read_reviews(path) == reviews


def test_a_file_that_a_spreadsheet_saved_again_is_read(tmp_path):
    digest = caption_hash("A caption.")
    path = tmp_path / "saved.csv"
    header = "reviewer,patch_id,caption_sha256,complete,factually_accurate,linguistically_correct,"
    header += "free_of_artifacts"
    path.write_text(f"\ufeff{header}\r\nanna,P1,{digest.upper()},TRUE,0,Yes,\r\n", encoding="utf-8")
    (found,) = read_reviews(path)
    assert found.judgements == (True, False, True, None)
    assert (found.key, found.reviewers, found.sample) == (("P1", digest), ("anna",), "random")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("complete", "finished"), "column 'complete'"),
        (lambda text: text.replace(",yes,", ",perhaps,", 1), "line 2, linguistically_correct"),
        (lambda text: text.replace(caption_hash("A."), "abc"), "line 2"),
        (lambda text: text.replace("anna", "../anna"), "'../anna' is no name"),
        (lambda text: text.replace("random", "some"), "'some' is no sample"),
    ],
)
def test_a_broken_file_is_named_with_its_line(tmp_path, change, words):
    path = tmp_path / "reviews.csv"
    write_reviews(path, [review("P1", "yyyy", "A.")])
    path.write_text(change(path.read_text()))
    with pytest.raises(InputError) as error:
        read_reviews(path)
    assert words in str(error.value)


def test_a_missing_file_and_one_of_another_encoding_are_named(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_reviews(tmp_path / "none.csv")
    (tmp_path / "old.csv").write_bytes(",".join(REVIEW_COLUMNS).encode() + b"\n\xe9")
    with pytest.raises(InputError, match="not UTF-8"):
        read_reviews(tmp_path / "old.csv")


@pytest.mark.parametrize("name", ["", "  ", "a/b", "a;b", ".hidden", "a\nb", "x" * 61, "a,b"])
def test_names_that_no_reviewer_can_have(name):
    with pytest.raises(InputError, match="no name of a reviewer"):
        check_reviewer(name)


def test_reviews_of_other_texts_other_patches_and_open_ones_do_not_count():
    hashes = {f"P{number}": caption_hash("A caption.") for number in range(4)}
    found = count_reviews(
        [
            review("P0", "yyyy", "A caption."),
            review("P1", "yyyy", "An older caption."),
            review("P2", "yy-y", "A caption."),
            review("P9", "yyyy", "A caption."),
        ],
        hashes,
    )
    assert [each.patch_id for each in found.counted] == ["P0"]
    assert (found.changed, found.unfinished, found.unknown) == (["P1"], ["P2"], ["P9"])
    assert found.left_out() == [
        "1 reviewed captions do not count, the caption in the run has another text: P1",
        "1 reviewed captions do not count, the run has no such patch: P9",
        "1 reviewed captions do not count, not all four criteria are judged: P2",
    ]


def test_a_caption_passes_where_everybody_says_so():
    ben = {"reviewers": ("ben",)}
    reviews = [
        review("P0", "yyyy"),
        review("P0", "yyyn", **ben),
        review("P1", "yyyy"),
        review("P1", "yyyy", **ben),
    ]
    assert passed_by_all(reviews) == {"P1"}
