"""What every extraction does first: take away what wraps an answer."""

import re

_SPECIAL = re.compile(r"<\|(?!begin_of_box|end_of_box)[^|<>]*\|>|</?s>|<pad>|<unk>", re.IGNORECASE)
_BOXED = re.compile(r"<\|begin_of_box\|>(.*?)(?:<\|end_of_box\|>|$)", re.DOTALL)
_LATEX_BOXED = re.compile(r"^\s*\\boxed\{([^{}]*)\}\s*$")


def unwrapped(text):
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
