"""Words that the grammar chooses from: verbs that agree, areas, shares, and what a class is called again."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TypeVar

from bentxt.captions.caption_facts import CaptionFacts, ClassFacts
from bentxt.captions.phrases import NAMES, PLURAL, series
from bentxt.nomenclature import PIXELS
from bentxt.randomness import generator

Text = TypeVar("Text", str, tuple[str, ...])

#: What a class with a long name is called after its first mention.
_SHORT = {6: "land principally occupied by agriculture"}

#: Fractions of the patch, each with the bounds in % between which it is said.
_FRACTIONS = (
    (23.8, 26.2, "a quarter"),
    (32.1, 34.5, "a third"),
    (48.5, 51.5, "half"),
    (65.5, 67.9, "two thirds"),
    (73.8, 76.2, "three quarters"),
)

#: The same, without a number; below half it is said of the largest class.
_PARTS = (
    (0, 50, "the largest share"),
    (0, 50, "the largest part"),
    (50, 75, "more than half"),
    (55, 100, "most"),
    (55, 100, "the greater part"),
)

#: Words that do not tell two phrases apart, and letters that do.
_NO_STEM = frozenset(("a", "an", "the", "be", "is", "are", "in", "of", "which", "also", "all", "both"))
_STEM = 4

#: Classes up to which a caption has room for words that a longer one goes without.
_ROOMY = 3

#: Below this share, %, a percentage would read as the bound of marginal classes.
_NEARLY_MARGINAL = 7

#: Above this share, %, a percentage would read as the whole patch.
_NEARLY_ALL = 98.5


def inflected(index: int | None, verb: str) -> str:
    """Inflect a verb phrase for a class, or for several where ``index`` is None.

    Examples
    --------
    >>> inflected(2, "be adjacent to"), inflected(4, "touch"), inflected(2, "occupy")
    ('is adjacent to', 'touch', 'occupies')
    """
    return conjugated(verb, plural=index is None or index in PLURAL)


def conjugated(verb: str, plural: bool) -> str:
    """Inflect a verb phrase for the third person."""
    word, _, tail = verb.partition(" ")
    if word == "be":
        word = "are" if plural else "is"
    elif not plural:
        word = f"{word[:-1]}ies" if word == "occupy" else f"{word}es" if word.endswith("ch") else f"{word}s"
    return f"{word} {tail}".rstrip()


@lru_cache(256)
def _stem(phrase: str) -> str:
    """Return what forms of a word have in common: "covers", "covering" and "which cover" are one."""
    first = next((word for word in phrase.split() if word not in _NO_STEM), phrase)
    return first[:_STEM]


def _draws(seed: int, patch_id: str) -> Iterator[float]:
    draws = generator(seed, "augmentation", patch_id)
    while True:
        yield from draws.random(64).tolist()


class Words:
    """Choices for one caption: seeded by run and patch, and no word twice while there are others.

    Parameters
    ----------
    facts : CaptionFacts
    seed : int
        The run's seed.
    """

    def __init__(self, facts: CaptionFacts, seed: int) -> None:
        self.facts = facts
        self._draws = _draws(seed, facts.patch_id)
        self._used: set[str] = set()
        self._opened = self._shared = False
        self._room = len(facts.classes) <= _ROOMY
        # These stay the same within a caption: a writer keeps to one style.
        self._short_unit = self.chance(0.5)
        self._article = self.chance(0.8)
        self.image = self.pick("image", "scene", "view")
        self._scenes = (self.image, self.pick("patch", "area shown", "frame"))[
            :: -1 if self.chance(0.5) else 1
        ]

    def chance(self, share: float) -> bool:
        """Return True with this probability."""
        return next(self._draws) < share

    def roomy(self, few: float, many: float) -> bool:
        """Return True with the first probability in a caption of few classes, with the other elsewhere."""
        return self.chance(few if self._room else many)

    def said(self, word: str) -> bool:
        """Return whether a form of this word was chosen."""
        return _stem(word) in self._used

    def pick(self, *options: str) -> str:
        """Choose a word, one that the caption does not hold yet if there is one."""
        fresh = [option for option in options if _stem(option) not in self._used] or options
        choice = fresh[self.below(len(fresh))]
        self._used.add(_stem(choice))
        return choice

    def below(self, count: int) -> int:
        """Draw a number from 0 to ``count`` - 1."""
        return int(next(self._draws) * count)

    def form(self, *writers: Callable[[], Text]) -> Text:
        """Choose a form of sentence, and write only that one."""
        return writers[self.below(len(writers))]()

    def scene(self) -> str:
        """Return a noun for the image: one of two, since more would read as different things."""
        self._scenes = self._scenes[::-1]
        return self._scenes[0]

    def again(self, index: int) -> str:
        """Return what a class is called after its first mention."""
        return f"the {self.plain(index)}" if self._article else self.plain(index)

    def plain(self, index: int) -> str:
        """Return the name of a class after its first mention, without an article."""
        return _SHORT.get(index, NAMES[index])

    def prose(self, area: int) -> str:
        """Write one area in running text: ``about 383,000 square meters``."""
        return f"{self._about()} {area:,} square meters"

    def sizes(self, *areas: int) -> str:
        """Write one area or several for brackets: ``~383,000 and ~81,000 sqm``."""
        each = " each" if len(areas) > 1 and len(set(areas)) == 1 else ""
        shown = areas[:1] if each else areas
        if self._short_unit:
            return f"{series(f'~{area:,}' for area in shown)} sqm{each}"
        return f"{self._about()} {series(f'{area:,}' for area in shown)} square meters{each}"

    def area_in_brackets(self, *areas: int) -> str:
        """Write areas behind what has them: `` (~383,000 and ~81,000 sqm)``, nothing for none."""
        return f" ({self.sizes(*areas)})" if areas else ""

    def area_of(self, *areas: int) -> str:
        """Write areas behind what has them: `` of about 383,000 and 81,000 square meters``."""
        if not areas:
            return ""
        each = " each" if len(areas) > 1 and len(set(areas)) == 1 else ""
        shown = series(f"{area:,}" for area in (areas[:1] if each else areas))
        return f" of {self._about()} {shown} square meters{each}"

    def percent(self, c: ClassFacts) -> str:
        """Write the share of a class behind its area: `` or 57% of the scene``; at times nothing."""
        share = 100 * c.pixels / PIXELS
        if not _NEARLY_MARGINAL < share < _NEARLY_ALL or not self.roomy(0.8, 0.4):
            return ""
        # Of what it is the share need be said only once.
        of_scene = "" if self._shared else f" of the {self.scene()}"
        self._shared = True
        return f" or {share:.0f}%{of_scene}"

    def _about(self):
        return self.pick("about", "approximately", "around", "roughly", "some")

    def share(self, c: ClassFacts) -> str:
        """Write which share of the patch the largest class has."""
        share = 100 * c.pixels / PIXELS
        about = self.pick("about", "roughly", "around")
        if share < _NEARLY_ALL and self.chance(0.5):
            fractions = [words for low, high, words in _FRACTIONS if low <= share <= high]
            return f"{about} {fractions[0] if fractions else f'{share:.0f}%'}"
        return self.pick(*(text for low, high, text in _PARTS if low < share <= high))

    def bound(self) -> str:
        """Write the bound of marginal areas: ``less than 5% of the scene``, or in square meters."""
        share, area = f"{self.facts.marginal_share:g}%", f"{self.facts.marginal_area:,} square meters"
        return self.form(
            lambda: f"less than {share} of the {self.scene()}",
            lambda: f"less than {share} of the total area",
            lambda: f"less than {area}",
        )

    def opener(self) -> str:
        """Return a word that links a sentence to the one before, once a caption, or nothing."""
        if self._opened or not self.chance(0.4):
            return ""
        self._opened = True
        return self.pick("Moreover, ", "In addition, ", "Furthermore, ", "Additionally, ")
