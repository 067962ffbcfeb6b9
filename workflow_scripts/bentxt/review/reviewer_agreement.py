"""How far reviewers agree with each other, and the automatic check with them (Section 3.1 of the paper)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from nltk.metrics.agreement import AnnotationTask

from bentxt.review.review_files import Review
from bentxt.tables.schemas.augmented_captions_schema import CRITERIA

#: All four criteria together, next to the single ones.
ALL_FOUR = "all_four"
MEASURED = (*CRITERIA, ALL_FOUR)


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """How far two reviewers agree on a criterion.

    Attributes
    ----------
    first, second : str
        Reviewers.
    criterion : str
        One of :data:`MEASURED`.
    captions : int
        That both judged.
    agreement : float
        Share of them with the same judgement, 0 to 1.
    kappa : float or None
        Cohen's kappa, -1 to 1; None where both gave one and the same judgement to all captions, for which it
        is not defined.
    """

    first: str
    second: str
    criterion: str
    captions: int
    agreement: float
    kappa: float | None


@dataclass(frozen=True, slots=True)
class CheckRates:
    """How far the automatic check agrees with people on a criterion.

    Attributes
    ----------
    criterion : str
        One of :data:`MEASURED`.
    captions : int
        That both judged.
    agreeing : int
        With the same judgement.
    refused_by_people, false_accepts : int
        Captions that people say do not meet it, and how many of them the check accepts.
    passed_by_people, false_rejects : int
        Captions that people say meet it, and how many of them the check rejects.
    """

    criterion: str
    captions: int
    agreeing: int
    refused_by_people: int
    false_accepts: int
    passed_by_people: int
    false_rejects: int


def _judged(criterion: str) -> Callable[[Sequence[bool | None]], bool | None]:
    """Return what reads a criterion, or all four together, from judgements."""
    if criterion == ALL_FOUR:
        return lambda judgements: None if None in judgements else all(judgements)
    place = CRITERIA.index(criterion)
    return lambda judgements: judgements[place]


def cohens_kappa(first: Sequence[bool], second: Sequence[bool]) -> float | None:
    """Return Cohen's kappa of two reviewers' judgements of the same captions.

    Parameters
    ----------
    first, second : sequence of bool
        Of equal length, one or more.

    Returns
    -------
    float or None
        None where both gave one and the same judgement to all captions.

    Examples
    --------
    >>> cohens_kappa([True, True, False, False], [True, False, False, False])
    0.5
    """
    if len({*first, *second}) == 1:
        return None
    triples = [
        (reviewer, str(caption), judged)
        for reviewer, judgements in (("first", first), ("second", second))
        for caption, judged in enumerate(judgements)
    ]
    return float(AnnotationTask(triples).kappa_pairwise("first", "second"))


def pair_agreements(reviews: Iterable[Review]) -> list[PairAgreement]:
    """Compare every two reviewers on the captions that both judged.

    Parameters
    ----------
    reviews : iterable of Review
        Of one reviewer each; at most one a reviewer and caption.

    Returns
    -------
    list of PairAgreement
        By pair, then by criterion; pairs without a common caption are left out.
    """
    by_reviewer: dict[str, dict[tuple[str, str], Review]] = {}
    for review in reviews:
        (name,) = review.reviewers
        by_reviewer.setdefault(name, {})[review.key] = review
    found = []
    for first, second in combinations(sorted(by_reviewer), 2):
        common = sorted(by_reviewer[first].keys() & by_reviewer[second].keys())
        for criterion in MEASURED:
            read = _judged(criterion)
            pairs = [
                (one, other)
                for key in common
                if (one := read(by_reviewer[first][key].judgements)) is not None
                and (other := read(by_reviewer[second][key].judgements)) is not None
            ]
            if pairs:
                ours, theirs = zip(*pairs, strict=True)
                same = sum(one == other for one, other in pairs) / len(pairs)
                kappa = cohens_kappa(ours, theirs)
                found.append(PairAgreement(first, second, criterion, len(pairs), same, kappa))
    return found


def check_rates(reviews: Iterable[Review]) -> list[CheckRates]:
    """Compare the automatic check with people.

    Parameters
    ----------
    reviews : iterable of Review
        One a caption, with the check's verdict; a criterion that either did not judge is left out.

    Returns
    -------
    list of CheckRates
        One a criterion of :data:`MEASURED`.
    """
    reviews = list(reviews)
    found = []
    for criterion in MEASURED:
        read = _judged(criterion)
        pairs = [
            (people, check)
            for review in reviews
            if (people := read(review.judgements)) is not None and (check := read(review.checked)) is not None
        ]
        refused = [check for people, check in pairs if not people]
        passed = [check for people, check in pairs if people]
        found.append(
            CheckRates(
                criterion,
                captions=len(pairs),
                agreeing=sum(people == check for people, check in pairs),
                refused_by_people=len(refused),
                false_accepts=sum(refused),
                passed_by_people=len(passed),
                false_rejects=len(passed) - sum(passed),
            )
        )
    return found
