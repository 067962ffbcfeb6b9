"""A rewriter without a model: the facts of a patch in varied order and wording.

It stands in for the language model of the paper (Section 3.1) where none can run. All sentences are
rendered from :class:`~bentxt.captions.caption_facts.CaptionFacts`, so nothing can be lost or invented.
"""

from bentxt.captions.caption_facts import MARGINAL, PRIMARY, SECONDARY, CaptionFacts, ClassFacts
from bentxt.captions.phrases import NAMES, PLURAL, capital, listing, number, series
from bentxt.nomenclature import LEVEL_1_GROUPS, PIXELS
from bentxt.randomness import generator

_GROUPS = {index: name.lower() for name, members in LEVEL_1_GROUPS.items() for index in members}

#: Share of the patch, %, from which one general class is said to dominate it.
_DOMINANT = 60

#: Share of neighbouring clauses that are joined to one sentence.
_JOINED = 0.65


def paraphrase(facts: CaptionFacts, seed: int) -> str:
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


def _inflected(index, verb):
    """Inflect a verb phrase for a class, or for several where ``index`` is None."""
    plural = index is None or index in PLURAL
    word, _, tail = verb.partition(" ")
    if word == "be":
        word = "are" if plural else "is"
    elif not plural:
        word = f"{word[:-1]}ies" if word == "occupy" else f"{word}es" if word.endswith("ch") else f"{word}s"
    return f"{word} {tail}".rstrip()


class _Writer:
    """Writes one caption; its unit stays the same, all else varies from sentence to sentence."""

    def __init__(self, facts, draws):
        self.facts, self.draws = facts, draws
        self.unit = self.pick("sqm", "square meters")

    def pick(self, *options):
        return options[int(next(self.draws) * len(options))]

    def scene(self):
        return self.pick("scene", "image", "area shown", "patch", "view")

    def size(self, *areas):
        """Write one area or several: ``~383,000 and 81,000 sqm``."""
        about = self.pick("~", "~", "about ", "approximately ", "around ", "roughly ")
        return f"{about}{series(f'{area:,}' for area in areas)} {self.unit}"

    def sized(self, c):
        return f"{NAMES[c.index]} ({self.size(c.area)})"

    def caption(self):
        """Return the whole caption."""
        opening, *closing = self.opening()
        classes, borders, instances = self.classes(), self.borders(), self.instances()
        details = [*borders, *instances] if next(self.draws) < 0.5 else [*instances, *borders]
        return " ".join([opening, *classes, *details, *closing])

    # Place and time

    def opening(self):
        """Return the opening sentence, and a closing one where place and time are left for the end."""
        facts, landscape = self.facts, self.landscape()
        season = self.pick(f"in {facts.season}", f"during {facts.season}", f"in the {facts.season} season")
        taken = self.pick("captured", "taken", "acquired", "recorded")
        shows = self.pick("shows", "depicts", "presents", "displays", "features", "reveals", "showcases")
        zone = f'the "{facts.climate_zone}" climate zone'
        scene = self.pick("scene", "image", "satellite scene")
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
                f"Located in {zone} of {facts.country}, this {scene} was {taken} {season} and {shows} "
                f"{landscape}.",
            ),
            (
                f"The satellite image {shows} {landscape} in {facts.country}.",
                f"The {scene} was {taken} {season} and lies in {zone}.",
            ),
            (
                f"This satellite image {shows} {landscape}.",
                f"The {scene} was {taken} {season} in {facts.country}, within {zone}.",
            ),
            (
                f"This {facts.season} {scene} from {facts.country} {shows} {landscape}.",
                f"The location {self.pick('belongs to', 'falls within', 'is part of')} {zone}.",
            ),
        )

    def landscape(self):
        """Describe the patch by general classes."""
        shares: dict[str, float] = {}
        for c in self.facts.classes:
            group = _GROUPS[c.index]
            shares[group] = shares.get(group, 0) + 100 * c.pixels / PIXELS
        first, *rest = sorted(shares, key=lambda group: -shares[group])
        if not rest:
            return self.pick(
                f"a landscape made up of {first}",
                f"a landscape consisting of {first}",
                f"nothing but {first}",
            )
        if shares[first] >= _DOMINANT:
            return self.pick(
                f"a landscape dominated by {first}",
                f"a landscape that consists mainly of {first}",
                f"a setting characterized by {first}",
                f"predominantly {first}",
            )
        return self.pick(
            f"a landscape that combines {first} with {rest[0]}",
            f"a varied landscape with {first} alongside {rest[0]}",
            f"a diverse setting shared by {first} and, to a lesser degree, {rest[0]}",
        )

    # Classes

    def classes(self):
        """Return the sentences on primary, secondary and marginal classes."""
        tiers: dict[str, list[ClassFacts]] = {PRIMARY: [], SECONDARY: [], MARGINAL: []}
        for c in self.facts.classes:
            tiers[c.tier].append(c)
        sentences = []
        if tiers[PRIMARY]:
            sentences.append(self.primary(*tiers[PRIMARY]))
        if tiers[SECONDARY]:
            write = self.secondary if tiers[PRIMARY] else self.no_primary
            sentences.append(write(tiers[SECONDARY]))
        if tiers[MARGINAL]:
            sentences.append(self.marginal(tiers[MARGINAL]))
        return sentences

    def primary(self, first, *rest):
        name, size, scene = NAMES[first.index], self.size(first.area), self.scene()
        covering = self.pick("covering", "spanning", "extending over", "occupying", "stretching over")
        if len(self.facts.classes) == 1:
            return self.pick(
                f"{capital(name)} {_inflected(first.index, 'fill')} the entire {scene}, {covering} {size}.",
                f"No other class is present besides {name}, {covering} {size}.",
                f"The whole {scene} is covered by {name} ({size}).",
            )
        share = "More than half" if 2 * first.pixels > PIXELS else "The largest share"
        sentence = self.pick(
            f"The {self.pick('dominant', 'most prominent', 'primary', 'main')} feature is {name}, "
            f"{covering} {size}",
            f"{capital(name)} {_inflected(first.index, 'dominate')} the {scene}, {covering} {size}",
            f"{share} of the {scene} is occupied by {name} ({size})",
            f"The {scene} is primarily covered by {name} ({size})",
        )
        if rest:
            joined = listing(self.sized(c) for c in rest)
            sentence += self.pick(f", followed by {joined}", f", next to large shares of {joined}")
        return f"{sentence}."

    def no_primary(self, classes):
        joined, scene = listing(self.sized(c) for c in classes), self.scene()
        return self.pick(
            f"No single class dominates the {scene}, which is shared by {joined}.",
            f"Without a dominant class, the {scene} is divided among {joined}.",
        )

    def secondary(self, classes):
        joined, scene = listing(self.sized(c) for c in classes), self.scene()
        index = classes[0].index if len(classes) == 1 else None
        part = "a smaller part" if len(classes) == 1 else "smaller parts"
        share = "A smaller share" if len(classes) == 1 else "Smaller shares"
        return self.pick(
            f"{capital(joined)} {_inflected(index, 'take')} up {part} of the {scene}.",
            f"{capital(joined)} {_inflected(index, 'cover')} {part} of the {scene}.",
            f"{capital(joined)} {_inflected(index, 'occupy')} {part} of the {scene}.",
            f"{share} of the {scene} {'belong' if index is None else 'belongs'} to {joined}.",
            f"To a lesser extent, the {scene} also contains {joined}.",
            f"In addition, there {_inflected(classes[0].index, 'be')} {joined}.",
        )

    def marginal(self, classes):
        joined, scene = listing(NAMES[c.index] for c in classes), self.scene()
        index, each = (classes[0].index, "") if len(classes) == 1 else (None, "each ")
        margin = self.pick(
            f"{self.facts.marginal_share:g}% of the {scene}", f"{self.facts.marginal_area:,} {self.unit}"
        )
        return self.pick(
            f"{capital(joined)} {each}{_inflected(index, 'cover')} less than {margin}.",
            f"{capital(joined)} {each}{_inflected(index, 'account')} for less than {margin}.",
            f"{capital(joined)} {_inflected(index, 'be')} only marginally present, with less than {margin}"
            f"{' each' if each else ''}.",
            f"Only marginal shares of less than {margin} each belong to {joined}."
            if each
            else f"Only a marginal share of less than {margin} belongs to {joined}.",
        )

    # Neighbours and instances

    def borders(self):
        """Return the sentences on which classes touch."""
        clauses = []
        for index, others in self.facts.borders:
            verb = self.pick("border", "adjoin", "touch", "be adjacent to", "share a border with", "meet")
            clauses.append(f"{NAMES[index]} {_inflected(index, verb)} {listing(NAMES[o] for o in others)}")
        return self.joined(clauses)

    def instances(self):
        """Return the sentences on classes of several areas."""
        return self.joined([self.instance(c) for c in self.facts.classes if c.count > 1])

    def instance(self, c):
        verb = self.pick(
            "be split into",
            "be divided into",
            "be distributed over",
            "consist of",
            "form",
            "be spread across",
        )
        kind = self.pick("individual ", "separate ", "distinct ", "")
        noun = self.pick("areas", "regions", "parts")
        tiers = [
            (len(sizes), word, f" ({self.size(*sizes)})" if sizes else "")
            for sizes, word in ((c.large, "large"), (c.smaller, "smaller"))
        ]
        tiers = [tier for tier in (*tiers, (c.marginal, "marginal", "")) if tier[0]]
        if len(tiers) == 1:
            everyone = "both" if c.count == 2 else "all"
            detail = f", {everyone} of {self.pick('them', 'which are')} {tiers[0][1]}{tiers[0][2]}"
        elif next(self.draws) < 0.5:
            parts = (f"{number(count)} {word}{sizes}" for count, word, sizes in tiers)
            detail = f", {self.pick('namely ', '')}{series(parts)}"
        else:
            parts = (
                f"{'a' if count == 1 else number(count)} {word} {'one' if count == 1 else 'ones'}{sizes}"
                for count, word, sizes in tiers
            )
            detail = f", {self.pick('namely ', '')}{series(parts)}"
        return f"{NAMES[c.index]} {_inflected(c.index, verb)} {number(c.count)} {kind}{noun}{detail}"

    def joined(self, clauses):
        """Make sentences of one or two clauses each."""
        sentences, rest = [], list(clauses)
        while rest:
            clause = rest.pop(0)
            if rest and next(self.draws) < _JOINED:
                clause += self.pick(", while ", ", whereas ", "; ") + rest.pop(0)
            sentences.append(f"{capital(clause)}.")
        return sentences
