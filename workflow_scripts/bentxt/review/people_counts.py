"""How many captions people found right, by criterion: their rates next to the check's (Section 3.1)."""

from collections.abc import Iterable

from bentxt.review.review_files import RANDOM, Review
from bentxt.tables.schemas.augmented_captions_schema import CRITERIA


def people_counts(reviews: Iterable[Review], all_four: str) -> dict[str, tuple[int, int]]:
    """Count captions of the random sample that people judged on all four criteria.

    Parameters
    ----------
    reviews : iterable of Review
        Those that count. Of several of one caption a criterion is met where all say so. Captions that were
        drawn from the benchmark's candidates say nothing of all captions and are left out.
    all_four : str
        Key of the captions that meet all four.

    Returns
    -------
    dict of str to (int, int)
        Right and judged captions by criterion; empty where none was judged.
    """
    by_caption: dict[tuple[str, str], list[Review]] = {}
    for review in reviews:
        if review.finished and review.sample == RANDOM:
            by_caption.setdefault(review.key, []).append(review)
    verdicts = [
        [all(review.judgements[place] for review in found) for place in range(len(CRITERIA))]
        for found in by_caption.values()
    ]
    if not verdicts:
        return {}
    counts = {
        name: (sum(verdict[place] for verdict in verdicts), len(verdicts))
        for place, name in enumerate(CRITERIA)
    }
    return counts | {all_four: (sum(map(all, verdicts)), len(verdicts))}
