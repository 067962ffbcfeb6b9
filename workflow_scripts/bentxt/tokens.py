"""Sentences and words, as NLTK's ``word_tokenize`` finds them, without its downloaded data."""

from functools import cache

from nltk.tokenize import NLTKWordTokenizer
from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer
from punkt.data import english

_WORDS = NLTKWordTokenizer()


@cache
def sentence_tokenizer():
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
    return PunktSentenceTokenizer(parameters)


def sentences(text):
    """Return the sentences of a text (list of str), as ``nltk.sent_tokenize`` finds them."""
    return sentence_tokenizer().tokenize(text)


def tokens(sentence):
    """Return the tokens of one sentence (list of str), as ``nltk.word_tokenize`` finds them."""
    return _WORDS.tokenize(sentence)


def is_word(token):
    """Say whether a token is a word: it has a letter or a digit. Punctuation alone is not a word."""
    return any(map(str.isalnum, token))
