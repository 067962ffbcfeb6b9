"""What a complete caption has to state, and does not: classes, areas, borders, counts, place and time."""

from collections.abc import Iterator

from bentxt.captions.caption_facts import MARGINAL, CaptionFacts
from bentxt.captions.claims import Stated
from bentxt.captions.reading.caption_reader import Reading
from bentxt.captions.reading.class_names import class_name


def missing_classes(stated: Stated, facts: CaptionFacts) -> Iterator[tuple[str, str]]:
    """Yield kind and message of each class that is not named, and of each area that is not stated.

    "Agricultural areas, comprising arable land and pastures, cover 5 ha" gives the general class in place of
    its parts, though it names them: of these neither areas, nor borders among them, nor numbers of areas are
    demanded.

    Parameters
    ----------
    stated : Stated
    facts : CaptionFacts

    Yields
    ------
    tuple of (str, str)
    """
    grouped = grouped_classes(stated, facts)
    for c in facts.classes:
        if c.index in grouped:
            continue
        if c.index not in stated.named:
            yield "missing class", f"not named: {class_name(c.index)}"
        elif c.tier != MARGINAL and c.index not in stated.areas | stated.together:
            yield "missing area", f"not stated: the area of {class_name(c.index)}, {c.area:,} m²"


def grouped_classes(stated: Stated, facts: CaptionFacts) -> set[int]:
    """Return the classes that only a general name stands for."""
    return {c.index for c in facts.classes if c.index in stated.grouped and c.index not in stated.named}


def missing_borders(stated: Stated, facts: CaptionFacts) -> Iterator[tuple[str, str]]:
    """Yield kind and message of each border that is not stated; parameters as above.

    A caption that puts classes together under a general name works out anew what the group borders: of it
    no border is demanded, as of a group's borders none is known.
    """
    if grouped_classes(stated, facts):
        return
    for first, others in facts.borders:
        for other in others:
            pair = frozenset((first, other))
            if pair not in stated.borders and not pair <= stated.together:
                yield "missing border", f"not stated: {class_name(first)} and {class_name(other)} touch"


def missing_counts(stated: Stated, facts: CaptionFacts) -> Iterator[tuple[str, str]]:
    """Yield kind and message of each number of areas that is not stated; parameters as above."""
    if grouped_classes(stated, facts):
        return
    for c in facts.classes:
        counts = stated.counts.get(c.index, {})
        if c.index in stated.together:
            continue
        if c.count > 1 and counts.get("", 0) != c.count and sum(counts.values()) < c.count:
            yield "missing count", f"not stated: {class_name(c.index)} falls into {c.count} areas"


def missing_place(reading: Reading, facts: CaptionFacts) -> Iterator[tuple[str, str]]:
    """Yield kind and message if country, season or climate zone is not there.

    Parameters
    ----------
    reading : bentxt.captions.reading.caption_reader.Reading
    facts : CaptionFacts

    Yields
    ------
    tuple of (str, str)
    """
    named = {(word.kind, word.value) for word in reading.places}
    if ("country", facts.country) not in named:
        yield "missing country", f"not named: the country, {facts.country}"
    if ("season", facts.season) not in named:
        yield "missing season", f"not named: the season, {facts.season}"
    if not reading.zones:
        yield "missing climate zone", f"not named: the climate zone, {facts.climate_zone}"
