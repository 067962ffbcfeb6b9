"""Answers to binary and multiple-choice questions out of what a model wrote (Section 4 of the paper).

An answer is *strict* when the text is the answer and nothing else, *lenient* when the answer had to be found
in other text, and *unparsed* when there is none or the text is ambiguous. An unparsed item is wrong; it is
never answered at random.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from bentxt.errors import InputError

_SPECIAL = re.compile(r"<\|(?!begin_of_box|end_of_box)[^|<>]*\|>|</?s>|<pad>|<unk>", re.IGNORECASE)
_BOXED = re.compile(r"<\|begin_of_box\|>(.*?)(?:<\|end_of_box\|>|$)", re.DOTALL)
_LATEX_BOXED = re.compile(r"^\s*\\boxed\{([^{}]*)\}\s*$")


def unwrapped(text: str) -> str:
    r"""Return an answer without reasoning, special tokens and answer boxes.

    Parameters
    ----------
    text : str
        A model's text, as generated.

    Returns
    -------
    str
        What follows the last ``</think>``; of it the content of the first ``<|begin_of_box|>`` (GLM) or of
        ``\boxed{}`` where there is one; without chat tokens (``<|im_end|>``, ``</s>``) and outer white space.
    """
    text = text.rpartition("</think>")[2]
    text = _SPECIAL.sub("", text)
    boxed = _BOXED.search(text)
    if boxed:
        text = boxed.group(1)
    latex = _LATEX_BOXED.match(text)
    if latex:
        text = latex.group(1)
    return text.strip()


STRICT, LENIENT, UNPARSED = "strict", "lenient", "unparsed"
LETTERS = "abcd"
_DECORATION = " \t\r\n\"'`*_“”‘’"


class Extraction(NamedTuple):
    """An answer and how it was found.

    Attributes
    ----------
    answer : str or None
        ``yes``/``no`` or a letter ``a`` … ``d``; None where unparsed.
    level : str
        ``strict``, ``lenient`` or ``unparsed``.
    """

    answer: str | None
    level: str


NOTHING = Extraction(None, UNPARSED)

# "yes or no", "yes/no", "no and yes": the question repeated, or both answers at once.
_BOTH = re.compile(r"\b(?:yes\W{0,3}(?:or|and|/)\W{0,3}no|no\W{0,3}(?:or|and|/)\W{0,3}yes)\b")
_STATED = re.compile(r"\banswer\b(?:\s+(?:is|would be|must be))?\W{0,4}(yes|no)\b")

# A yes or no that opens the text, or that is a clause of its own further on.
_OPENING = re.compile(r"^\W*(yes|no)\b")
_CLAUSE = re.compile(r"(?:^|[.!?;:,\n]|\bso|\btherefore|\bhence)\W*\b(yes|no)\b(?=\W*(?:$|[.!?;:,\n]))")
_YES = re.compile(r"\byes\b")


def extract_binary(text: str) -> Extraction:
    """Return ``yes`` or ``no`` as found in the first clear position of an answer.

    Clear positions are, in this order: after "answer is"; at the opening of the text; as a clause of its own
    ("…, so yes."); and a "yes" anywhere. A "no" inside a sentence is no answer ("there is no doubt").

    Parameters
    ----------
    text : str
        The model's text.

    Returns
    -------
    Extraction
    """
    text = unwrapped(text).lower()
    bare = text.strip(_DECORATION).removesuffix(".").strip(_DECORATION)
    if bare in ("yes", "no"):
        return Extraction(bare, STRICT)
    both = _BOTH.search(text)
    if both:
        # The answer may still be stated after the question was repeated.
        text = text[both.end() :]
    for pattern in (_STATED, _CLAUSE) if both else (_STATED, _OPENING, _CLAUSE):
        found = pattern.search(text)
        if found:
            return Extraction(found.group(1), LENIENT)
    if not both and _YES.search(text):
        return Extraction("yes", LENIENT)
    return NOTHING


_OPTIONS = re.compile(r"a\) (.+?),? b\) (.+?),? c\) (.+?),? d\) (.+)$", re.DOTALL)


def options_of(instruction: str) -> dict[str, str]:
    """Return the four options that an instruction ends with.

    Parameters
    ----------
    instruction : str
        As in the data set: ``… a) Pastures, b) Arable land, c) Mixed forest, d) Urban fabric``.

    Returns
    -------
    dict of str to str
        Option texts by letter.

    Raises
    ------
    InputError
        If there are no four options.
    """
    # Templates may hold an "a) " of their own: the options are the last.
    start = instruction.rfind(" a) ")
    found = _OPTIONS.search(instruction, max(start, 0))
    if not found:
        raise InputError("multiple-choice instruction without four options a) … d)", item=instruction)
    return dict(zip(LETTERS, (option.strip() for option in found.groups()), strict=True))


# A letter that stands for an option: followed by punctuation or the end, or a b, c, d that no English word
# can be. An "a" before another word is an article.
_LETTER = r"(?:([a-d])(?=\s*(?:$|[)\].,:;\"'*`\n]))|([b-d])(?=\s))"
_BARE_CHOICE = re.compile(r"[(\[]?([a-d])[)\].:]{0,2}")
_STATED_CHOICE = re.compile(
    r"\b(?:answer|choice)\b(?:\s+(?:is|would be|must be))?\W{0,4}(?:option\s+)?[(\[\"'*`]*" + _LETTER
)
_MENTIONED = (
    re.compile(r"\boption\s+[(\[\"'*`]*" + _LETTER),
    re.compile(r"(?<![\w])[(\[]?([a-d])\)()"),
    re.compile(r"^[\"'*`(\[]*" + _LETTER),
    re.compile(r"^\W*([a-d])\W*$()"),
)


def extract_choice(text: str, options: Mapping[str, str]) -> Extraction:
    """Return the letter of the option that an answer chooses.

    Taken are, in this order: a bare letter (``b``, ``b)``, ``(b)``, ``B.``); a stated one ("the answer is
    b"); the only letter that stands for an option anywhere ("option b", ``b) Pastures``); the only option
    whose text occurs. Two different letters, or a letter next to the text of another option, are ambiguous.

    Parameters
    ----------
    text : str
        The model's text.
    options : dict of str to str
        Option texts by letter, from :func:`options_of`.

    Returns
    -------
    Extraction
    """
    text = unwrapped(text).casefold().strip(_DECORATION)
    bare = _BARE_CHOICE.fullmatch(text)
    if bare:
        return Extraction(bare.group(1), STRICT)
    stated = _letters(_STATED_CHOICE, text)
    if stated:
        return Extraction(stated.pop(), LENIENT) if len(stated) == 1 else NOTHING
    mentioned = set().union(*(_letters(pattern, text) for pattern in _MENTIONED))
    named = _named_options(text, options)
    if not mentioned:
        return Extraction(named.pop(), LENIENT) if len(named) == 1 else NOTHING
    if len(mentioned) > 1 or (len(named) == 1 and named != mentioned):
        return NOTHING
    return Extraction(mentioned.pop(), LENIENT)


def _letters(pattern: re.Pattern[str], text: str) -> set[str]:
    return {first or second for first, second in pattern.findall(text)}


def _named_options(text: str, options: Mapping[str, str]) -> set[str]:
    """Return the letters of the options whose text occurs, longer ones first: none may hide in another."""
    text, named = _words(text), set()
    for letter, option in sorted(options.items(), key=lambda item: -len(item[1])):
        pattern = re.compile(rf"(?<![\w.-]){re.escape(_words(option))}(?![\w-]|\.\d)")
        if pattern.search(text):
            named.add(letter)
            text = pattern.sub("\0", text)
    return named


def _words(text: str) -> str:
    """Return a text in lower case without commas and double spaces, for the comparison of option texts."""
    return " ".join(text.casefold().replace(",", " ").split()).rstrip(".")
