"""The grammar's sentences on place, time and climate, on the landscape, and on a patch of one class."""

from bentxt.captions.grammar_words import Words, conjugated
from bentxt.captions.phrases import NAMES, PLURAL, capital, listing, number
from bentxt.nomenclature import LEVEL_1_GROUPS, PIXELS

_GROUPS = {index: name.lower() for name, members in LEVEL_1_GROUPS.items() for index in members}

#: Share of the patch, %, from which one general class is said to dominate it.
_DOMINANT = 60

#: How often the general classes come at the end, as a summary, instead of the beginning:
#: where there are few classes, and elsewhere.
_SUMMED_UP = (0.9, 0.6)

#: Share of a general class, %, from which a summary says it: well above the bound of marginal classes.
_TOLD = 7

_TAKEN = ("captured", "taken", "acquired", "recorded")
_SHOWS = ("shows", "depicts", "presents", "displays", "features", "reveals", "showcases")

#: Characters of a landscape from which it is set off by a comma.
_LONG = 60


def frame(words: Words, landscape: str, aside: str = "") -> tuple[str, ...]:
    """Return an opening sentence on a landscape, and a closing one where something is left for the end.

    Parameters
    ----------
    words : Words
    landscape : str
        What the image shows.
    aside : str
        What is added to it between commas.

    Returns
    -------
    tuple of str
        One or two sentences that say season, country and climate zone.
    """
    facts, season = words.facts, words.facts.season
    country = facts.country
    when = words.pick(
        f"in {season}",
        f"during {season}",
        f"in the {season}",
        f"during the {season}",
        f"in the {season} season",
    )
    taken, shows = words.pick(*_TAKEN), words.pick(*_SHOWS)
    scene, image = words.image, f"satellite {words.image}"
    before = f'the "{facts.climate_zone}" climate zone'
    zone = words.pick(before, before, f'the climate zone "{facts.climate_zone}"')
    within = f"{words.pick('within', 'in')} {zone}"
    lies = words.pick("belongs to", "falls within", "is part of", "lies in")
    end = f"{landscape}, {aside}" if aside else landscape
    # A long landscape is set off by a comma, lest the zone seem to belong to its last part.
    go_on = f"{end}," if aside or len(landscape) > _LONG else end
    taken_there = f"{words.pick('', 'which was ')}{taken} {when} in {country}"
    return words.form(
        lambda: (f"This {image}, {taken_there}, {shows} {go_on} {within}.",),
        lambda: (f"This {image}, {taken_there}, {shows} {go_on} {within}.",),
        lambda: (f"{capital(taken)} {when} in {country}, this {image} {shows} {go_on} {within}.",),
        lambda: (f"Located in {before} of {country}, this {scene} {taken} {when} {shows} {end}.",),
        lambda: (f"This {season} {scene} from {country}, located in {zone}, {shows} {end}.",),
        lambda: (f"In {country}, within {zone}, this {season} {scene} {shows} {end}.",),
        lambda: (
            f"This {image} from {country} {shows} {end}.",
            f"The {scene} was {taken} {when} and {lies} {zone}.",
        ),
        lambda: (f"This {season} {scene} from {country} {shows} {end}.", f"The location {lies} {zone}."),
    )


def landscape(words: Words) -> tuple[str, str]:
    """Describe a patch of several classes by their general classes.

    Returns
    -------
    opening, closing : str
        What the image shows; and a sentence that sums up the caption, empty where the opening says it all.
    """
    shares: dict[str, float] = {}
    for c in words.facts.classes:
        group = _GROUPS[c.index]
        shares[group] = shares.get(group, 0) + 100 * c.pixels / PIXELS
    first, *rest = sorted(shares, key=lambda group: -shares[group])
    if rest and words.roomy(*_SUMMED_UP):
        count = number(len(words.facts.classes))
        opening = words.pick(f"a landscape of {count} classes", f"a landscape composed of {count} classes")
        return opening, _summary(words, shares, [first, *rest])
    if not rest:
        kind = words.pick("made up of", "consisting entirely of", "of")
        return f"a landscape {kind} {first}", ""
    if shares[first] >= _DOMINANT:
        if words.chance(0.2):
            return f"predominantly {first}", ""
        kind = words.pick("dominated by", "that consists mainly of", "characterized by")
        return f"a {words.pick('landscape', 'setting')} {kind} {first}", ""
    return words.pick(
        f"a landscape that combines {first} with {listing(rest)}",
        f"a varied landscape with {first} alongside {listing(rest)}",
        f"a diverse setting shared by {first} and, to a lesser degree, {listing(rest)}",
        f"a mix of {_mixed(first, rest)}",
    ), ""


def _summary(words, shares, groups):
    first, *rest = groups
    if shares[rest[-1]] >= _TOLD and words.chance(0.6):
        *parts, last = (f"{group} for about {shares[group]:.0f}%" for group in rest)
        start = words.pick("Altogether", "Taken together", "In total")
        lead = f"{start}, {first} account for about {shares[first]:.0f}% of the {words.scene()}"
        return f"{', '.join([lead, *parts])}, and {last}."
    return words.pick(
        f"As a whole, the landscape is a mix of {_mixed(first, rest)}.",
        f"The landscape combines {first} with {listing(rest)}.",
        f"Taken together, the classes represent {listing(groups)}.",
        f"Altogether, the landscape consists of {listing(groups)}.",
    )


def _mixed(first, rest):
    # "A mix of water bodies and wetlands", but "a mix of wetlands and of forest and semi-natural areas".
    inner = any(" and " in group for group in (first, *rest))
    return f"{first} and of {rest[0]}" if inner and len(rest) == 1 else listing([first, *rest])


def single(words: Words) -> str:
    """Write the caption of a patch of one class."""
    (c,) = words.facts.classes
    name = NAMES[c.index]
    shown = words.form(
        lambda: (
            f"a landscape {words.pick('entirely', 'fully')} {words.pick('covered', 'occupied')} by {name}"
        ),
        lambda: f"a landscape that consists {words.pick('entirely', 'exclusively')} of {name}",
        lambda: f"an area made up of {name} alone",
        lambda: f"nothing but {name}",
        lambda: f"an uninterrupted expanse of {name}",
    )
    covering = words.pick("covering", "spanning", "extending over", "occupying", "stretching over")
    whole = words.form(
        lambda: words.prose(c.area),
        lambda: f"{words.prose(c.area)}, the {words.pick('whole', 'entire')} area of the {words.image}",
        lambda: f"the {words.pick('whole', 'entire')} {words.image} of {words.prose(c.area)}",
    )
    if words.chance(0.6):
        alone = words.pick(", with no other class present", ", without any other class", "", "")
        return " ".join(frame(words, shown, f"{covering} {whole}{alone}"))
    opening, *closing = frame(words, shown)
    subject = "They" if c.index in PLURAL else "It"
    verb = words.pick("cover", "span", "occupy", "extend over")
    verb = conjugated(verb, plural=subject == "They")
    alone = words.pick(", and no other class is present", "; no other class is present", "", "")
    return " ".join([opening, f"{subject} {verb} {whole}{alone}.", *closing])
