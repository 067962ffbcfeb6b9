"""Captions that the grammar writes of facts which are not the patch's: damages without a seam in the text.

Functions as in :mod:`bentxt.captions.damages.fact_damages`; the caption that they are given does not matter.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from bentxt.captions.caption_facts import MARGINAL, SECONDARY, CaptionFacts
from bentxt.captions.damages.text_parts import Damage, is_wrong_area, pairs
from bentxt.captions.grammar import paraphrase
from bentxt.randomness import pick_or_none


def rewritten(change: Callable[[CaptionFacts, np.random.Generator], CaptionFacts | None]) -> Damage:
    """Return the damage that lets the grammar write about changed facts."""

    def damage(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
        changed = change(facts, draws)
        # The largest class of a patch is never marginal: of others the grammar has nothing to say.
        if changed is None or changed.classes[0].tier == MARGINAL:
            return None
        return paraphrase(changed, int(draws.integers(1 << 31)))

    return damage


def _with_pairs(facts, touching):
    """Return facts with other borders, each pair under its larger class."""
    rank = {c.index: place for place, c in enumerate(facts.classes)}
    found: dict[int, list[int]] = {}
    for first, other in sorted(sorted(rank[index] for index in pair) for pair in touching):
        found.setdefault(first, []).append(other)
    order = [c.index for c in facts.classes]
    return replace(
        facts,
        borders=tuple(
            (order[first], tuple(order[other] for other in others)) for first, others in sorted(found.items())
        ),
    )


def without_class(facts: CaptionFacts, draws: np.random.Generator) -> CaptionFacts | None:
    """Leave a class out, with its borders."""
    if len(facts.classes) < 2:
        return None
    chosen = pick_or_none(facts.classes, draws.random())
    assert chosen is not None
    kept = replace(facts, classes=tuple(c for c in facts.classes if c is not chosen))
    return _with_pairs(kept, {pair for pair in pairs(facts) if chosen.index not in pair})


def without_border(facts: CaptionFacts, draws: np.random.Generator) -> CaptionFacts | None:
    """Leave a border out."""
    chosen = pick_or_none(sorted(pairs(facts), key=sorted), draws.random())
    return None if chosen is None else _with_pairs(facts, pairs(facts) - {chosen})


def without_borders(facts: CaptionFacts, draws: np.random.Generator) -> CaptionFacts | None:
    """Leave all borders out."""
    return replace(facts, borders=()) if facts.borders else None


def without_counts(facts: CaptionFacts, draws: np.random.Generator) -> CaptionFacts | None:
    """Leave out of all classes into how many areas they fall."""
    if all(c.count == 1 for c in facts.classes):
        return None
    return replace(facts, classes=tuple(replace(c, count=1, large=(), smaller=()) for c in facts.classes))


def without_count(facts: CaptionFacts, draws: np.random.Generator) -> CaptionFacts | None:
    """Leave out of one class into how many areas it falls."""
    chosen = pick_or_none([c for c in facts.classes if c.count > 1], draws.random())
    if chosen is None:
        return None
    return _with(facts, chosen, replace(chosen, count=1, large=(), smaller=()))


def with_false_border(facts: CaptionFacts, draws: np.random.Generator) -> CaptionFacts | None:
    """Let two classes touch that do not."""
    there = sorted(c.index for c in facts.classes)
    false = [
        {one, other} for one in there for other in there if one < other and {one, other} not in pairs(facts)
    ]
    chosen = pick_or_none(false, draws.random())
    return None if chosen is None else _with_pairs(facts, pairs(facts) | {frozenset(chosen)})


def with_moved_border(facts: CaptionFacts, draws: np.random.Generator) -> CaptionFacts | None:
    """Exchange a true border for a false one of the same class."""
    there, true = [c.index for c in facts.classes], pairs(facts)
    options = [
        (frozenset((one, old)), frozenset((one, new)))
        for one in there
        for old in there
        for new in there
        if frozenset((one, old)) in true and new not in (one, old) and frozenset((one, new)) not in true
    ]
    chosen = pick_or_none(options, draws.random())
    return None if chosen is None else _with_pairs(facts, (true - {chosen[0]}) | {chosen[1]})


def with_another_count(facts: CaptionFacts, draws: np.random.Generator) -> CaptionFacts | None:
    """Give a class of several areas one marginal area more."""
    chosen = pick_or_none([c for c in facts.classes if c.count > 1], draws.random())
    return None if chosen is None else _with(facts, chosen, replace(chosen, count=chosen.count + 1))


def with_another_area(facts: CaptionFacts, draws: np.random.Generator) -> CaptionFacts | None:
    """Make the area of a class a tenth larger."""
    options = [
        (c, round(1.1 * c.area / 1000) * 1000)
        for c in facts.classes
        if c.tier != MARGINAL and is_wrong_area(facts, round(c.area * 1.1, -3))
    ]
    chosen = pick_or_none(options, draws.random())
    return None if chosen is None else _with(facts, chosen[0], replace(chosen[0], area=chosen[1]))


def with_another_tier(facts: CaptionFacts, draws: np.random.Generator) -> CaptionFacts | None:
    """Call a secondary class marginal."""
    options = [c for c in facts.classes if c.tier == SECONDARY]
    chosen = pick_or_none(options, draws.random())
    return None if chosen is None else _with(facts, chosen, replace(chosen, tier=MARGINAL))


def _with(facts, old, new):
    return replace(facts, classes=tuple(new if c is old else c for c in facts.classes))
