"""A rewriter without a model: the facts of a patch in varied order and wording.

It stands in for the language model of the paper (Section 3.1) where none can run. All sentences are
rendered from :class:`~bentxt.captions.caption_facts.CaptionFacts`, so nothing can be lost or invented.
"""

from bentxt.captions.caption_facts import CaptionFacts
from bentxt.captions.grammar_classes import Introductions
from bentxt.captions.grammar_place import frame, landscape, single
from bentxt.captions.grammar_relations import border_clauses, instance_clauses, joined
from bentxt.captions.grammar_words import Words


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
    words = Words(facts, seed)
    if len(facts.classes) == 1:
        return single(words)
    shown, summary = landscape(words)
    opening, *closing = frame(words, shown)
    introductions = Introductions(words)
    classes = introductions.sentences()
    borders = border_clauses(words, introductions.borders, len(facts.classes))
    left = [c for c in facts.classes if c.index not in introductions.told]
    instances = instance_clauses(words, left)
    details = joined(words, borders, instances) if words.chance(0.5) else joined(words, instances, borders)
    return " ".join(filter(None, [opening, *classes, *details, summary, *closing]))
