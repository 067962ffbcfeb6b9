"""Candidates of the benchmark split by people's reviews (Section 3.3)."""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from bentxt.errors import InputError
from bentxt.review.review_files import CountedReviews, Review, passed_by_all


def check_enough(
    found: CountedReviews, test: Collection[str], asked: int, files: Sequence[Path | str]
) -> None:
    """Refuse reviews that pass fewer test patches than the split is to have.

    Parameters
    ----------
    found : bentxt.review.review_files.CountedReviews
    test : collection of str
        Patches of the test split.
    asked : int
        Patches of the benchmark split.
    files : sequence of str or Path
        Where the reviews are from, for the message.

    Raises
    ------
    InputError
        Saying how many are missing, and which reviews do not count.
    """
    judged = {review.patch_id for review in found.counted} & set(test)
    passed = passed_by_all(found.counted) & set(test)
    if len(passed) < asked:
        lines = "".join(f"; {line}" for line in found.left_out())
        raise InputError(
            f"people judged the captions of {len(judged)} test patches and passed {len(passed)} on all four "
            f"criteria; {asked} patches are asked for, so {asked - len(passed)} more have to pass{lines}",
            file=", ".join(map(str, files)),
            item="benchmark_split.reviews",
            remedy="review more captions (make review, with review.sample: candidates), or ask for fewer "
            "patches (benchmark_split.patches)",
        )


def judged_by(reviews: Iterable[Review], test: Collection[str]) -> tuple[int, int, int]:
    """Return how many people judged captions of test patches, how many of these, and how many passed.

    Parameters
    ----------
    reviews : iterable of Review
        Those that count.
    test : collection of str
        Patches of the test split.
    """
    own = [review for review in reviews if review.patch_id in test]
    names = {name for review in own for name in review.reviewers}
    return len(names), len({review.patch_id for review in own}), len(passed_by_all(own))
