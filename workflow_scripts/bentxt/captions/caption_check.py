"""The automatic check: is a caption well formed, true, complete and clean (Section 3.1 of the paper)?

It stands where the paper has people: four criteria, judged from the text and the facts by rule. The text is
read (:mod:`bentxt.captions.reading.caption_reader`), what it states is held against the facts, what the facts
demand is looked for in it. It does not judge style. A caption that fails falls back to an earlier version.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bentxt.captions.caption_facts import CaptionFacts
from bentxt.captions.claims import judge
from bentxt.captions.completeness import missing_borders, missing_classes, missing_counts, missing_place
from bentxt.captions.generation_traces import traces
from bentxt.captions.known_words import unknown_words
from bentxt.captions.language_check import language_faults
from bentxt.captions.place_check import false_places
from bentxt.captions.reading.caption_reader import read
from bentxt.tables.schemas.augmented_captions_schema import CRITERIA

_LANGUAGE, _ACCURACY, _COMPLETENESS, _ARTIFACTS = CRITERIA


@dataclass(frozen=True, slots=True)
class Strictness:
    """What the check demands, from the config's ``caption_check``.

    Attributes
    ----------
    borders, counts : bool
        Whether a complete caption states every border, and how many areas each class of several has.
    words : tuple of str
        Words that are no invented things, besides those that the check knows.
    """

    borders: bool
    counts: bool
    words: tuple


@dataclass(frozen=True, slots=True)
class Finding:
    """One objection to a caption.

    Attributes
    ----------
    criterion : str
        One of :data:`bentxt.tables.schemas.augmented_captions_schema.CRITERIA`.
    kind : str
        Short and stable, as ``missing class`` or ``false border``.
    message : str
        One plain phrase with the fact.
    start, stop : int or None
        The place in the caption's text; None for what is missing.
    """

    criterion: str
    kind: str
    message: str
    start: int | None = None
    stop: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one caption by the four criteria.

    Attributes
    ----------
    findings : tuple of Finding
    """

    findings: tuple[Finding, ...]

    def _holds(self, criterion):
        return all(finding.criterion != criterion for finding in self.findings)

    @property
    def linguistically_correct(self) -> bool:
        """Whether it is correct English."""
        return self._holds("linguistically_correct")

    @property
    def factually_accurate(self) -> bool:
        """Whether all that it states is true."""
        return self._holds("factually_accurate")

    @property
    def complete(self) -> bool:
        """Whether nothing is missing that the strictness demands."""
        return self._holds("complete")

    @property
    def free_of_artifacts(self) -> bool:
        """Whether nothing but the caption is left of the generation."""
        return self._holds("free_of_artifacts")

    @property
    def passed(self) -> bool:
        """Whether all four hold."""
        return not self.findings


def check_caption(text: str, facts: CaptionFacts, strictness: Strictness) -> Verdict:
    """Check a caption against the attributes of its patch.

    Parameters
    ----------
    text : str
        The caption.
    facts : CaptionFacts
    strictness : Strictness

    Returns
    -------
    Verdict
    """
    if not text.strip():
        return Verdict(tuple(Finding(criterion, "empty", "empty") for criterion in CRITERIA))
    return Verdict(tuple(dict.fromkeys(_findings(text, facts, strictness))))


def _findings(text: str, facts: CaptionFacts, strictness: Strictness) -> Iterator[Finding]:
    reading = read(text, (facts.climate_zone,))
    faults, stated = judge(reading, facts)
    strange, invented = unknown_words(text, reading, strictness.words, [c.index for c in facts.classes])
    for fault in (*language_faults(text, reading), *strange):
        yield Finding(_LANGUAGE, fault.kind, fault.message, fault.start, fault.end)
    for fault in (*faults, *false_places(reading, facts), *invented):
        yield Finding(_ACCURACY, fault.kind, fault.message, fault.start, fault.end)
    missing = [*missing_place(reading, facts), *missing_classes(stated, facts)]
    if strictness.borders:
        missing += missing_borders(stated, facts)
    if strictness.counts:
        missing += missing_counts(stated, facts)
    for kind, message in missing:
        yield Finding(_COMPLETENESS, kind, message)
    for fault in traces(text, reading.zones):
        yield Finding(_ARTIFACTS, fault.kind, fault.message, fault.start, fault.end)
