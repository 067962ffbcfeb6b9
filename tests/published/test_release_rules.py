import pytest

from bentxt.published.checks import CONTRADICTION, HOLDS
from bentxt.published.release_rules import sums_of_release
from bentxt.reporting.release_counts import ReleaseCounts
from worlds.consistent_paper import RESOURCES, ROWS


@pytest.fixture
def release(tmp_path):
    """Return a function that reads the release's counts with one line changed."""

    def read(old="", new=""):
        text = (RESOURCES / "release_counts.csv").read_text()
        assert text.count(old) == 1 or not old
        (tmp_path / "counts.csv").write_text(text.replace(old, new) if old else text)
        return ReleaseCounts(tmp_path / "counts.csv")

    return read


def test_rows_and_patches_of_the_release_add_up(release):
    checks = list(sums_of_release(release(), ROWS))
    assert {check.verdict for check in checks} == {HOLDS}
    assert [check.about for check in checks] == [
        "release: rows, by category",
        "release: rows, by type",
        "release: rows, by split",
        "release: rows, bench, by type",
        "release: rows, bench, bounding box, by category",
        "release: patches, by split",
        "release: rows, bench, binary, by category, as weights of the other rules",
        "release: rows, bench, bounding box, by category, as weights of the other rules",
        "release: rows, bench, mcq, by category, as weights of the other rules",
    ]


@pytest.mark.parametrize(
    ("old", "new", "about", "arithmetic"),
    [
        (
            "patches,bench,,,,1082,",
            "patches,bench,,,,1028,",
            "release: patches, by split",
            "229,114 + 118,095 + 115,753 + 1,028 = 463,990 ≠ 464,044",
        ),
        (
            "rows,bench,captioning,,,970,",
            "rows,bench,captioning,,,971,",
            "release: rows, bench, by type",
            "6,927 + 1,582 + 971 + 5,550 = 15,030 ≠ 15,029",
        ),
    ],
)
def test_a_number_that_does_not_add_up_is_found(release, old, new, about, arithmetic):
    (check,) = [each for each in sums_of_release(release(old, new), ROWS) if each.verdict == CONTRADICTION]
    assert (check.about, check.arithmetic) == (about, (arithmetic,))


def test_weights_that_are_not_the_releases_are_found(release):
    rows = ROWS | {("mcq", "season"): 701}
    (check,) = [each for each in sums_of_release(release(), rows) if each.verdict == CONTRADICTION]
    assert check.statement == "5,550, where the parts sum to 5,551"


def test_derived_numbers_are_held_against_nothing(release):
    changed = release("rows,bench,,presence,,2167,derived", "rows,bench,,presence,,1,derived")
    assert {check.verdict for check in sums_of_release(changed, ROWS)} == {HOLDS}
