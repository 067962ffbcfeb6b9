"""What a released caption says of classes, areas and climate, held against the maps."""

from collections.abc import Sequence

from bentxt.agreement.language import check_english
from bentxt.captions.caption_facts import Rules, facts_of_patch
from bentxt.captions.claims import absent_classes, false_areas
from bentxt.captions.reading.caption_reader import Reading, read
from bentxt.errors import Unreadable
from bentxt.patches.patch_attributes import PatchAttributes

#: What a caption is asked about, in the order of the table.
STATEMENTS = ("classes", "areas", "climate zone")


def read_caption(text: str, zones: Sequence[str]) -> Reading:
    """Read a caption.

    Parameters
    ----------
    text : str
        Captions in lower case are read as well.
    zones : sequence of str
        Names of the climate legend.

    Returns
    -------
    bentxt.captions.reading.caption_reader.Reading

    Raises
    ------
    Unreadable
        If it is not English, or names no class.
    """
    text = " ".join(text.split())
    check_english(text)
    reading = read(text, zones)
    if not reading.mentions:
        raise Unreadable("the caption names no class")
    return reading


def statements(reading: Reading) -> list[str]:
    """Return which of :data:`STATEMENTS` a caption makes."""
    made = {
        "classes": bool(reading.mentions),
        "areas": any(sentence.areas for sentence in reading.sentences),
        "climate zone": bool(reading.zones),
    }
    return [name for name in STATEMENTS if made[name]]


def answer_caption(reading: Reading, patch: PatchAttributes, rules: Rules) -> dict[str, list[str]]:
    """Hold a caption against the attributes of its patch.

    Parameters
    ----------
    reading : bentxt.captions.reading.caption_reader.Reading
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
    for statement in statements(reading):
        if statement == "classes":
            answers[statement] = [fault.message for fault in absent_classes(reading, facts)]
        elif statement == "areas":
            answers[statement] = [fault.message for fault in false_areas(reading, facts)]
        elif patch.climate_zone is not None:
            answers[statement] = [
                f"climate: {zone}; the raster says {patch.climate_zone}"
                for zone in sorted({zone for zone, _, _ in reading.zones})
                if zone != patch.climate_zone
            ]
    return answers
