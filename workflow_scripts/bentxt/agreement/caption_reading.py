"""What a released caption says of classes, areas and climate, held against the maps."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bentxt.agreement.language import check_english
from bentxt.captions.caption_facts import Rules, facts_of_patch
from bentxt.captions.caption_parsing import Sentence, parse_sentence, split_sentences
from bentxt.captions.claims import absent_classes, false_areas
from bentxt.errors import Unreadable
from bentxt.patches.patch_attributes import PatchAttributes

#: What a caption is asked about, in the order of the table.
STATEMENTS = ("classes", "areas", "climate zone")

_START = re.compile(r"(?:^|(?<=[.!?] ))[a-z]")


@dataclass(frozen=True, slots=True)
class CaptionReading:
    """What one caption says.

    Attributes
    ----------
    sentences : tuple of bentxt.captions.caption_parsing.Sentence
    zones : tuple of str
        Climate zones of the legend that it names.
    """

    sentences: tuple[Sentence, ...]
    zones: tuple[str, ...]

    @property
    def statements(self) -> list[str]:
        """Which of :data:`STATEMENTS` it makes."""
        made = {
            "classes": any(sentence.mentions for sentence in self.sentences),
            "areas": any(
                claim.kind in ("area", "percent") for sentence in self.sentences for claim in sentence.claims
            ),
            "climate zone": bool(self.zones),
        }
        return [name for name in STATEMENTS if made[name]]


def read_caption(text: str, zones: Sequence[str]) -> CaptionReading:
    """Read a caption.

    Parameters
    ----------
    text : str
        Captions in lower case are read as well.
    zones : sequence of str
        Names of the climate legend.

    Returns
    -------
    CaptionReading

    Raises
    ------
    Unreadable
        If it is not English, or names no class.
    """
    text = " ".join(text.split())
    check_english(text)
    named = tuple(sorted({match.lower() for match in _zones(tuple(zones)).findall(text)}))
    known = {zone.lower(): zone for zone in zones}
    # Without capitals no sentence would end; the names of zones hold seasons and go first.
    rest = _zones(tuple(zones)).sub("[zone]", text)
    if rest == rest.lower():
        rest = _START.sub(lambda match: match[0].upper(), rest)
    sentences = tuple(parse_sentence(part) for part in split_sentences(rest))
    if not any(sentence.mentions for sentence in sentences):
        raise Unreadable("the caption names no class")
    return CaptionReading(sentences, tuple(known[name] for name in named))


@lru_cache(4)
def _zones(zones):
    return re.compile(
        "|".join(re.escape(zone) for zone in sorted(zones, key=len, reverse=True)), re.IGNORECASE
    )


def answer_caption(reading: CaptionReading, patch: PatchAttributes, rules: Rules) -> dict[str, list[str]]:
    """Hold a caption against the attributes of its patch.

    Parameters
    ----------
    reading : CaptionReading
    patch : bentxt.patches.patch_attributes.PatchAttributes
        With a map; its climate zone may be None, which leaves that statement out.
    rules : bentxt.captions.caption_facts.Rules

    Returns
    -------
    dict
        Statement to what contradicts it, a list of str: empty where it agrees.
    """
    facts = facts_of_patch(patch, rules)
    answers = {}
    for statement in reading.statements:
        if statement == "classes":
            answers[statement] = list(absent_classes(reading.sentences, facts))
        elif statement == "areas":
            answers[statement] = list(false_areas(reading.sentences, facts))
        elif patch.climate_zone is not None:
            answers[statement] = [
                f"climate: {zone}; the raster says {patch.climate_zone}"
                for zone in reading.zones
                if zone != patch.climate_zone
            ]
    return answers
