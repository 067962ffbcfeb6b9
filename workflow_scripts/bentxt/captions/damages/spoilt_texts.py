"""Damages to language, and what generation leaves behind; functions as in
:mod:`bentxt.captions.damages.fact_damages`."""

import re

import numpy as np

from bentxt.captions.caption_facts import CaptionFacts
from bentxt.captions.damages.text_parts import Damage, append, class_pattern, split_sentences
from bentxt.randomness import pick, pick_or_none

# Language


def cut_at_word(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Cut a caption within a sentence, as a limit of tokens does."""
    words = text.split(" ")
    if len(words) < 12:
        return None
    cut = " ".join(words[: int(len(words) * (0.5 + 0.4 * draws.random()))])
    return cut.rstrip(".,;:") if not cut.endswith((".", '."')) else None


def lower_case(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Write everything in lower case."""
    return text.lower()


def word_doubled(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Write a word twice."""
    words = text.split(" ")
    places = [at for at, word in enumerate(words) if len(word) > 3 and word.isalpha()]
    at = pick_or_none(places, draws.random())
    return None if at is None else " ".join([*words[:at], words[at].lower(), *words[at:]])


def sentence_repeated(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Write a sentence twice."""
    return append(text, pick(split_sentences(text), draws.random()))


def sentence_repeated_otherwise(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Write a sentence about classes twice, the second time with an opening."""
    _, *rest = split_sentences(text)
    stating = [sentence for sentence in rest if any(class_pattern(i).match(sentence) for i in range(19))]
    chosen = pick_or_none(stating, draws.random())
    if chosen is None:
        return None
    opening = pick(("In addition, ", "Moreover, ", "Overall, ", "Furthermore, "), draws.random())
    return append(text, f"{opening}{chosen[0].lower()}{chosen[1:]}")


def caption_twice(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Write the whole caption twice."""
    return append(text, text)


def full_stop_lost(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Drop the last full stop."""
    return text.rstrip().removesuffix(".") if text.rstrip().endswith(".") else None


def wrong_article(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Write "an" before a consonant."""
    places = list(
        re.finditer(r"\ba(?= (?:landscape|scene|smaller|satellite|large|marginal|setting|part)\b)", text)
    )
    found = pick_or_none(places, draws.random())
    return None if found is None else f"{text[: found.start()]}an{text[found.end() :]}"


_FOREIGN = (
    "Das Bild zeigt eine Landschaft mit Feldern und Wiesen.",
    "Die größte Fläche ist Wald.",
    "La imagen muestra un paisaje de campos y bosques.",
    "L'image montre un paysage de champs et de forêts.",
    "L'immagine mostra un paesaggio di campi e boschi.",
    "Kuvassa on metsaa ja peltoa.",
    "Vaizdas rodo laukus ir miskus.",
    "图像显示农田和森林。",
    "На снимке видны поля и леса.",
)


def foreign_sentence(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Add a sentence of another language."""
    return append(text, pick(_FOREIGN, draws.random()))


# What generation leaves behind


def class_between(left: str, right: str) -> Damage:
    """Return the damage that puts signs round the name of a class."""

    def damage(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
        found = pick_or_none(
            [found for c in facts.classes for found in class_pattern(c.index).finditer(text)], draws.random()
        )
        if found is None:
            return None
        return f"{text[: found.start()]}{left}{found[0]}{right}{text[found.end() :]}"

    return damage


def wrapped_in(left: str, right: str = "") -> Damage:
    """Return the damage that puts something before and behind a caption."""

    def damage(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
        return f"{left}{text}{right}"

    return damage


def one_of(*damages: Damage) -> Damage:
    """Return the damage that is one of several, drawn."""

    def damage(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
        return pick(damages, draws.random())(text, facts, draws)

    return damage


def bullet_list(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Write the sentences as a list."""
    return "\n".join(f"- {sentence}" for sentence in split_sentences(text))
