"""Read a caption: sentence by sentence, with what earlier sentences named in mind."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bentxt.captions.reading.area_reading import read_areas
from bentxt.captions.reading.bare_numbers import with_units
from bentxt.captions.reading.border_reading import read_borders
from bentxt.captions.reading.class_names import Mention
from bentxt.captions.reading.count_reading import read_counts
from bentxt.captions.reading.place_reading import PlaceWord, read_place
from bentxt.captions.reading.rank_reading import read_ranks
from bentxt.captions.reading.rows import Row
from bentxt.captions.reading.statements import AreaClaim, BorderClaim, CountClaim, RankClaim
from bentxt.captions.reading.tokens import Token, tokens_of

_SENTENCE_END = re.compile(
    r'(?<=[.!?])(?<!approx\.)(?<!\bca\.)(?<!sq\.)(?<!i\.e\.)(?<!e\.g\.)["”)]*\s+(?=["“(]*[A-Z0-9])|\n+'
)
#: Of a text in lower case, where no capital tells the end of a sentence from an abbreviation.
_SENTENCE_END_SMALL = re.compile(r'(?<=[a-z)"”][.!?])["”)]*\s+|\n+')


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: its place in the text, its tokens, what it names and what it claims."""

    start: int
    end: int
    tokens: tuple[Token, ...]
    mentions: tuple[Mention, ...]
    areas: tuple[AreaClaim, ...]
    counts: tuple[CountClaim, ...]
    borders: tuple[BorderClaim, ...]
    ranks: tuple[RankClaim, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a caption says.

    Attributes
    ----------
    sentences : tuple of Sentence
    places : tuple of PlaceWord
        Words on country, season and climate outside the zones.
    zones : tuple of (str, int, int)
        Climate zones that are named, as they were looked for, with their places.
    """

    sentences: tuple[Sentence, ...]
    places: tuple[PlaceWord, ...]
    zones: tuple[tuple[str, int, int], ...]

    @property
    def mentions(self) -> list[Mention]:
        """All classes named, in order."""
        return [mention for sentence in self.sentences for mention in sentence.mentions]


@lru_cache(64)
def _zone_pattern(zones):
    names = "|".join(re.escape(zone) for zone in sorted(zones, key=len, reverse=True))
    return re.compile(rf"(?P<zone>\b(?:{names})\b)", re.IGNORECASE) if zones else re.compile(r"$^")


def blank_zones(text: str, zones: Sequence[str]) -> tuple[str, tuple[tuple[str, int, int], ...]]:
    """Return the text with the names of climate zones, which hold seasons, blanked out, and those names.

    Parameters
    ----------
    text : str
    zones : sequence of str
        Names to look for.

    Returns
    -------
    text : str
        As long as before; ``zone`` stands where a name was.
    found : tuple of (str, int, int)
    """
    found: list[tuple[str, int, int]] = []
    known = {zone.lower(): zone for zone in zones}

    def blank(match):
        found.append((known[match["zone"].lower()], match.start("zone"), match.end("zone")))
        return f"zone{' ' * (len(match[0]) - 4)}"

    return _zone_pattern(tuple(zones)).sub(blank, text), tuple(found)


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Return where the sentences of a text are: split after ``.``, ``!`` or ``?`` before a capital letter."""
    spans, start = [], 0
    for match in (_SENTENCE_END if re.search("[A-Z]", text) else _SENTENCE_END_SMALL).finditer(text):
        spans.append((start, match.start()))
        start = match.end()
    spans.append((start, len(text)))
    return [(start, stop) for start, stop in spans if text[start:stop].strip()]


def lower(text: str) -> str:
    """Return a text in lower case, each character in its place."""
    plain = text.lower()
    return (
        plain if len(plain) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    )


def read(text: str, zones: Sequence[str]) -> Reading:
    """Read a caption.

    Parameters
    ----------
    text : str
    zones : sequence of str
        Names of the climate zones to look for.

    Returns
    -------
    Reading
    """
    blanked, found = blank_zones(text, zones)
    small = lower(blanked)
    sentences: list[Sentence] = []
    before: tuple[tuple[Mention, ...], ...] = ()
    topic: tuple[Mention, ...] = ()
    said: BorderClaim | None = None
    unit = ""
    for start, stop in split_sentences(blanked):
        tokens, unit = with_units(tokens_of(small[start:stop], start), unit)
        row = Row(tokens, before, topic, said)
        mentions = tuple(token.mention for token in tokens if token.mention)
        sentences.append(
            Sentence(
                start,
                stop,
                tuple(tokens),
                mentions,
                tuple(read_areas(row)),
                tuple(read_counts(row)),
                tuple(read_borders(row)),
                tuple(read_ranks(small[start:stop], mentions, start)),
            )
        )
        said = next(reversed(sentences[-1].borders), said)
        if mentions:
            topic = row.first_classes(0, len(row)) or topic
            before = (
                *before,
                *reversed(row.lists_before(len(row))[: len(row.lists_before(len(row))) - len(before)]),
            )
    return Reading(tuple(sentences), tuple(read_place(small)), found)
