"""A rewriter without a model: the facts of a patch in varied order and wording.

It stands in for the language model of the paper (Section 3.2) where none can run. All sentences are
rendered from :class:`~bentxt.captions.facts.CaptionFacts`, so nothing can be lost or invented.
"""

from bentxt.captions.facts import MARGINAL, PRIMARY, SECONDARY
from bentxt.captions.wording import NAMES, PLURAL, area, capital, listing, number
from bentxt.nomenclature import LEVEL_1_GROUPS, PIXELS
from bentxt.randomness import generator

_GROUPS = {index: name.lower() for name, members in LEVEL_1_GROUPS.items() for index in members}

#: Share of the patch, %, from which one general class is said to dominate it.
_DOMINANT = 60


def paraphrase(facts, seed):
    """Write a caption of one patch.

    Parameters
    ----------
    facts : CaptionFacts
    seed : int
        The run's seed; the same seed and patch give the same caption.

    Returns
    -------
    str
        One paragraph.
    """
    return _Writer(facts, _draws(seed, facts.patch_id)).caption()


def _draws(seed, patch_id):
    draws = generator(seed, "augmentation", patch_id)
    while True:
        yield from draws.random(64).tolist()


class _Writer:
    """The choices of one caption: unit, nouns and verbs stay the same or vary from sentence to sentence."""

    def __init__(self, facts, draws):
        self.facts, self.draws = facts, draws
        self.unit = self.pick("sqm", "square meters")
        self.about = self.pick("~", "about ", "approximately ", "around ")
        self.margin = self.pick(
            f"{facts.marginal_share:g}% of the {self.scene}", f"{facts.marginal_area:,} {self.unit}"
        )

    def pick(self, *options):
        return options[int(next(self.draws) * len(options))]

    @property
    def scene(self):
        return self.pick("scene", "image", "area shown")

    def size(self, square_metres):
        return area(square_metres, self.unit, self.about)

    def sized(self, c):
        return f"{NAMES[c.index]} ({self.size(c.area)})"

    def caption(self):
        """Return the whole caption."""
        opening, *more = self.opening()
        body = self.classes()
        borders, instances = self.borders(), self.instances()
        order = self.pick(0, 1)
        details = [*borders, *instances] if order else [*instances, *borders]
        return " ".join([opening, *body, *details, *more])

    # Place and time

    def opening(self):
        """Return the opening sentence, and a closing one where place and time are left for the end."""
        facts, landscape = self.facts, self.landscape()
        season = self.pick(
            f"in {facts.season}", f"during {facts.season}", f"during the {facts.season} season"
        )
        taken = self.pick("captured", "taken", "acquired", "recorded")
        shows = self.pick("shows", "depicts", "presents", "displays", "features")
        zone = f'the "{facts.climate_zone}" climate zone'
        return self.pick(
            (
                f"This satellite image, {taken} {season} in {facts.country}, {shows} {landscape} "
                f"within {zone}.",
            ),
            (
                f"{capital(taken)} {season} in {facts.country}, this satellite image {shows} {landscape} "
                f"in {zone}.",
            ),
            (
                f"Located in {zone} of {facts.country}, this scene was {taken} {season} and {shows} "
                f"{landscape}.",
            ),
            (
                f"The satellite image {shows} {landscape} in {facts.country}.",
                f"The {self.pick('scene', 'image')} was {taken} {season} and lies in {zone}.",
            ),
            (
                f"This satellite image {shows} {landscape}.",
                f"It was {taken} {season} in {facts.country}, within {zone}.",
            ),
        )

    def landscape(self):
        """Describe the patch by general classes."""
        shares = {}
        for c in self.facts.classes:
            group = _GROUPS[c.index]
            shares[group] = shares.get(group, 0) + 100 * c.pixels / PIXELS
        ranked = sorted(shares, key=lambda group: -shares[group])
        if len(ranked) == 1:
            return self.pick(
                f"a landscape made up of {ranked[0]}",
                f"a landscape consisting of {ranked[0]}",
                f"a landscape of {ranked[0]} alone",
            )
        if shares[ranked[0]] >= _DOMINANT:
            return self.pick(
                f"a landscape dominated by {ranked[0]}",
                f"a landscape that consists mainly of {ranked[0]}",
                f"a setting characterized by {ranked[0]}",
            )
        return self.pick(
            f"a mix of {listing(ranked[:2])}",
            f"a varied landscape with {listing(ranked[:2])}",
            f"a mosaic that includes {listing(ranked[:2])}",
        )

    # Classes

    def classes(self):
        """Return the sentences on primary, secondary and marginal classes."""
        tiers = {PRIMARY: [], SECONDARY: [], MARGINAL: []}
        for c in self.facts.classes:
            tiers[c.tier].append(c)
        sentences = []
        if tiers[PRIMARY]:
            sentences.append(self.primary(*tiers[PRIMARY]))
        if tiers[SECONDARY]:
            sentences.append(self.secondary(tiers[SECONDARY]))
        if tiers[MARGINAL]:
            sentences.append(self.marginal(tiers[MARGINAL]))
        return sentences

    def primary(self, first, *rest):
        name, size = NAMES[first.index], self.size(first.area)
        covering = self.pick("covering", "spanning", "extending over", "occupying")
        if len(self.facts.classes) == 1:
            return self.pick(
                f"{capital(name)} {_agree(first.index, 'fill')} the entire {self.scene}, {covering} {size}.",
                f"No other class is present besides {name}, {covering} {size}.",
                f"The whole {self.scene} is covered by {name} ({size}).",
            )
        sentence = self.pick(
            f"The {self.pick('dominant', 'most prominent', 'primary')} feature is {name}, {covering} {size}",
            f"{capital(name)} {_agree(first.index, 'dominate')} the {self.scene}, {covering} {size}",
            f"Most of what is visible is {name} ({size})"
            if 2 * first.pixels > PIXELS
            else f"The largest share of the {self.scene} is {name} ({size})",
            f"The {self.scene} is primarily covered by {name} ({size})",
        )
        if rest:
            joined = listing(self.sized(c) for c in rest)
            sentence += self.pick(f", followed by {joined}", f", next to large shares of {joined}")
        return f"{sentence}."

    def secondary(self, classes):
        joined = listing(self.sized(c) for c in classes)
        index = classes[0].index if len(classes) == 1 else None
        part = "a smaller part" if len(classes) == 1 else "smaller parts"
        share = "A smaller share" if len(classes) == 1 else "Smaller shares"
        return self.pick(
            f"{capital(joined)} {_agree(index, 'take')} up {part} of the {self.scene}.",
            f"{capital(joined)} {_agree(index, 'cover')} {part} of the {self.scene}.",
            f"{share} of the {self.scene} {'belongs' if index is not None else 'belong'} to {joined}.",
            f"To a lesser extent, the {self.scene} also contains {joined}.",
            f"In addition, there {'is' if classes[0].index not in PLURAL else 'are'} {joined}.",
        )

    def marginal(self, classes):
        joined = listing(NAMES[c.index] for c in classes)
        index = classes[0].index if len(classes) == 1 else None
        each = "each " if index is None else ""
        return self.pick(
            f"{capital(joined)} {each}{_agree(index, 'cover')} less than {self.margin}.",
            f"{capital(joined)} {each}{_agree(index, 'account')} for less than {self.margin}.",
            f"{capital(joined)} {_agree(index, 'be')} only marginally present, "
            f"with less than {self.margin}{' each' if each else ''}.",
            f"Only marginal shares of less than {self.margin} each belong to {joined}."
            if each
            else f"Only a marginal share of less than {self.margin} belongs to {joined}.",
        )

    # Neighbours and instances

    def borders(self):
        """Return the sentences on which classes touch."""
        clauses = []
        for index, others in self.facts.borders:
            verb = self.pick("border", "adjoin", "touch", "be adjacent to", "share a border with", "meet")
            joined = listing(NAMES[other] for other in others)
            clauses.append(f"{NAMES[index]} {_agree(index, verb)} {joined}")
        return self.joined(clauses)

    def instances(self):
        """Return the sentences on classes of several areas."""
        return self.joined([self.instance(c) for c in self.facts.classes if c.count > 1])

    def instance(self, c):
        verb = self.pick("be split into", "be divided into", "be distributed over", "consist of", "form")
        kind = self.pick("individual ", "separate ", "distinct ", "")
        areas = self.pick("areas", "regions", "parts")
        parts = []
        for sizes, word in ((c.large, "large"), (c.smaller, "smaller")):
            if sizes:
                parts.append(f"{number(len(sizes))} {word} ({listing(self.size(s) for s in sizes)})")
        if c.marginal:
            parts.append(f"{number(c.marginal)} marginal")
        if len(parts) == 1 and c.marginal:
            detail = f", {'both' if c.count == 2 else 'all'} of them marginal"
        elif len(parts) == 1:
            detail = f", namely {parts[0]}"
        else:
            detail = f", namely {listing(parts)}{self.pick(' ones', f' {areas}') if c.marginal else ''}"
        return f"{NAMES[c.index]} {_agree(c.index, verb)} {number(c.count)} {kind}{areas}{detail}"

    def joined(self, clauses):
        """Make sentences of one or two clauses each."""
        sentences, rest = [], list(clauses)
        while rest:
            clause = rest.pop(0)
            if rest and next(self.draws) < 0.6:
                clause += self.pick(", while ", ", whereas ", "; ") + rest.pop(0)
            sentences.append(f"{capital(clause)}.")
        return sentences


def _agree(index, verb):
    """Inflect a verb phrase for a class (or for several, where ``index`` is None)."""
    plural = index is None or index in PLURAL
    word, _, tail = verb.partition(" ")
    if word == "be":
        word = "are" if plural else "is"
    elif not plural:
        word += "es" if word.endswith("ch") else "s"
    return f"{word} {tail}".rstrip()
