"""Changes after which a caption says the same in right English: a check that objects to one is too strict.

Functions as in :mod:`bentxt.captions.damages.fact_damages`; what they return is a right caption.
"""

import re

import numpy as np

from bentxt.captions.caption_facts import CaptionFacts
from bentxt.captions.damages.fact_damages import season_pattern
from bentxt.captions.damages.text_parts import (
    AREA,
    WITH_UNIT,
    Damage,
    append,
    class_pattern,
    exact_areas,
    groups,
    replace_class,
)
from bentxt.captions.phrases import NAMES, PLURAL
from bentxt.nomenclature import PATCH_AREA
from bentxt.randomness import pick_or_none

_SMALL_WORDS = {"and", "or", "by", "with", "of"}


def unit(name: str, square_metres: int) -> Damage:
    """Return the change that writes all areas in another unit, with the right numbers.

    Parameters
    ----------
    name : str
    square_metres : int
        How many of them the unit is.
    """

    def changed(found):
        numbers = found[0][: found.start("unit") - found.start()]
        # Thousands of square metres are whole tenths of a hectare: nothing is rounded.
        return AREA.sub(lambda area: f"{int(area[0].replace(',', '')) / square_metres:,.10g}", numbers) + name

    def change(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
        return _if_changed(WITH_UNIT.sub(changed, text), text)

    return change


def other_word_for_unit(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Write sqm as square meters, and the other way round."""
    words = {"sqm": "square meters", "square meters": "sqm"}
    return _if_changed(re.sub(r"sqm|square meters", lambda found: words[found[0]], text), text)


def thousands(sign: str) -> Damage:
    """Return the change that writes another sign between thousands, or none."""

    def change(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
        return _if_changed(AREA.sub(lambda area: area[0].replace(",", sign), text), text)

    return change


def title_case(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Write a class within a sentence with capitals."""
    places = [
        found
        for c in facts.classes
        for found in class_pattern(c.index).finditer(text)
        if found.start() and found[0][0].islower()
    ]
    found = pick_or_none(places, draws.random())
    if found is None:
        return None
    words = [word if word in _SMALL_WORDS else word[:1].upper() + word[1:] for word in found[0].split(" ")]
    return f"{text[: found.start()]}{' '.join(words)}{text[found.end() :]}"


def zone_in_typographic_marks(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Write the quotation marks round the climate zone as printers do."""
    return _if_changed(text.replace(f'"{facts.climate_zone}"', f"“{facts.climate_zone}”"), text)


def zone_without_marks(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Write the climate zone without quotation marks."""
    return _if_changed(text.replace(f'"{facts.climate_zone}"', facts.climate_zone), text)


def autumn(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Write autumn for fall."""
    if facts.season != "fall":
        return None
    return _if_changed(season_pattern(facts).sub("autumn", text), text)


def about_as_sign(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Write ≈ before areas in place of ~ or a word."""
    return _if_changed(
        re.sub(rf"(?:~|\b(?:about|around|roughly|approximately|some) )(?={AREA.pattern})", "≈", text), text
    )


def group_sum(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Add the right sum of a general class of several classes."""
    areas = exact_areas(facts)
    options = [
        (name, round(sum(areas[index] for index in members), -3))
        for name, members in groups(facts).items()
        if len(members) > 1
    ]
    chosen = pick_or_none(options, draws.random())
    if chosen is None or chosen[1] >= PATCH_AREA:
        return None
    return append(text, f"Taken together, {chosen[0]} cover about {chosen[1]:,} square meters.")


def general_class(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Name a class by its general class wherever it is named, as the paper's own example does.

    It has to be the only one of it, and to take the plural verb that general classes take.
    """
    only = [(name, members[0]) for name, members in groups(facts).items() if len(members) == 1]
    options = [(name, index) for name, index in only if index in PLURAL and class_pattern(index).search(text)]
    chosen = pick_or_none(options, draws.random())
    return None if chosen is None else replace_class(text, chosen[1], chosen[0])


def larger_than(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Add which of two classes is larger."""
    if len(facts.classes) < 2 or facts.classes[0].area < facts.classes[1].area + 10_000:
        return None
    first, second = NAMES[facts.classes[0].index], NAMES[facts.classes[1].index]
    return append(text, f"The largest class is {first}, ahead of {second}.")


def _if_changed(new, text):
    return new if new != text else None
