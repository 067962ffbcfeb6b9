"""What of a model's text is its answer: without thoughts, chat tokens and the marks round boxes."""

import re

# "<think>", "<thinking>", "◁think▷", "[THINK]": the marks that models put round what they think.
_THOUGHT = r"(?:think|thinking|thought|thoughts|reasoning|reflection)"
_THOUGHT_END = re.compile(rf"<\s*/\s*{_THOUGHT}\s*>|◁/{_THOUGHT}▷|\[/{_THOUGHT}\]", re.IGNORECASE)
_THOUGHT_START = re.compile(rf"<\s*{_THOUGHT}\s*>|◁{_THOUGHT}▷|\[{_THOUGHT}\]", re.IGNORECASE)

# Models that write into channels (gpt-oss): the answer is what the last one called final holds.
_CHANNEL = re.compile(r"<\|channel\|>\s*(\w+)[^<]*<\|message\|>")

# Tokens that end a turn: what follows is another turn, which the model made up.
_TURN_END = re.compile(
    r"<\|(?:im_end|endoftext|end|eot_id|eom_id|end_of_text|user|im_start|observation|end_of_turn|return)\|>"
    r"|</s>|<eos>|<end_of_turn>|<｜end▁of▁sentence｜>",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"<\|(?!begin_of_box|end_of_box)[^|<>]*\|>|</?s>|<(?:pad|unk|bos|eos)>", re.IGNORECASE)
_MARKED_BOX = re.compile(r"<\|begin_of_box\|>(.*?)(?:<\|end_of_box\|>|$)", re.DOTALL)


def unwrapped(text: str) -> str | None:
    """Return an answer without thoughts, chat tokens, box marks and outer white space.

    Parameters
    ----------
    text : str
        A model's text, as generated.

    Returns
    -------
    str or None
        What follows the end of the last thought, or what the final channel holds, up to the end of the
        model's turn; of it the content of the first ``<|begin_of_box|>`` (GLM) where there is one. None where
        a thought has no end: the model came to no answer.

    Examples
    --------
    >>> unwrapped("<think>no?</think> yes<|im_end|>")
    'yes'
    >>> unwrapped("<think>Let me see. Yes, I can") is None
    True
    """
    channels = list(_CHANNEL.finditer(text))
    if channels:
        if channels[-1][1].casefold() != "final":
            return None
        text = text[channels[-1].end() :]
    ends = list(_THOUGHT_END.finditer(text))
    if ends:
        text = text[ends[-1].end() :]
    if _THOUGHT_START.search(text):
        return None
    boxed = _MARKED_BOX.search(text)
    if boxed and boxed[1].strip():
        text = boxed[1]
    text = text.replace("<|begin_of_box|>", "").replace("<|end_of_box|>", "")
    for end in _TURN_END.finditer(text):
        if _TOKEN.sub("", text[: end.start()]).strip():
            text = text[: end.start()]
            break
    return _TOKEN.sub("", text).strip()
