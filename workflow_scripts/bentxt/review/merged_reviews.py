"""The reviews of several people as one verdict a caption (Section 3.1)."""

from collections.abc import Iterable
from dataclasses import replace

from bentxt.errors import InputError
from bentxt.review.review_files import CANDIDATES, RANDOM, UNJUDGED, Judgements, Review
from bentxt.tables.schemas.augmented_captions_schema import CRITERIA

#: How judgements become one: a criterion is met where all reviewers say so, or more than half of them.
ALL, MAJORITY = "all", "majority"
RULES = (ALL, MAJORITY)


def latest_reviews(reviews: Iterable[Review]) -> list[Review]:
    """Return one review a reviewer and caption: of several, as of exports at two times, the latest.

    Raises
    ------
    InputError
        If a review is of several people already: what each of them said is no longer known.
    """
    found: dict[tuple[str, str, str], Review] = {}
    for review in reviews:
        if len(review.reviewers) > 1:
            raise InputError(
                "this review is of several people already",
                item=review.patch_id,
                remedy="merge the files that each reviewer exported",
            )
        key = (*review.key, review.reviewers[0])
        if key not in found or review.time >= found[key].time:
            found[key] = review
    return list(found.values())


def merge_reviews(reviews: Iterable[Review], rule: str) -> list[Review]:
    """Merge the reviews of each caption.

    Parameters
    ----------
    reviews : iterable of Review
        At most one a reviewer and caption, from :func:`latest_reviews`.
    rule : str
        One of :data:`RULES`.

    Returns
    -------
    list of Review
        One a caption, by patch. Reviewers are in alphabetical order, comments have their reviewer's name in
        front where there are several. A criterion that nobody judged stays open. A caption is of the random
        sample where anybody drew it at random.
    """
    by_caption: dict[tuple[str, str], list[Review]] = {}
    for review in reviews:
        by_caption.setdefault(review.key, []).append(review)
    return [
        _merged(sorted(found, key=lambda review: review.reviewers), rule)
        for _, found in sorted(by_caption.items())
    ]


def _merged(found, rule):
    names = tuple(name for review in found for name in review.reviewers)
    comments = [(review.reviewers[0], review.comment) for review in found if review.comment]
    several = len(found) > 1
    # The check may have changed between two exports.
    by_time = sorted(found, key=lambda review: review.time)
    checked = [review.checked for review in by_time if None not in review.checked]
    return replace(
        found[0],
        reviewers=names,
        judgements=tuple(
            _verdict([review.judgements[place] for review in found], rule) for place in range(len(CRITERIA))
        ),
        comment=" | ".join(f"{name}: {text}" if several else text for name, text in comments),
        time=max(review.time for review in found),
        sample=RANDOM if any(review.sample == RANDOM for review in found) else CANDIDATES,
        checked=checked[-1] if checked else UNJUDGED,
    )


def _verdict(judgements: Judgements | list[bool | None], rule: str) -> bool | None:
    given = [judged for judged in judgements if judged is not None]
    if not given:
        return None
    return all(given) if rule == ALL else 2 * sum(given) > len(given)


def disagreements(reviews: Iterable[Review]) -> list[tuple[str, str, list[str], list[str]]]:
    """Return where reviewers differ.

    Parameters
    ----------
    reviews : iterable of Review
        At most one a reviewer and caption.

    Returns
    -------
    list of (str, str, list of str, list of str)
        Patch, criterion, who says that it is met and who that it is not; by patch, then by criterion.
    """
    by_caption: dict[tuple[str, str], list[Review]] = {}
    for review in reviews:
        by_caption.setdefault(review.key, []).append(review)
    found = []
    for (patch, _), several in sorted(by_caption.items()):
        for place, criterion in enumerate(CRITERIA):
            met, not_met = (
                sorted(review.reviewers[0] for review in several if review.judgements[place] is judged)
                for judged in (True, False)
            )
            if met and not_met:
                found.append((patch, criterion, met, not_met))
    return found
