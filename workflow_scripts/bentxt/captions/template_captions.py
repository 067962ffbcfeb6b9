"""Template captions: facts in pre-defined sentences, class names in quotation marks (Section 3.1)."""

from bentxt.captions.caption_facts import MARGINAL, PRIMARY, SECONDARY, CaptionFacts
from bentxt.captions.phrases import PLURAL, QUOTED, area, capital, number, series


def template_caption(facts: CaptionFacts) -> str:
    """Write the template caption of one patch.

    Sentences in order: classes by tier with their areas, adjacencies, instances of classes that have
    several, season, country and climate zone.

    Parameters
    ----------
    facts : CaptionFacts

    Returns
    -------
    str
        One paragraph.
    """
    return " ".join(
        [
            *_class_sentences(facts),
            *(_border_sentence(index, others) for index, others in facts.borders),
            *(_instance_sentence(c) for c in facts.classes if c.count > 1),
            f"The image was taken in {facts.season} in {facts.country}, "
            f'in the climate zone "{facts.climate_zone}".',
        ]
    )


def _class_sentences(facts):
    tiers: dict[str, list[str]] = {PRIMARY: [], SECONDARY: [], MARGINAL: []}
    for c in facts.classes:
        tiers[c.tier].append(QUOTED[c.index] if c.tier == MARGINAL else f"{QUOTED[c.index]} ({area(c.area)})")
    verb = "The satellite image primarily shows"
    if tiers[PRIMARY]:
        first, *rest = tiers[PRIMARY]
        yield f"{verb} {first}{f', followed by {series(rest)}' if rest else ''}."
        verb = "Secondarily, it shows"
    else:
        verb = "The satellite image shows no primary class. Secondarily, it shows"
    if tiers[SECONDARY]:
        yield f"{verb} {series(tiers[SECONDARY])}."
    if tiers[MARGINAL]:
        each = " each" if len(tiers[MARGINAL]) > 1 else ""
        yield (
            f"Marginally, it shows {series(tiers[MARGINAL])}, covering less than "
            f"{facts.marginal_share:g}% ({facts.marginal_area:,} sqm){each}."
        )


def _border_sentence(index, others):
    verb = "border" if index in PLURAL else "borders"
    return f"{capital(QUOTED[index])} {verb} {series(QUOTED[other] for other in others)}."


def _instance_sentence(c):
    verb = "are" if c.index in PLURAL else "is"
    tiers = [
        (len(sizes), word, f" ({series(area(size) for size in sizes)})" if sizes else "")
        for sizes, word in ((c.large, "large"), (c.smaller, "smaller"))
    ]
    tiers = [tier for tier in (*tiers, (c.marginal, "marginal", "")) if tier[0]]
    if len(tiers) == 1:
        detail = f", {'both' if c.count == 2 else 'all'} of them {tiers[0][1]}{tiers[0][2]}"
    else:
        detail = f": {series(f'{number(count)} {word}{sizes}' for count, word, sizes in tiers)}"
    return f"{capital(QUOTED[c.index])} {verb} split into {number(c.count)} individual areas{detail}."
