"""Whether country, season and climate of a caption are those of the patch."""

from collections.abc import Iterator

from bentxt.captions.caption_facts import CaptionFacts
from bentxt.captions.claims import Fault
from bentxt.captions.reading.caption_reader import Reading


def false_places(reading: Reading, facts: CaptionFacts) -> Iterator[Fault]:
    """Yield a fault for each country, season or climate that the facts refute.

    Parameters
    ----------
    reading : bentxt.captions.reading.caption_reader.Reading
    facts : CaptionFacts

    Yields
    ------
    Fault
    """
    for word in reading.places:
        if word.kind == "country" and word.value != facts.country:
            yield Fault("wrong country", f"not in the country: {word.text}", word.start, word.end)
        elif word.kind == "season" and word.value != facts.season:
            yield Fault("wrong season", f"not in the season: {word.text}", word.start, word.end)
        elif word.kind == "climate" and word.value not in facts.climate_zone:
            yield Fault("wrong climate", f"not in the climate zone: {word.text}", word.start, word.end)
