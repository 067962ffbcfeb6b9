"""Answers to binary and multiple-choice questions out of what a model wrote (Section 4.1 of the paper).

An answer is *strict* when the text is the answer and nothing else, *lenient* when the answer had to be found
in other text, and *unparsed* when there is none or the text is ambiguous. An unparsed item is wrong; it is
never answered at random.

All labels, yes and no, letters and texts of options, are read by the same grammar
(:mod:`bentxt.evaluation.answer_grammar`). Tiers of words are tried one after the other: first what was asked
for, then other words for it. The first tier that mentions a label decides, even if that is ambiguous.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from bentxt.errors import InputError
from bentxt.evaluation.answer_grammar import AFTER_A_LABEL, Mention, choose_label, mark
from bentxt.evaluation.model_text import alone, declared_answer, plain
from bentxt.evaluation.option_forms import named_options
from bentxt.release import LETTERS
from bentxt.thoughts import unwrapped

STRICT, LENIENT, UNPARSED = "strict", "lenient", "unparsed"
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


# Yes and no

_ANSWERS = ("yes", "no")
_YES_NO = re.compile(r"(?<![\w-])(?<!\w')(yes|no)(?![\w-]|'\w|\.?\s*\d)")
#: Both, whatever follows: "a yes or no answer".
_BOTH = re.compile(r"(?<![\w-])(?<!\w')(yes|no)[\"'`*]*\s*(?:/|or|and|,)\s*[\"'`*]*(yes|no)(?![\w-]|'\w)")
#: A "no" with these says that there is no answer, or nothing at all.
_NO_ANSWER = re.compile(
    r"\bno (?:idea|clue|way|doubt|problem|answer|information|comment|certainty|image|context|indication|"
    r"worries)\b|\bno (?:lo )?sé\b"
)

_YES_WORDS = (
    "yeah|yep|yup|yea|aye|true|correct|right|affirmative|positive|present|visible|indeed|certainly|absolutely|"
    "definitely|of course|i think so|it is the case|ja|oui|sí|sim|да|是的|是|有的|有|对的|对|正确|存在|"
    "はい|예|네"
)
_NO_WORDS = (
    "nope|nah|nay|none|false|incorrect|wrong|negative|absent|untrue|not really|not at all|certainly not|"
    "definitely not|absolutely not|of course not|probably not|i don't think so|i do not think so|i think not|"
    "nein|non|não|nee|nej|nei|нет|否|没有|沒有|不存在|不正确|不是|不对|不|无|いいえ|아니요|아니오"
)
_DENIED = "(?:not|isn't|aren't|wasn't|n't)(?: (?:a|the|really|actually|quite|clearly))?"
_OTHER_WORDS = re.compile(
    r"(?<![\w-])(?<!\w')"
    rf"(?:(?P<denied>{_DENIED} (?:true|correct|right|present|visible|accurate|detected|found|"
    rf"shown|the case|there|seen|observed|applicable)|{_NO_WORDS})|(?P<affirmed>{_YES_WORDS}))(?![\w-]|'\w)"
)
_OTHER_SCRIPT = re.compile(r"[\u0400-\u04ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_WORD, _NEXT_WORD = re.compile(r"\w"), re.compile(r" *([\w']+)")
_BARE_INITIAL = re.compile(r"\W*([yn])\W*")

_UNSURE = re.compile(
    r"\b(?:cannot|can't|can not|unable|not sure|unsure|unclear|uncertain|not certain|difficult to|hard to|"
    r"impossible to|no way to|no idea|don't know|do not know|depends|ambiguous|not possible|insufficient|"
    r"not enough|maybe|perhaps|sorry|undetermined|not clear|unknown)\b"
)
_CHINESE_ANSWER = re.compile(
    r"答案\s*(?:是|为|:)\s*(?:(?P<denied>否|没有|不|无)|(?P<affirmed>是|有|对|正确|存在))"
)
_STATEMENT = re.compile(
    r"^\W*(?:there (?:is|are|was|were|'s|isn't|aren't|exists?|appears? to be|seems? to be)\b"
    r"|there's\b|(?:it|they|this|these|that) (?:does|do|doesn't|don't|did|didn't)\b"
    r"|(?:it|they|this|that) (?:is|are|has|have|isn't|aren't|hasn't|haven't)(?: not)?\W*$"
    r"|the (?:satellite )?(?:image|scene|picture|patch|photo|area) "
    r"(?:does|doesn't|did|didn't|contains?|includes?)\b"
    r"|(?!i |we )(?:(?!whether|\bif\b)[^.!?:;]){3,60}? (?:"
    r"(?:is|are|isn't|aren't)(?: not)? "
    r"(?:adjacent|next to|bordering|touching|connected|visible|present|found)"
    r"|(?:does|do|doesn't|don't)(?: not)? (?:border|touch|share|cover|occupy|exceed|contain)"
    r"|(?:borders|touches|shares|covers|occupies|exceeds|contains))\b[^.!?:;]*[.!]$)"
)
_DENIAL = re.compile(r"\b(?:no|not|none|never|neither|nothing|without)\b|n't\b")


def extract_binary(text: str, *, other_words: bool = True) -> Extraction:
    """Return ``yes`` or ``no`` as a text states it.

    Parameters
    ----------
    text : str
        The model's text.
    other_words : bool
        Whether other words count, where the text has neither yes nor no: true and false, correct and
        incorrect, none, not present, words of some other languages, and statements ("There are no lakes.").
        The config's ``benchmark.other_words``.

    Returns
    -------
    Extraction

    Examples
    --------
    >>> extract_binary("No.")
    Extraction(answer='no', level='strict')
    >>> extract_binary("There are no clouds, so the answer is yes.")
    Extraction(answer='yes', level='lenient')
    >>> extract_binary("yes or no")
    Extraction(answer=None, level='unparsed')
    """
    content = unwrapped(text)
    if not content:
        return NOTHING
    bare = alone(content).casefold().strip(_DECORATION).removesuffix(".").strip(_DECORATION)
    if bare in _ANSWERS:
        return Extraction(bare, STRICT)
    tiers: list[Callable[[str], int | bool | None]] = [_yes_or_no]
    if other_words:
        tiers += [_other_word, _statement]
    return _lenient(content, tiers, _ANSWERS)


def _lenient(content, tiers, labels):
    """Return what the first tier with a mention makes of the declared answer, or without one of the text."""
    text = plain(declared_answer(content) or content)
    for tier in tiers:
        found = tier(text)
        if found is not False:
            return NOTHING if found is None else Extraction(labels[found], LENIENT)
    return NOTHING


def _decide(text: str, mentions: Iterable[Mention]) -> int | bool | None:
    """Return the label that a text answers with, None where it is ambiguous, False without a mention."""
    mentions = list(mentions)
    return choose_label(mark(text, mentions)) if mentions else False


def _yes_or_no(text):
    both = [match.span(group) for match in _BOTH.finditer(text) for group in (1, 2)]
    mentions = []
    first = _WORD.search(text)
    for match in _YES_NO.finditer(text):
        opens = first is None or first.start() >= match.start()
        label = (opens or _stands_alone(text, match)) and not _NO_ANSWER.match(text, match.start())
        if label or match.span() in both:
            mentions.append(Mention(match.start(), match.end(), _ANSWERS.index(match[1])))
    return _decide(text, mentions)


def _stands_alone(text, match):
    """Return whether a word is marked, or what follows can follow no article."""
    word = _next_word(text, match)
    if word is None:
        return True
    before = text[max(match.start() - 1, 0) : match.start()]
    marked = before and before in "\"'`*_([{" and text[match.end() : match.end() + 1] in "\"'`*_)]}"
    return bool(marked) or _no_noun(word) or match[1] == word


def _next_word(text, match):
    """Return the word right behind a match on its line, or None where something else or nothing is there."""
    # Neither a search nor a copy of all that stands around: an answer may be long, and full of matches.
    word = _NEXT_WORD.match(text, match.end())
    return word and word[1]


def _no_noun(word):
    """Return whether a word is none that an article or a "no" can belong to."""
    return word in AFTER_A_LABEL or bool(_OTHER_SCRIPT.match(word))


def _other_word(text):
    if initial := _BARE_INITIAL.fullmatch(text):
        return "yn".index(initial[1])
    if chinese := _CHINESE_ANSWER.search(text):
        return 1 if chinese["denied"] else 0
    return _decide(
        text,
        (
            Mention(match.start(), match.end(), 1 if match["denied"] else 0)
            for match in _OTHER_WORDS.finditer(text)
        ),
    )


def _statement(text):
    first, _, rest = text.partition("\n")
    if rest.strip() or not _STATEMENT.search(first) or _UNSURE.search(first):
        return False
    return 1 if _DENIAL.search(first) else 0


# Letters and options

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


_BARE_CHOICE = re.compile(r"[(\[]?([a-d])[)\].:]{0,2}")
_OPEN, _CLOSE = r"[\"'`*_(\[{]", r"[\"'`*_)\]}.:]"
_LETTER = re.compile(
    rf"(?<![\w'°-])(?<!\d )(?P<open>{_OPEN}{{0,4}})\s?([a-d])(?P<close>{_CLOSE}{{0,4}})(?![\w'-]\w*)(?!\.\w)"
)


def extract_choice(text: str, options: Mapping[str, str]) -> Extraction:
    """Return the letter of the option that a text chooses, by its letter or by its own text.

    A letter next to the text of another option is ambiguous ("b) Austria" where b is Belgium).

    Parameters
    ----------
    text : str
        The model's text.
    options : dict of str to str
        Option texts by letter, from :func:`options_of`.

    Returns
    -------
    Extraction

    Examples
    --------
    >>> options = {"a": "Lithuania", "b": "Belgium", "c": "Austria", "d": "Luxembourg"}
    >>> extract_choice("B) Belgium, however it might also be c) Austria", options)
    Extraction(answer='b', level='lenient')
    >>> extract_choice("a forest area in Austria", options)
    Extraction(answer='c', level='lenient')
    """
    content = unwrapped(text)
    if not content:
        return NOTHING
    bare = _BARE_CHOICE.fullmatch(alone(content).casefold().strip(_DECORATION))
    if bare:
        return Extraction(bare[1], STRICT)
    tiers = [
        lambda part: _choice(part, options, loose=False),
        lambda part: _choice(part, options, loose=True),
    ]
    return _lenient(content, tiers, LETTERS)


_LABELS = {letter: place for place, letter in enumerate(LETTERS)}
#: What a letter next to another option's text is: a label that no answer has.
_CONFLICT = len(LETTERS)
# Between a letter and the text of its option.
_BETWEEN = re.compile(r"[\s).:,\"'`*_\]-]{0,6}(?:the |is |= ?)?")
_AROUND = re.compile(r"[\s\"'`*_,:-]{0,4}(?:is |= ?)?(?:option |choice )?")


def _choice(text, options, *, loose):
    if re.search(r"\bq:", text):
        # Question and answer: here "a:" is no option.
        text = re.sub(r"\ba:", "answer:", text)
    named = named_options(text, options, loose=loose)
    letters = [match for match in _LETTER.finditer(text) if not _within(match, named)]
    mentions, used = [], set()
    for match in letters:
        # A full stop or a colon is part of the sentence.
        letter, end = match[2], match.end(2) + len(match["close"].rstrip(".:"))
        next_to = next((n for n in named if n.start >= end and _BETWEEN.fullmatch(text, end, n.start)), None)
        if next_to is None and match["open"].strip("\"'`*_"):
            # "Belgium (b)"
            before = next((n for n in named if _AROUND.fullmatch(text, n.end, match.start())), None)
            if before is not None and before not in used:
                used.add(before)
                label = _LABELS[letter] if before.letter == letter else _CONFLICT
                mentions.append(Mention(before.start, end, label))
                continue
        # "a coastal wetland": a letter without any mark before another option's text is a word.
        if next_to is not None and next_to.letter != letter and not _is_letter(text, match):
            continue
        if next_to is not None and next_to not in used:
            used.add(next_to)
            label = _LABELS[letter] if next_to.letter == letter else _CONFLICT
            mentions.append(Mention(match.start(), next_to.end, label))
        elif _is_letter(text, match):
            mentions.append(Mention(match.start(), end, _LABELS[letter]))
    mentions += [Mention(n.start, n.end, _LABELS[n.letter]) for n in named if n not in used]
    found = _decide(text, sorted(mentions))
    return None if found == _CONFLICT else found


def _within(match, named):
    return any(n.start <= match.start(2) < n.end for n in named)


def _is_letter(text, match):
    """Return whether a letter is a label and no word: marked, or before what can follow no article."""
    if match["close"] or match["open"].strip("'_"):
        return True
    word = _next_word(text, match)
    return word is None or _no_noun(word) or word in LETTERS
