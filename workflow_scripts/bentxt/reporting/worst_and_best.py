"""A model's worst and best answers to a task, to look at."""

from collections.abc import Sequence

from bentxt.randomness import generator


def worst_and_best(
    ids: Sequence[int],
    patch_ids: Sequence[str],
    categories: Sequence[str],
    scores: Sequence[float | None],
    count: int,
    seed: int,
) -> tuple[list[int], list[int]]:
    """Choose the items that a model did worst and best on.

    Equal scores are many, as of questions that are right or wrong: among them each item has a draw of its
    own, categories take turns, and no patch comes twice while there are others.

    Parameters
    ----------
    ids, patch_ids, categories, scores : sequence
        Of all items of a task; an item without a score is left out.
    count : int
        Most items of either kind.
    seed : int

    Returns
    -------
    tuple of (list of int, list of int)
        Places in the sequences: the worst, worst first, and the best, best first. No item is in both, none of
        the best has the lowest score and none of the worst the highest. Where all scores are alike they are
        the best if they are above 0.
    """
    known = [place for place, score in enumerate(scores) if score is not None]
    draws = {place: generator(seed, "worst_and_best", ids[place]).random() for place in known}
    values = {place: scores[place] or 0.0 for place in known}
    low, high = (end(values.values(), default=0.0) for end in (min, max))

    def chosen(sign, among):
        ranked = sorted(among, key=lambda place: (sign * values[place], draws[place]))
        return _varied(ranked, values, patch_ids, categories, count)

    if low == high:
        return ([], chosen(-1, known)) if low > 0 else (chosen(1, known), [])
    worst = chosen(1, [place for place in known if values[place] < high])
    return worst, chosen(-1, [place for place in known if values[place] > low and place not in worst])


def _varied(ranked, values, patch_ids, categories, count):
    """Take items in their order; among those of equal score the category and patch that came least so far."""
    taken: list[int] = []
    waiting = list(ranked)
    while waiting and len(taken) < count:
        equal = [place for place in waiting if values[place] == values[waiting[0]]]
        shown = [categories[place] for place in taken]
        patches = [patch_ids[place] for place in taken]
        order = {place: number for number, place in enumerate(equal)}
        following = min(
            equal,
            key=lambda place: (
                patches.count(patch_ids[place]),
                shown.count(categories[place]),
                order[place],
            ),
        )
        taken.append(following)
        waiting.remove(following)
    return taken
