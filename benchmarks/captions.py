"""Captions: words and MTLD against NLTK and lexicalrichness, and the cost of template, grammar and check.

CPU time within one process, on captions of invented facts. Run: ``make bench``.
"""

import time

import numpy as np
from lexicalrichness import LexicalRichness
from nltk.tokenize import NLTKWordTokenizer
from nltk.tokenize.punkt import PunktSentenceTokenizer

from bentxt.captions.caption_check import Strictness, check_caption
from bentxt.captions.caption_facts import Rules, caption_facts
from bentxt.captions.grammar import paraphrase
from bentxt.captions.template_captions import template_caption
from bentxt.dataset.text_statistics import count_captions, mtld
from bentxt.nomenclature import COUNTRIES, PIXELS
from bentxt.words import is_word, sentence_tokenizer

CAPTIONS = 2000


def invented(number):
    """Return the facts of a patch that never was: one to seven classes in up to five instances each."""
    draws = np.random.default_rng(number)
    classes = draws.choice(19, int(draws.integers(1, 8)), replace=False).tolist()
    sizes = (draws.dirichlet(np.ones(len(classes))) * (PIXELS - 5 * len(classes))).astype(int)
    instances = {}
    for index, size in zip(classes, sizes.tolist(), strict=True):
        parts = draws.multinomial(size, draws.dirichlet(np.ones(int(draws.integers(1, 6))))) + 1
        instances[index] = sorted(parts.tolist(), reverse=True)
    pairs = [(a, b) for a in classes for b in classes if a < b and draws.random() < 0.6]
    season = ("Winter", "Spring", "Summer", "Fall")[number % 4]
    place = (COUNTRIES[number % 10], season, "Temperate, no dry season, warm summer")
    return caption_facts(f"P{number}", *place, instances, pairs, Rules(25, 5, 1000, 1))


def timed(label, function):
    """Print the CPU time of a call per caption; return it and the result."""
    start = time.process_time()
    result = function()
    seconds = time.process_time() - start
    print(f"{label:<38} {1e6 * seconds / CAPTIONS:8.1f} µs a caption")
    return seconds, result


def main():
    """Time the stages and print the ratios."""
    facts = [invented(number) for number in range(CAPTIONS)]
    timed("template caption", lambda: [template_caption(patch) for patch in facts])
    _, captions = timed("grammar caption", lambda: [paraphrase(patch, 1) for patch in facts])
    strictness = Strictness(borders=True, counts=True, words=())
    pairs = list(zip(captions, facts, strict=True))
    timed("check", lambda: [check_caption(text, patch, strictness) for text, patch in pairs])

    parameters = sentence_tokenizer()._params
    slow, words = PunktSentenceTokenizer(parameters), NLTKWordTokenizer()

    def with_nltk():
        return [[words.tokenize(sentence) for sentence in slow.tokenize(text)] for text in captions]

    nltk_seconds, found = timed("words with NLTK", with_nltk)
    cold_seconds, counts = timed("words with bentxt, nothing remembered", lambda: count_captions(captions))
    warm_seconds, _ = timed("words with bentxt, again", lambda: count_captions(captions))
    print(f"words: {nltk_seconds / cold_seconds:.1f}x cold, {nltk_seconds / warm_seconds:.1f}x warm")

    mtld(counts.ids[:10])  # compiles
    own_seconds, own = timed("MTLD with bentxt", lambda: mtld(counts.ids))
    text = [
        token.lower() for caption in found for sentence in caption for token in sentence if is_word(token)
    ]
    reference = LexicalRichness(text, preprocessor=None, tokenizer=None)
    their_seconds, theirs = timed("MTLD with lexicalrichness", reference.mtld)
    print(f"MTLD: {their_seconds / own_seconds:.1f}x, equal: {own == theirs} ({own:.2f})")


if __name__ == "__main__":
    main()
