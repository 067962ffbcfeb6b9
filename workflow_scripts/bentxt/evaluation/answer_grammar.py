"""Which of several labels a text answers with: one grammar for yes and no, letters, and texts of options.

Whoever calls it has found the labels' mentions in the text, and replaces each by one character of its own
(:func:`mark`). The grammar looks at these characters alone: it knows that a label stands somewhere, not which
one. So no label can be read more easily than another.

The answer is, in this order:

1. the last label that is *stated*: "the answer … is X", "I choose X", "so it is X", "X is correct", or
   "wait, X", or a ticked one;
2. the label that the text *opens* with, unless its last sentence is another label alone;
3. the label of the last sentence where that is nothing else;
4. the only label that is left.

Before that, labels that are *taken back* ("not X", "X is wrong", "rather than X") and *lists* of different
labels ("X or Y", "a, b, c, d", the options repeated) are set aside: neither is an answer.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

#: Places for labels in a marked text; one past them stands for a label taken back, one for a list.
_FIRST = 0xE010
_MOST = 16
_TAKEN_BACK, _LIST = "\ue001", "\ue002"
_LABEL = f"[{chr(_FIRST)}-{chr(_FIRST + _MOST - 1)}]"
_ANY = f"[{_TAKEN_BACK}{_LIST}{chr(_FIRST)}-{chr(_FIRST + _MOST - 1)}]"


class Mention(NamedTuple):
    """Where a label stands in a text.

    Attributes
    ----------
    start, end : int
        The characters [start, end).
    label : int
        Which label, from 0.
    """

    start: int
    end: int
    label: int


def mark(text: str, mentions: Sequence[Mention]) -> str:
    """Return a text with each mention replaced by its label's character, and without decoration.

    Parameters
    ----------
    text : str
        From :func:`bentxt.evaluation.model_text.plain`.
    mentions : sequence of Mention
        They do not overlap; labels below 16.

    Returns
    -------
    str
    """
    parts, end = [], 0
    for mention in sorted(mentions):
        parts += [text[end : mention.start], f" {chr(_FIRST + mention.label)} "]
        end = mention.end
    text = "".join([*parts, text[end:]])
    text = _DECORATION.sub("", text)
    lines = (" ".join(line.split()) for line in text.splitlines())
    text = "\n".join(line for line in lines if line)
    return _SPACE_BEFORE.sub(r"\1", text)


_DECORATION = re.compile(r"[\"`*_#~|{}\[\]]|^\s*[-•>]\s+|(?<!\w)'|'(?!\w)", re.MULTILINE)
_SPACE_BEFORE = re.compile(r" +([,.;:!?)])")

#: Words that follow no article and no "no" of "no clouds": "a" and "no" before them are labels.
_FUNCTION_WORDS = """
a an the this that these those it its it's there here he she they we you i my your our his
is are was were be been being am isn't wasn't aren't has have had does do did doesn't don't didn't
can could will would shall should may might must cannot can't couldn't won't
and or but nor so then than because since as if when while whereas although though unless until
in on at of from for to with without within by about into over under between near
due based given according rather instead not never neither either both
which who whom whose what where why how
seems looks appears matches fits describes represents corresponds remains stands
obviously definitely certainly clearly probably surely indeed likely however therefore thus hence
again too also alone only please thanks
"""
AFTER_A_LABEL = frozenset(_FUNCTION_WORDS.split())

_NO_WORD = rf"[^\w{_TAKEN_BACK}{_LIST}{chr(_FIRST)}-{chr(_FIRST + _MOST - 1)}]*"
_BE = r"(?:is|was|are|be|would be|should be|must be|has to be|might be|could be|'s|seems to be|appears to be)"
# What may stand between "the answer is" and the label.
_FILLER = (
    rf"(?:(?:not )?{_TAKEN_BACK}|but|rather|instead|option|choice|letter|answer|class|number|the|that|it|"
    r"clearly|definitely|probably|likely|most|an?|certainly|simply|therefore|thus|indeed|actually|also|surely|"
    r"obviously|as follows|in fact|best|correct|final|to be|a clear|a definite|is|be|would be|with|for|on)"
    r"[,:]?\s+"
)
_KEY = (
    r"(?:answers?|ans|response|reply|choice|option|letter|conclusion|output|selection|verdict|prediction|"
    r"solution|result|label|decision|guess|pick|assessment|judge?ment|match|fit|candidate|"
    # What the question is about: "the country is X".
    r"pair|country|season|climate|zone|class|category|type|direction|position|region|area|number|count|"
    r"percentage|share|proportion|range|答案|选项|选择|结论|回答)"
)
_POINTS = rf"(?:{_BE}|:|=|->|→|=>|-|是|为|选)"
_UP_TO = rf"(?:(?!{_ANY})[^.!?;\n]){{0,80}}?"
_CHOOSE = (
    r"(?:choose|chose|choosing|pick|picked|select|selected|go with|going with|went with|opt for|opted for|"
    r"settle on|settle for|vote for|say|guess|conclude|concluded|decide on|decide for|lean towards?|"
    r"lean(?:ing)? to|选择|选)"
)
_SO = (
    r"(?:so|therefore|thus|hence|consequently|accordingly|finally|overall|in conclusion|in summary|"
    r"in short|to conclude|ultimately|所以|因此)"
)
_AGAIN = (
    r"(?:wait|actually|on second thoughts?|on reflection|correction|i mean|scratch that|"
    r"let me correct(?: that| myself)?|to correct myself|i stand corrected)"
)
_GOOD = (
    r"(?:correct|right|true|best|appropriate|accurate|most likely|my answer|my choice|my final answer|"
    r"answer|chosen)"
)
_STATED = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_KEY}\b{_UP_TO}\s*{_POINTS}\s*(?:\(\s*)?(?:{_FILLER})*\(?({_LABEL})",
        rf"\b(?:answer|ans|答案)\s+\(?({_LABEL})",
        rf"\b{_CHOOSE}\b[,:]?\s*(?:{_FILLER})*\(?({_LABEL})",
        rf"\b{_SO}\b(?:(?!{_ANY})[^.!?;:\n]){{0,60}}?:?\s*\(?(?<!\ba )({_LABEL})",
        rf":\s*\(?({_LABEL})\)?(?=\s*(?:[.!\n]|$))",
        rf"\bthere (?:is|are|seems? to be|appears? to be) (?:about |exactly |only )?({_LABEL})",
        rf"({_LABEL})\)?\s*[:-]\s*(?:yes|correct|right|true)\b",
        # Corrections: the model thinks again.
        rf"\b{_AGAIN}\b(?:(?!{_ANY})[^.!?;:\n]){{0,40}}?:?\s*\(?(?<!\ba )({_LABEL})",
        rf"({_LABEL})\)?,? {_BE} (?:therefore |thus |clearly |definitely |probably |indeed )?(?:the |my )?"
        rf"(?:one |most |single |only )?{_GOOD}\b",
        rf"({_LABEL})\)?,? (?:it is|for sure|is it|is what i|fits best|matches best)\b",
    )
)
_BEFORE_TAKEN_BACK = re.compile(
    r"\b(not|isn't|wasn't|aren't|(?:cannot|can't|could not|couldn't) be|never|neither|nor|rather than|"
    r"instead of|unlike|other than|except(?: for)?|exclud(?:e|es|ed|ing)|rul(?:e|es|ed|ing) out|"
    r"eliminat(?:e|es|ed|ing)|reject(?:s|ed|ing)?|dismiss(?:es|ed|ing)?)"
    r"(\s+(?:(?:option|choice|letter|answer|the|be|an?|in|for|to be|class)\s+)*\(?)"
    rf"({_LABEL})"
)
_NEITHER = re.compile(rf"(\bneither\b[^.!?\n]{{0,20}}?){_LABEL}([^.!?\n]{{0,30}}?\bnor\b)")
# Ticks and crosses stand before the labels, or after them.
_TICKS_BEFORE = (re.compile(rf"✗ ?\(?{_LABEL}"), re.compile(rf"✓ ?\(?({_LABEL})"))
_TICK_FIRST = re.compile(rf"{_NO_WORD}?[✓✗]")
_TICKS_AFTER = (re.compile(rf"{_LABEL}(?=\)? ?✗)"), re.compile(rf"({_LABEL})\)? ?✓"))
_VERDICT = re.compile(
    rf"({_LABEL})(?=\)?\s*[:-]\s*(?:no|wrong|incorrect|false)\s*(?:[.,;!|\n)]|$))", re.MULTILINE
)
_AFTER_TAKEN_BACK = re.compile(
    rf"({_LABEL})(?=\)?,?(?: but (?:it|that|this)| which| that)?"
    rf"(?: (?:{_BE}|looks|seems|appears|can be|is to be)(?: \w+ly)?(?: (?:not\b(?! only)|wrong|incorrect|"
    r"false|ruled out|excluded|eliminated|impossible|unlikely|implausible|mistaken|invalid|a distractor|"
    r"a common distractor))"
    r"| (?:isn't|wasn't|aren't|cannot be|can't be|can not be|couldn't be|does not fit|doesn't fit|"
    r"does not match|doesn't match)\b))"
)
_JOINT = r"(?:,? ?(?:and/or|and|or|nor|vs\.?|versus|y|o|oder|ou|和|或|还是)|[,/&+|-]|,? ?&)"
_JOINED = rf"\)?\s?{_JOINT} ?(?:option |choice |letter |either |also |the |rather )?\(?"
_JOINED_LABELS = re.compile(rf"(?:{_LABEL}(?:{_JOINED}|\)? \(?))+{_LABEL}")
_ENUMERATED = re.compile(rf"(?:^|(?<=[.!?;\n] )|(?<=[.!?;\n])){_LABEL}", re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_OPENING = re.compile(rf"^{_NO_WORD}(?:\d+[.)]\s+)?\(?({_LABEL})(?!\s*\?)")
_ALONE = re.compile(rf"^{_NO_WORD}({_LABEL}){_NO_WORD}$")


def choose_label(marked: str) -> int | None:
    """Return which label a marked text answers with, or None where there is none or it is ambiguous.

    Parameters
    ----------
    marked : str
        From :func:`mark`.

    Returns
    -------
    int or None
        The label's number.
    """
    text = _NEITHER.sub(rf"\1{_TAKEN_BACK}\2", marked)
    patterns = _STATED
    if len(set(re.findall(_LABEL, text))) > 1:
        crossed_out, ticked = _TICKS_BEFORE if _TICK_FIRST.match(text) else _TICKS_AFTER
        text = crossed_out.sub(_TAKEN_BACK, text)
        patterns = (*patterns, ticked)
    text = _BEFORE_TAKEN_BACK.sub(rf"\1\2{_TAKEN_BACK}", text)
    text = _AFTER_TAKEN_BACK.sub(_TAKEN_BACK, _VERDICT.sub(_TAKEN_BACK, text))
    text = _without_lists(text)
    stated = [match for pattern in patterns for match in pattern.finditer(text) if not _asked(text, match)]
    if stated:
        return _number(max(stated, key=lambda match: match.start(1))[1])
    sentences = [part for part in _SENTENCE_END.split(text) if part.strip()]
    opening = _OPENING.search(text)
    alone = _ALONE.search(sentences[-1]) if len(sentences) > 1 else None
    if opening and alone and opening[1] != alone[1] and _ALONE.search(sentences[0]):
        return None
    if opening:
        return _number(opening[1])
    if alone:
        return _number(alone[1])
    left = set(re.findall(rf"{_LABEL}(?!\s*\?)", text)) or set(re.findall(_LABEL, text))
    return _number(left.pop()) if len(left) == 1 else None


def _number(character):
    return ord(character) - _FIRST


def _asked(text, match):
    """Return whether the label is asked about: "is the answer X?"."""
    return text[match.end(1) :].lstrip(" )").startswith("?")


def _without_lists(text):
    """Return a text with each list of different labels replaced by one character that is no label."""

    def replace(match):
        labels = re.findall(_LABEL, match[0])
        if len(set(labels)) > 1:
            return _LIST
        return labels[0]

    text = _JOINED_LABELS.sub(replace, text)
    # "a) … b) … c) …": sentences that go through the options one by one.
    enumerated = list(_ENUMERATED.finditer(text))
    labels = [match[0] for match in enumerated]
    if len(labels) >= 3 and labels == sorted(set(labels)):
        for match in reversed(enumerated):
            text = f"{text[: match.start()]}{_LIST}{text[match.end() :]}"
    return text
