"""Whether what a caption states is true: classes, areas, counts and borders."""

from collections.abc import Iterable, Iterator

from bentxt.captions.caption_facts import MARGINAL, CaptionFacts
from bentxt.captions.caption_parsing import Sentence, class_name
from bentxt.nomenclature import LEVEL_1_GROUPS, PATCH_AREA, PIXELS


def absent_classes(sentences: Iterable[Sentence], facts: CaptionFacts) -> Iterator[str]:
    """Yield a finding for each class or general class that is named but not there.

    Parameters
    ----------
    sentences : list of bentxt.captions.caption_parsing.Sentence
    facts : CaptionFacts
    """
    present = {c.index for c in facts.classes}
    for sentence in sentences:
        for mention in sentence.mentions:
            if not mention.classes & present:
                name = (
                    list(LEVEL_1_GROUPS)[mention.index].lower()
                    if mention.group
                    else class_name(mention.index)
                )
                yield f"not in the image: {name}"


def false_areas(sentences: Iterable[Sentence], facts: CaptionFacts) -> Iterator[str]:
    """Yield a finding for each area or percentage that no class it may be said of has.

    Parameters
    ----------
    sentences : list of bentxt.captions.caption_parsing.Sentence
    facts : CaptionFacts
    """
    yield from _false_claims(sentences, facts, {"area": _area_holds, "percent": _percent_holds})


def false_counts(sentences: Iterable[Sentence], facts: CaptionFacts) -> Iterator[str]:
    """Yield a finding for each number of areas that no class it may be said of has; parameters as above."""
    yield from _false_claims(sentences, facts, {"count": _count_holds})


def _false_claims(sentences, facts, holds):
    present = {c.index: c for c in facts.classes}
    for sentence in sentences:
        for claim in sentence.claims:
            if claim.kind not in holds:
                continue
            named = [present[i] for m in claim.mentions for i in m.classes if i in present]
            # A sentence that names no class, as "It covers ...", may speak of any.
            if not holds[claim.kind](claim, named or list(facts.classes), facts):
                subject = f" of {class_name(named[0].index)}" if claim.certain and len(named) == 1 else ""
                yield f"{claim.kind}{subject}: {claim.text}"


def false_borders(sentences: Iterable[Sentence], facts: CaptionFacts) -> Iterator[str]:
    """Yield a finding for each pair of present classes that is said to touch and does not."""
    present = {c.index for c in facts.classes}
    touching = {frozenset((first, other)) for first, others in facts.borders for other in others}
    for sentence in sentences:
        for first, second in sentence.pairs:
            if {first, second} <= present and frozenset((first, second)) not in touching:
                yield f"border: {class_name(first)} and {class_name(second)}"


def _marginal_somewhere(named):
    return any(c.tier == MARGINAL or c.marginal for c in named)


def _area_holds(claim, named, facts):
    def near(value):
        return abs(value - claim.value) <= claim.tolerance

    if near(facts.marginal_area) and _marginal_somewhere(named):
        return True
    if near(PATCH_AREA):
        return not claim.certain or any(near(c.area) for c in named)
    if any(near(size) for c in named for size in (c.area, *c.large, *c.smaller)):
        return True
    # A general class, or several classes together, may come with the sum.
    together = not claim.certain or claim.mentions[0].group
    return together and any(map(near, _sums(c.area for c in named)))


def _percent_holds(claim, named, facts):
    if claim.value == facts.marginal_share:
        return _marginal_somewhere(named)
    tolerance = claim.tolerance + 0.5
    return any(
        abs(100 * pixels / PIXELS - claim.value) <= tolerance for pixels in _sums(c.pixels for c in named)
    )


def _sums(values):
    """Return the sums of all choices of one value or more."""
    sums: set[int] = set()
    for value in values:
        sums |= {value, *(value + other for other in sums)}
    return sums


def _count_holds(claim, named, facts):
    if claim.certain:
        return any(c.count == claim.value for c in named)
    # "one smaller area and two marginal ones" may stand for any of the tiers, or for classes as areas.
    if claim.value in (1, len(facts.classes)):
        return True
    marginal = "marginal" in claim.text
    return any(
        claim.value == c.marginal
        if marginal
        else claim.value
        in (
            c.count,
            len(c.large),
            len(c.smaller),
            c.marginal,
            len(c.smaller) + c.marginal,
            len(c.large) + len(c.smaller),
        )
        for c in named
    )
