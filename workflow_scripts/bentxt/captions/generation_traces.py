"""What is left of the generation in a caption: headings, remarks, quotation marks, thoughts, tokens."""

import re
from collections.abc import Iterator

from bentxt.captions.claims import Fault
from bentxt.captions.reading.caption_reader import lower

#: Each with the kind of the finding; looked for in lower case, the climate zone blanked out.
_TRACES = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            "remark",
            r"^\W*(?:(?:the |a |my )?(?:refined|final|revised|rewritten|paraphrased|full|improved"
            r"|updated|corrected|complete"
            r"|new)? ?(?:output|caption|answer|description|note|version|response|result|paragraph"
            r"|text)\s*[:\n–—-]"
            r"|here(?: is|'s|’s| are)\b|sure\b|certainly\b|of course\b|okay\b|ok\b|absolutely\b"
            r"|below is\b|based on the\b"
            r"|as requested\b|thank)",
        ),
        (
            "phrase to avoid",
            # "Arable land covers" is a class and its verb, whatever follows.
            r"\bland[- ](?:cover|uses?)\b(?! (?:by|the|about|around|approximately|roughly"
            r"|some|nearly|\d|~|more|less))"
            r"|(?<!arable )(?<!agricultural )(?<!cultivated )\bland[- ]covers\b"
            r"(?! (?:by|the|about|around|approximately|roughly|some|nearly|\d|~|more|less))",
        ),
        (
            "remark",
            r"\b(?:note|notes|output|caption|description|answer|response|explanation|summary"
            r"|rephrased|paraphrase)\s*:"
            r"|\bp\.?s\.?:",
        ),
        (
            "remark",
            r"\b(?:captions?|paraphras\w+|rephras\w+|rewrit\w+|rewrote|rewritten|refine[ds]?"
            r"|refining|revised|prompts?"
            r"|guidelines?|instructions?|constraints?|requirements?|requested|word count|bullet points?"
            r"|as an ai"
            r"|language model|the user|users?|assistant|chatbot|feedback|template|metadata|dataset"
            r"|(?:the |all |these )rules?"
            r"|disclaimer|hopefully|please|sorry|apolog\w+|thanks?|thank you|let me know|feel free"
            r"|happy to|glad to"
            r"|hope (?:this|that|it)|of the rules|(?:given|provided|original|input|above|following)"
            r" (?:description|text"
            r"|information|data|facts|details|sentence)s?|as (?:described|given|stated|provided"
            r"|mentioned|specified) (?:in|by|above)"
            r"|the description|no information (?:was|is|has)|word limit|version|paragraph)\b",
        ),
        (
            "remark",
            r"(?<![\w'’])(?:i(?!\.e\b)|i['’](?:m|ve|ll|d)|me|my|mine|you|your|yours|you['’](?:re|ll|ve)"
            r"|we|our|us|let['’]s)(?![\w'’-])",
        ),
        (
            "thought",
            r"</?\s*think\w*\s*>?|\bthinking process\b|\bstep \d|\bfirst, (?:i|let)|\b(?:wait"
            r"|hmm|alright|okay),",
        ),
        (
            "special token",
            r"<\|?[^<>]*\|?>|\[/?[a-z_ ]{1,14}\]|<(?!\s?[~≈]?\d)|\|>|<\||\|\||(?<![\d~])>(?!\s?\d)"
            r"|\bassistant\b|\beot\b|\beos\b",
        ),
        (
            "markup",
            r"\*+|`+|#+|\{|\}|\||\\|~~|(?<![\w])_|_(?![\w])|__|\$|&\w+;|https?:|www\.|\]\(|^\s*"
            r"(?:[-•–]|\d+[.)])\s",
        ),
        ("line break", r"\n|\r|\t"),
    )
)
#: Characters beyond ASCII that English typography uses.
_TYPOGRAPHY = frozenset("‘’“”–—…²≈°×≤≥½¼¾\u00a0\u202f\u2009\u2011")
_QUOTED = re.compile(
    r"\"([^\"]*)\"|“([^”]*)”|«([^»]*)»|„([^“”]*)[“”]|(?<![\w'])'(?=\w)([^']*)'(?!\w)|(?<![\w‘])‘"
    r"([^’]*)’(?!\w)|‹([^›]*)›"
)


def traces(text: str, zones: tuple[tuple[str, int, int], ...]) -> Iterator[Fault]:
    """Yield what is left of the generation.

    Parameters
    ----------
    text : str
        The caption.
    zones : tuple of (str, int, int)
        Places of the climate zone's name, which may stand in quotation marks.

    Yields
    ------
    Fault
    """
    small = lower(text)
    for _, start, stop in zones:
        # The name goes with the marks round it.
        if (
            start
            and stop < len(text)
            and text[start - 1] in "\"“'‘"
            and (small[stop] in "\"”'’" or small[stop : stop + 2] in (',"', '."', ",”"))
        ):
            start, stop = start - 1, stop + (2 if small[stop] in ",." else 1)
        small = f"{small[:start]}{'z' * (stop - start)}{small[stop:]}"
    body = len(small.rstrip())
    for kind, pattern in _TRACES:
        for match in pattern.finditer(small):
            if kind == "line break" and match.start() >= body:
                continue
            yield Fault(kind, f"left over: {match[0].strip() or 'line break'}", *match.span())
    for match in _QUOTED.finditer(small):
        yield Fault("quotation marks", f"quotation marks: {match[0][1:-1].strip(' .,')[:80]}", *match.span())
    if not text.isascii():
        for match in re.finditer(r"[^\x00-\x7f]+", text):
            foreign = set(match[0]) - _TYPOGRAPHY
            if foreign:
                yield Fault("characters", f"characters: {' '.join(sorted(foreign))}", *match.span())
