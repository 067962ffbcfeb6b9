"""The score that a judge's answer states, read as a person reads it (CLAIR, Table 7)."""

import re

from bentxt.thoughts import unwrapped

#: A text in quotes, as in JSON or Python. A quotation mark within it is its end only where what comes next
#: can follow a text: "the lake's shore" and 'the "best" one' are whole.
_QUOTED = re.compile(
    r"""(?<![^\W_])(?P<mark>["'])(?P<text>(?:\\.|.)*?)(?P=mark)(?=\s*(?:[,:}\]]|$))""", re.DOTALL
)
_NUMBER = r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?"
#: "85", "85 %", "85/100", "8 out of 10".
_AMOUNT = rf"(?P<value>{_NUMBER})(?P<percent>\s*%)?(?:\s*(?:/|\bout\s+of\b)\s*(?P<whole>{_NUMBER}))?"
_MARKUP = r"[\s\"'“”*_`]*"


def _statement(nouns):
    """Return the pattern of "score": 85, Score (0-100) = 85, the score is: 85, <score>85</score>."""
    verbs = r"\b(?:is|of|was|would\s+be|will\s+be)\b(?:\s*:)?"
    return re.compile(
        rf"(?<![^\W_])(?:{nouns}){_MARKUP}(?:\([^()]*\){_MARKUP})?"
        rf"(?P<sign>[:=]|(?<=<score)>|{verbs}){_MARKUP}(?:{_AMOUNT})?",
        re.IGNORECASE,
    )


_SCORE = _statement("score")
_OTHER_NOUN = _statement("answer|rating|likelihood|probability|similarity")
_SHARE = re.compile(rf"(?<![\w./-]){_AMOUNT}", re.IGNORECASE)
_ALONE = re.compile(rf"{_MARKUP}{_AMOUNT}[\s\"'“”*_`.]*", re.IGNORECASE)
#: What makes of a number a part of something else: a range, a longer number.
_GOES_ON = re.compile(rf"\s*(?:[-–—]|to\b)\s*{_NUMBER}|[\w]|\.\d", re.IGNORECASE)


def read_score(text: str) -> float | None:
    """Return the score of a judge's answer, or None where it states none.

    Parameters
    ----------
    text : str
        The answer, as generated: JSON as asked for, JSON with slips, or a sentence.

    Returns
    -------
    float or None
        0–1. Only what follows the last thought counts, and of several scores the last. None for a score that
        is no number from 0 to 100, is a range, or is cut off.

    Examples
    --------
    >>> read_score('{"score": 10, "reason": "draft"} {"Score": "85", "reason": "same {lake}"}')
    0.85
    >>> read_score("I would say 85/100.")
    0.85
    >>> read_score('{"score": true}') is None
    True
    """
    answer = unwrapped(text)
    if not answer:
        return None
    # What is quoted is a reason, but for the key and a number; where nothing is left, it is read too.
    for shown in (_QUOTED.sub(_without_reasons, answer), answer):
        # "The score is high" states nothing, {"score": null} states that there is none.
        stated = [found for found in _SCORE.finditer(shown) if found["value"] or found["sign"] in ":="]
        # "The answer is 85."
        stated = stated or [found for found in _OTHER_NOUN.finditer(shown) if found["value"]]
        if stated:
            return _amount(stated[-1], shown)
    shares = [found for found in _SHARE.finditer(answer) if found["whole"]]
    if shares:
        return _amount(shares[-1], answer)
    alone = _ALONE.fullmatch(answer)
    return _amount(alone, answer) if alone else None


def _without_reasons(quoted):
    text = quoted["text"].strip()
    if re.search(r"(?<![^\W_])score$", text, re.IGNORECASE) or _ALONE.fullmatch(text):
        return quoted[0]
    return " " * len(quoted[0])


def _amount(found, text):
    """Return a stated amount, 0–1, or None."""
    if not found["value"]:
        return None
    end = (
        found.end("whole")
        if found["whole"]
        else found.end("percent")
        if found["percent"]
        else found.end("value")
    )
    if _GOES_ON.match(text, end):
        return None
    if end == len(text) and text.count("{") > text.count("}"):
        # Cut off, perhaps within the number.
        return None
    whole = float(found["whole"]) if found["whole"] else 100.0
    score = float(found["value"]) / whole if whole > 0 else -1.0
    return score if 0 <= score <= 1 else None
