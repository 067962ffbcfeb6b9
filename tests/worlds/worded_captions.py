"""Facts of a few patches, a plain caption of one of them, and what the check finds in a wording of it."""

from bentxt.captions.caption_check import check_caption
from bentxt.captions.caption_facts import caption_facts
from worlds.caption_tables import RULES, STRICT

#: Arable land 526,000, inland wetlands 460,000, inland waters 305,000, urban fabric (three areas) 149,000 m².
WETLANDS = caption_facts(
    "32TMT_61_44",
    "Switzerland",
    "Summer",
    "Temperate, no dry season, warm summer",
    {2: [5260], 15: [4600], 17: [3050], 0: [500, 500, 490]},
    [(2, 15), (0, 2), (15, 17), (0, 15)],
    RULES,
)
#: Mixed forest 900,000, pastures 330,000 (one smaller area), urban fabric 110,000, arable land 100,000 m².
FOREST = caption_facts(
    "P",
    "Austria",
    "Fall",
    "Cold, no dry season, warm summer",
    {10: [9000], 4: [3000, 300], 2: [1000], 0: [600, 500]},
    [(4, 10), (2, 10), (2, 4), (0, 2)],
    RULES,
)
#: Arable land 1,320,000 and pastures and urban fabric, both marginal, 70,000 and 50,000 m².
MARGINS = caption_facts(
    "Q",
    "Serbia",
    "Winter",
    "Temperate, no dry season, hot summer",
    {2: [13200], 4: [700], 0: [500]},
    [(2, 4), (0, 2)],
    RULES,
)
#: The same patch, its pastures in two marginal areas.
PARTED_MARGINS = caption_facts(
    "Q",
    "Serbia",
    "Winter",
    "Temperate, no dry season, hot summer",
    {2: [13200], 4: [500, 200], 0: [500]},
    [(2, 4), (0, 2)],
    RULES,
)
#: Permanent crops alone.
ONE = caption_facts("R", "Portugal", "Spring", "Temperate, dry summer, hot summer", {3: [14400]}, [], RULES)
#: Coniferous forest 730,000 and inland waters 710,000 m².
HALVES = caption_facts(
    "T", "Finland", "Summer", "Cold, no dry season, cold summer", {9: [7300], 17: [7100]}, [(9, 17)], RULES
)
#: The plain caption of FOREST, by its parts.
PLACE = "Taken in fall in Austria, this image lies in the {zone} climate zone."
AREAS = (
    "Mixed forest (900,000 sqm) is the largest class, followed by pastures (330,000 sqm), urban fabric "
    "(110,000 sqm) and arable land (100,000 sqm)."
)
BORDERS = (
    "The mixed forest borders pastures and arable land; the arable land borders pastures and urban fabric."
)
COUNTS = (
    "The pastures fall into two areas, one smaller (300,000 sqm) and one marginal, and the urban fabric "
    "into two marginal areas."
)
PLAIN = f"{PLACE} {AREAS} {BORDERS} {COUNTS}"


def findings(text, facts, strictness=STRICT):
    """Return (kind, message) of each finding on a text, in which {zone} stands for the climate zone."""
    text = text.replace("{zone}", f'"{facts.climate_zone}"')
    return [(finding.kind, finding.message) for finding in check_caption(text, facts, strictness).findings]


def kinds(text, facts, strictness=STRICT):
    """Return the kind of each finding on a text."""
    return [kind for kind, _ in findings(text, facts, strictness)]
