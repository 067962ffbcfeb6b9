"""Damages to what a caption states: after each of them the caption says something that the map refutes.

Each function takes a right caption, the facts of its patch and a generator, and returns the damaged caption,
or None where it has nothing to damage or where it could not be sure that the result is false.
"""

import re

import numpy as np

from bentxt.captions.caption_facts import MARGINAL, CaptionFacts
from bentxt.captions.damages.text_parts import (
    AREA,
    BORDER,
    COUNT,
    COUNT_WORDS,
    PRONOUN,
    WITH_UNIT,
    Damage,
    MarkedCaption,
    append,
    class_pattern,
    exact_areas,
    groups,
    inflected,
    is_wrong_area,
    like,
    pairs,
    replace_class,
    split_clauses,
    split_sentences,
)
from bentxt.captions.phrases import NAMES, PLURAL, capital
from bentxt.nomenclature import COUNTRIES, PATCH_AREA, PIXELS
from bentxt.patches.climate_legend import CLIMATE_ZONES, read_legend
from bentxt.randomness import pick, pick_or_none, pick_several

SEASONS = ("spring", "summer", "fall", "winter")
_CLEAR = 10_000
#: Statements about a false border, in words that a model may take. {A} and {a}: one class; {b}: the other.
_BORDER_WORDS = (
    ("{A} also touches {b}.", "{A} also touch {b}."),
    ("{A} lies next to {b}.", "{A} lie next to {b}."),
    ("{A} is flanked by {b}.", "{A} are flanked by {b}."),
    ("{A} is in direct contact with {b}.", "{A} are in direct contact with {b}."),
    ("{A} runs along the edge of {b}.", "{A} run along the edge of {b}."),
    ("{A} is adjacent to {b} as well.", "{A} are adjacent to {b} as well."),
    *(
        (words, words)
        for words in (
            "{A} and {b} share a common boundary.",
            "{A} and {b} adjoin each other.",
            "There is a direct border between {a} and {b}.",
            "A boundary between {a} and {b} is also visible.",
        )
    ),
)
_DENIALS = (
    ("{A} does not border {b}.", "{A} do not border {b}."),
    ("{A} does not touch {b}.", "{A} do not touch {b}."),
    ("{A} has no border with {b}.", "{A} have no border with {b}."),
    ("There is no border between {a} and {b}.", "There is no border between {a} and {b}."),
)
_BOUND = re.compile(r"(?:\b(?:less than|under|below|up to) |< ?)$")
_NEGATED = re.compile(r"\b(?P<verb>borders?|adjoins?|touch(?:es)?|meets?)(?= (?P<neighbour>[\ue000-\uf8ff]))")


# Areas


def _exchange_one(text, facts, draws, areas, change):
    """Replace one mention of one of some areas by what ``change`` makes of it, where that is surely wrong."""
    options = []
    for found in AREA.finditer(text):
        area = int(found[0].replace(",", ""))
        if area in areas:
            new = change(area)
            if new is not None and new > 0 and is_wrong_area(facts, new):
                options.append((found, new))
    chosen = pick_or_none(options, draws.random())
    if chosen is None:
        return None
    found, new = chosen
    return f"{text[: found.start()]}{new:,}{text[found.end() :]}"


def _class_areas(facts):
    return {c.area for c in facts.classes if c.tier != MARGINAL}


def area_slightly_off(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Add 2,000 m² to the area of a class."""
    return _exchange_one(text, facts, draws, _class_areas(facts), lambda area: area + 2000)


def area_a_tenth_off(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Make the area of a class a tenth larger."""
    return _exchange_one(text, facts, draws, _class_areas(facts), lambda area: round(area * 1.1, -3))


def digits_transposed(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Exchange two neighbouring digits of a class's area; where both are equal there is nothing to do."""

    def change(area):
        digits = str(area)
        places = [
            at for at in range(len(digits) - 4) if digits[at] != digits[at + 1] and digits[at + 1] != "0"
        ]
        at = pick_or_none(places, draws.random())
        if at is None:
            return None
        return int(digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :])

    return _exchange_one(text, facts, draws, _class_areas(facts), change)


def part_off(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Add or take 11,000 m² from the area of one of several parts of a class."""
    parts = {area for c in facts.classes if c.count > 1 for area in (*c.large, *c.smaller)}
    step = pick((-11_000, 11_000), draws.random())
    return _exchange_one(text, facts, draws, parts - _class_areas(facts), lambda area: area + step)


def digit_lost(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Take the last digit from an area: what is left is no number."""
    found = pick_or_none(list(AREA.finditer(text)), draws.random())
    return None if found is None else text[: found.end() - 1] + text[found.end() :]


def areas_exchanged(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Exchange the areas of two classes that differ clearly; equal ones would stay right."""
    written = {int(found[0].replace(",", "")) for found in AREA.finditer(text)}
    there = [c for c in facts.classes if c.tier != MARGINAL and c.area in written]
    options = [
        (one.area, other.area)
        for one in there
        for other in there
        if one.area > other.area + _CLEAR
        # A part of the one as large as the other is a right number for it.
        and all(abs(other.area - part) > _CLEAR for part in (*one.large, *one.smaller))
        and all(abs(one.area - part) > _CLEAR for part in (*other.large, *other.smaller))
    ]
    chosen = pick_or_none(options, draws.random())
    if chosen is None:
        return None
    new = {f"{chosen[0]:,}": f"{chosen[1]:,}", f"{chosen[1]:,}": f"{chosen[0]:,}"}
    return AREA.sub(lambda found: new.get(found[0], found[0]), text)


def marginal_class_large(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Give a marginal class a large area in brackets."""
    marginal = [c for c in facts.classes if c.tier == MARGINAL and class_pattern(c.index).search(text)]
    chosen = pick_or_none(marginal, draws.random())
    area = 1000 * int(draws.integers(150, 400))
    if chosen is None or not is_wrong_area(facts, area):
        return None
    found = class_pattern(chosen.index).search(text)
    assert found is not None
    return f"{text[: found.end()]} (~{area:,} sqm){text[found.end() :]}"


def class_said_marginal(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Say of a class of 7 % or more that it covers less than 5 %."""
    chosen = pick_or_none([c for c in facts.classes if 100 * c.pixels >= 7 * PIXELS], draws.random())
    if chosen is None:
        return None
    verb = inflected(chosen.index, "covers", "cover")
    return append(
        text, f"{capital(NAMES[chosen.index])} {verb} less than {facts.marginal_share:g}% of the image."
    )


def group_sum_off(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """State the sum of a general class, a tenth too large."""
    return _group_statement(text, facts, draws, lambda sizes: round(sum(sizes) * 1.1, -3))


def group_first_member(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """State the area of a general class's first member as that of all."""
    return _group_statement(text, facts, draws, lambda sizes: round(sizes[0], -3), any_right=True)


def _group_statement(text, facts, draws, change, any_right=False):
    areas = exact_areas(facts)
    options = []
    for name, members in groups(facts).items():
        sizes = [areas[index] for index in members]
        new = change(sizes)
        # More than the whole patch is no subtle error, and a small rest may be meant to be left out.
        wrong = sum(sizes) - new > _CLEAR if any_right else is_wrong_area(facts, new) and new <= PATCH_AREA
        if len(members) > 1 and wrong:
            options.append((name, new))
    chosen = pick_or_none(options, draws.random())
    if chosen is None:
        return None
    return append(text, f"Taken together, {chosen[0]} cover about {chosen[1]:,} square meters.")


# Units


def _with_unit(text, draws, unit, factor=1.0):
    """Give one area another unit, its number times ``factor``."""
    # A larger bound of a small area would still be true.
    areas = [found for found in WITH_UNIT.finditer(text) if not _BOUND.search(text[: found.start()])]
    found = pick_or_none(areas, draws.random())
    if found is None:
        return None
    numbers = text[found.start() : found.start("unit")]
    if factor != 1:
        numbers = AREA.sub(lambda area: f"{int(area[0].replace(',', '')) * factor:,.10g}", numbers)
    return f"{text[: found.start()]}{numbers}{unit}{text[found.end() :]}"


def unit_changed(unit: str, factor: float = 1.0) -> Damage:
    """Return the damage that gives an area another unit.

    Parameters
    ----------
    unit : str
    factor : float
        By which its number changes: not the one that makes it right.
    """

    def damage(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
        return _with_unit(text, draws, unit, factor)

    return damage


# Classes


def class_replaced(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Name a class that is not there in place of one that is, wherever it is named."""
    there = {c.index for c in facts.classes}
    chosen = pick_or_none([i for i in sorted(there) if class_pattern(i).search(text)], draws.random())
    if chosen is None:
        return None
    # One that takes the same form of the verb, so that nothing but the fact is wrong.
    alike = (chosen in PLURAL, True)
    absent = [i for i in range(len(NAMES)) if (i in PLURAL, i not in there) == alike]
    return replace_class(text, chosen, NAMES[pick(absent, draws.random())])


def class_added(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Add a class that is not there as a marginal one."""
    absent = sorted(set(range(len(NAMES))) - {c.index for c in facts.classes})
    index = pick(absent, draws.random())
    verb = inflected(index, "covers", "cover")
    return append(text, f"{capital(NAMES[index])} {verb} less than {facts.marginal_share:g}% of the image.")


def classes_exchanged(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Exchange the names of two classes whose areas differ clearly, wherever they are named."""
    options = [
        (one.index, other.index)
        for one in facts.classes
        for other in facts.classes
        if one.area > other.area + _CLEAR
        and (one.index in PLURAL) == (other.index in PLURAL)
        and class_pattern(one.index).search(text)
        and class_pattern(other.index).search(text)
    ]
    chosen = pick_or_none(options, draws.random())
    if chosen is None:
        return None
    marked = MarkedCaption.of(text)
    partner = dict(zip(chosen, reversed(chosen), strict=True))
    for sign, (index, name) in marked.names.items():
        if index in partner:
            marked.names[sign] = (partner[index], like(NAMES[partner[index]], name))
    return marked.restored(marked.text)


def wrong_largest(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Call a class the largest that is clearly smaller than another."""
    first, *rest = facts.classes
    smaller = [c for c in rest if c.area + _CLEAR < first.area and class_pattern(c.index).search(text)]
    chosen = pick_or_none(smaller, draws.random())
    return None if chosen is None else append(text, f"The largest class is {NAMES[chosen.index]}.")


def more_than_half(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Say of a class of 45 % at most that it is more than half of the image."""
    smaller = [c for c in facts.classes if 100 * c.pixels <= 45 * PIXELS]
    chosen = pick_or_none(smaller, draws.random())
    return None if chosen is None else append(text, f"More than half of the image is {NAMES[chosen.index]}.")


def whole_image(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Say of one of several classes that it covers the whole image."""
    smaller = [c for c in facts.classes if 100 * c.pixels <= 90 * PIXELS]
    chosen = pick_or_none(smaller, draws.random())
    if chosen is None:
        return None
    return append(text, f"The whole image is covered by {NAMES[chosen.index]}.")


def all_equal(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Say that all classes are equally large, where one is at least half as large again as another."""
    if len(facts.classes) < 2 or 2 * facts.classes[0].pixels < 3 * facts.classes[-1].pixels:
        return None
    return append(text, "All of these classes are equally large.")


# Counts


def _count_changed(text, facts, draws, step):
    counts = {c.count for c in facts.classes if c.count > 1}
    options = []
    for found in COUNT.finditer(text):
        count = COUNT_WORDS.index(found["count"])
        # One area would need another word behind it.
        if count in counts and 1 < count + step < len(COUNT_WORDS):
            options.append((found, COUNT_WORDS[count + step]))
    chosen = pick_or_none(options, draws.random())
    if chosen is None:
        return None
    found, word = chosen
    return text[: found.start()] + word + text[found.end() :]


def one_area_more(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Say that a class falls into one area more than it does."""
    return _count_changed(text, facts, draws, 1)


def one_area_less(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Say that a class falls into one area less than it does."""
    return _count_changed(text, facts, draws, -1)


def one_said_to_be_two(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Say that a class of one area falls into two."""
    chosen = pick_or_none([c for c in facts.classes if c.count == 1], draws.random())
    if chosen is None:
        return None
    verb = inflected(chosen.index, "is", "are")
    return append(text, f"{capital(NAMES[chosen.index])} {verb} split into two separate areas.")


# Borders


def _false_pairs(facts):
    """Return the pairs of classes that are there and do not touch."""
    there, true = [c.index for c in facts.classes], pairs(facts)
    return [
        (one, other)
        for place, one in enumerate(there)
        for other in there[place + 1 :]
        if frozenset((one, other)) not in true
    ]


def _statement(words, one, other):
    singular, plural = words
    names = {"A": capital(NAMES[one]), "a": NAMES[one], "b": NAMES[other]}
    return inflected(one, singular, plural).format(**names)


def false_border(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Say in a sentence of its own that two classes touch that do not."""
    chosen = pick_or_none(_false_pairs(facts), draws.random())
    if chosen is None:
        return None
    return append(text, _statement(pick(_BORDER_WORDS, draws.random()), *chosen))


def border_denied(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Say in a sentence of its own that two classes do not touch that do."""
    true = sorted((first, other) for first, others in facts.borders for other in others)
    chosen = pick_or_none(true, draws.random())
    if chosen is None:
        return None
    return append(text, _statement(pick(_DENIALS, draws.random()), *chosen))


def border_negated(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Negate a verb that states a true border."""
    marked = MarkedCaption.of(text)
    found = pick_or_none(list(_NEGATED.finditer(marked.text)), draws.random())
    if found is None:
        return None
    verb = found["verb"]
    stem = {"touches": "touch"}.get(verb, verb.removesuffix("s"))
    negated = f"{'does' if verb != stem else 'do'} not {stem}"
    return marked.restored(marked.text[: found.start()] + negated + marked.text[found.end() :])


def border_replaced(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Put a class that does not touch in the place of one that does, in a clause about two classes."""
    false = {pair for one, other in _false_pairs(facts) for pair in ((one, other), (other, one))}
    marked = MarkedCaption.of(text)
    options = []
    for sentence in split_sentences(marked.text):
        for clause in split_clauses(sentence):
            named = marked.classes(clause)
            stated = BORDER.search(clause) and not AREA.search(clause) and not PRONOUN.search(clause)
            if stated and len(named) == 2 and frozenset(named) in pairs(facts):
                options += [(clause, other) for one, other in sorted(false) if one == named[0]]
    chosen = pick_or_none(options, draws.random())
    if chosen is None:
        return None
    clause, other = chosen
    sign = [letter for letter in clause if letter in marked.names][1]
    return marked.restored(marked.text.replace(clause, clause.replace(sign, NAMES[other])))


# Place and time


def wrong_season(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Name another season, wherever it is named; the name of the climate zone stays."""
    others = [season for season in SEASONS if season != facts.season]
    return _outside_zone(text, facts, season_pattern(facts), pick(others, draws.random()))


def season_pattern(facts: CaptionFacts) -> re.Pattern[str]:
    """Return the pattern of a season's name; "fall into" and its like are verbs."""
    names = (
        "fall(?! in| under| into| within| to)|autumn" if facts.season == "fall" else re.escape(facts.season)
    )
    return re.compile(rf"\b(?:{names})\b", re.IGNORECASE)


def _outside_zone(text, facts, pattern, new):
    parts = re.split(f"({re.escape(facts.climate_zone)})", text, flags=re.IGNORECASE)
    if len(parts) < 3 or not facts.season:
        return None
    changed = [part if number % 2 else pattern.sub(new, part) for number, part in enumerate(parts)]
    return "".join(changed) if changed != parts else None


def wrong_country(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Name another country, wherever it is named."""
    if not facts.country or facts.country not in text:
        return None
    return text.replace(facts.country, pick([c for c in COUNTRIES if c != facts.country], draws.random()))


def wrong_zone(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Name another climate zone."""
    if not facts.climate_zone or facts.climate_zone not in text:
        return None
    others = [name.lower() for _, name in read_legend(CLIMATE_ZONES) if name.lower() != facts.climate_zone]
    return text.replace(facts.climate_zone, pick(others, draws.random()))


# Inventions

_OBJECTS = (
    "a lake",
    "a village",
    "a castle",
    "a railway line",
    "an airport",
    "wind turbines",
    "sunflowers",
    "sheep",
    "a golf course",
    "several ships",
    "a power station",
    "greenhouses",
    "a monastery",
    "snow-covered peaks",
    "a quarry",
    "orange trees",
)
_PLACES = (
    "The scene lies close to the capital.",
    "The pattern is typical of the northern foothills of the Alps.",
    "The area lies at the mouth of a large river.",
    "The image was taken near the national border.",
)
_CAUSES = (
    "The fields were harvested shortly before the image was taken.",
    "A flood has recently changed the landscape.",
    "The settlement has grown quickly over the last decades.",
    "The vegetation suffers from a long drought.",
)


def object_invented(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Add a thing that no map of classes can show."""
    one, other = pick_several(_OBJECTS, draws.random(2))
    return append(
        text,
        pick((f"There is also {one}.", f"In the middle, {one} and {other} can be seen."), draws.random()),
    )


def place_invented(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Add a place that the attributes do not name."""
    return append(text, pick(_PLACES, draws.random()))


def cause_invented(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Add an event or a cause that no attribute tells of."""
    return append(text, pick(_CAUSES, draws.random()))
