"""Sentences and words, as NLTK's ``word_tokenize`` finds them: without its downloaded data, and faster.

NLTK looks at each candidate for a sentence end by its two neighbours, and at each run of characters
between spaces by itself, but for the last one of a sentence. Captions repeat a small vocabulary, so both
judgements are remembered. Sentences with characters whose reading reaches over a space are left to NLTK.
"""

import re
from functools import cache, lru_cache

from nltk.tokenize import NLTKWordTokenizer
from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer
from punkt.data import english

_WORDS = NLTKWordTokenizer()

#: Sentences that can be read run by run: ASCII, single kind of space, no apostrophe or backquote, and a
#: letter or digit in the last run (closing brackets there would move the final full stop to the run before).
_SIMPLE = re.compile(r"[ !-&(-_a-~]*[A-Za-z0-9][!-&(-_a-~]*")
#: What makes more of a text a candidate for a sentence end than a full stop and a space, or moves the end:
#: other end marks, other space, and full stops that stand alone or next to brackets and quotation marks.
_INTRICATE = re.compile(r"""[!?]|[^ -~]|\. ?[]\[(){}"'*:;,@]| [ .]""")
#: Enough for the contexts and runs of half a million captions; bounds the memory for other text.
_REMEMBERED = 1 << 18


class _Sentences(PunktSentenceTokenizer):
    @lru_cache(_REMEMBERED)  # noqa: B019 - one object for the whole process
    def text_contains_sentbreak(self, text):
        return super().text_contains_sentbreak(text)


@cache
def sentence_tokenizer() -> PunktSentenceTokenizer:
    """Return NLTK's Punkt tokenizer with its English parameters, which come from a package.

    Returns
    -------
    nltk.tokenize.punkt.PunktSentenceTokenizer
    """
    parameters = PunktParameters()
    parameters.abbrev_types = set(english.ABBREV_TYPES)
    parameters.collocations = set(english.COLLOCATIONS)
    parameters.sent_starters = set(english.SENT_STARTERS)
    parameters.ortho_context.update(english.ORTHO_CONTEXT)
    return _Sentences(parameters)


def sentences(text: str) -> list[str]:
    """Return the sentences of a text (list of str), as ``nltk.sent_tokenize`` finds them."""
    punkt = sentence_tokenizer()
    if text[:1] in " ." or text[-1:] == " " or _INTRICATE.search(text):
        return punkt.tokenize(text)
    first, *rest = text.split(". ")
    found = [first]
    for part in rest:
        before, after = found[-1].rpartition(" ")[2], part.partition(" ")[0]
        if punkt.text_contains_sentbreak(f"{before}. {after}"):
            found[-1] += "."
            found.append(part)
        else:
            found[-1] += f". {part}"
    return found


def tokens(sentence: str) -> list[str]:
    """Return the tokens of one sentence (list of str), as NLTK's word tokenizer finds them."""
    runs = sentence.split(" ")
    if len(runs) < 2 or not _SIMPLE.fullmatch(sentence):
        return _WORDS.tokenize(sentence)
    found = [*_first(runs[0])]
    for run in runs[1:-1]:
        found += _inner(run)
    found += _last(runs[-1])
    return found


def word_tokens(text: str) -> list[str]:
    """Return the tokens of a text (list of str), as ``nltk.word_tokenize`` finds them."""
    return [token for sentence in sentences(text) for token in tokens(sentence)]


@lru_cache(_REMEMBERED)
def _first(run):
    return tuple(_WORDS.tokenize(f"{run} x")[:-1])


@lru_cache(_REMEMBERED)
def _inner(run):
    return tuple(_WORDS.tokenize(f"x {run} x")[1:-1])


@lru_cache(_REMEMBERED)
def _last(run):
    return tuple(_WORDS.tokenize(f"x {run}")[1:])


def is_word(token: str) -> bool:
    """Say whether a token is a word: it has a letter or a digit. Punctuation alone is not a word."""
    return any(map(str.isalnum, token))
