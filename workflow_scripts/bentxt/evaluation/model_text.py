"""What a model's text declares as its answer, and one form of words for all texts (Section 4.1)."""

import ast
import json
import re
import unicodedata

_ANSWER_TAG = re.compile(
    r"<\s*(answer|final_answer|output|response)\s*>(.*?)(?:<\s*/\s*\1\s*>|$)", re.DOTALL | re.IGNORECASE
)
_LATEX_BOX = re.compile(r"\\(?:boxed|fbox)\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_OBJECT = re.compile(r"\{[^{}]*\}", re.DOTALL)
_ANSWER_KEYS = {"answer", "final_answer", "choice", "option", "letter", "label", "response", "prediction"}


def alone(text: str) -> str:
    r"""Return the content of a text that is one ``\boxed{}`` or ``<answer>`` and nothing else, or the text.

    Examples
    --------
    >>> alone(r"$\boxed{d}$")
    'd'
    """
    for pattern, group in ((_LATEX_BOX, 1), (_ANSWER_TAG, 2)):
        if match := pattern.fullmatch(text.strip("$ \n")):
            return match[group]
    return text


def declared_answer(text: str) -> str | None:
    r"""Return what a text declares as its answer: ``<answer>``, ``\boxed{}``, or an answer's key in JSON.

    Parameters
    ----------
    text : str
        From :func:`bentxt.thoughts.unwrapped`.

    Returns
    -------
    str or None
        The content of the last one that is not empty.

    Examples
    --------
    >>> declared_answer(r"It is flat, so $\boxed{\text{b}}$")
    '\\text{b}'
    >>> declared_answer('{"answer": "no", "reason": "no water"}')
    'no'
    """
    found = [(match.start(), match[2]) for match in _ANSWER_TAG.finditer(text)]
    found += [(match.start(), match[1]) for match in _LATEX_BOX.finditer(text)]
    for match in _OBJECT.finditer(text):
        try:
            values = json.loads(match[0])
        except ValueError:
            try:
                # As Python writes it: single quotes, True, None.
                values = ast.literal_eval(match[0])
            except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
                continue
        if not isinstance(values, dict):
            continue
        for key, value in values.items():
            if str(key).strip().casefold().replace(" ", "_") in _ANSWER_KEYS:
                # JSON's own true and false are answers too.
                found.append((match.start(), value if isinstance(value, str) else json.dumps(value)))
    found = [(start, content) for start, content in found if content.strip()]
    return max(found)[1].strip() if found else None


_LATEX_TEXT = re.compile(r"\\(?:text|textbf|textit|texttt|mathrm|mathbf|mathit|mathsf|emph)\s*\{([^{}]*)\}")
_LATEX_SPACE = re.compile(r"\\[,;:! ]|\\(?:quad|qquad|left|right)\b|\\[()\[\]]|\$")
_STRUCK_OUT = re.compile(r"~~[^~\n]+~~|<(del|s|strike)>.*?</\1>", re.IGNORECASE)
_TICKED, _UNTICKED = re.compile(r"\[[xX✓✔]\]|[☑☒✅✓✔]\ufe0f?"), re.compile(r"\[ ?\]|[☐❌✗✘✕✖]\ufe0f?")
_TAG = re.compile(r"</?[a-z][\w-]*\s*/?>", re.IGNORECASE)
_QUOTES = str.maketrans("‘’‚‛′“”„‟″«»「」『』–—−‐‑‒―", '\'\'\'\'\'"""""""""""-------')
_CJK = re.compile(r"([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+)")


def plain(text: str) -> str:
    r"""Return a text in one form: lower case, straight quotes and dashes, no LaTeX macros, no tags.

    Full-width letters and superscripts become ordinary ones, ticked boxes and crosses ✓ and ✗; what is struck
    out is gone, and so is outer white space. Runs of Chinese, Japanese or Korean characters stand between
    spaces. Line breaks stay.

    Examples
    --------
    >>> plain("**Ａ：** 288 000 m² – <b>$\\text{Yes}$</b> 答案是B")
    '**a:** 288 000 m2 - yes 答案是 b'
    """
    text = _LATEX_TEXT.sub(r"\1", text)
    text = _LATEX_SPACE.sub("", text).replace("\\%", "%").replace("\\_", "_")
    text = _TAG.sub(" ", _STRUCK_OUT.sub(" ", text))
    text = _UNTICKED.sub(" ✗ ", _TICKED.sub(" ✓ ", text))
    text = unicodedata.normalize("NFKC", text.translate(_QUOTES)).translate(_QUOTES).casefold()
    text = _CJK.sub(r" \1 ", text)
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(lines).strip()
