"""Damages that leave something out; functions as in :mod:`bentxt.captions.damages.fact_damages`.

In grammar wording the same is also done with the facts, of which the grammar then writes a caption
(:mod:`bentxt.captions.damages.rewritten_facts`); here it is done with the text, whoever wrote it.
"""

import re

import numpy as np

from bentxt.captions.caption_facts import MARGINAL, CaptionFacts
from bentxt.captions.damages.fact_damages import season_pattern
from bentxt.captions.damages.text_parts import (
    AREA,
    BORDER,
    COUNT,
    PRONOUN,
    MarkedCaption,
    groups,
    join_clauses,
    pairs,
    split_clauses,
    split_sentences,
)
from bentxt.captions.phrases import listing
from bentxt.randomness import pick_or_none

_NAME = "[\ue000-\uf8ff]"
_LIST = re.compile(rf"{_NAME}(?:, {_NAME})*(?:,? and | as well as ){_NAME}")
#: An area in words or in %, but the bound of marginal ones.
_SHARE = re.compile(
    r"(?<!less than )\b\d+(?:\.\d+)? ?%|\b(?:half|third|thirds|quarter|quarters|fifth|most|rest)\b"
)
_NUMBER = r"(?:~|≈|about |approximately |around |roughly |some )?"


def _rewritten(text, change):
    """Return a text whose clauses ``change`` has changed or, by None, dropped; None where nothing changed."""
    sentences, changed = [], False
    for sentence in split_sentences(text):
        clauses = split_clauses(sentence)
        new = [change(clause) for clause in clauses]
        if new == clauses:
            sentences.append(sentence)
            continue
        changed = True
        kept = [clause for clause in new if clause is not None]
        if kept:
            sentences.append(join_clauses(kept))
    return " ".join(sentences) if changed and sentences else None


def borders_left_out(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Drop all clauses that say which classes touch, where they say nothing else."""
    if not facts.borders or any(
        AREA.search(clause) or COUNT.search(clause)
        for sentence in split_sentences(text)
        for clause in split_clauses(sentence)
        if BORDER.search(clause)
    ):
        return None
    return _rewritten(text, lambda clause: None if BORDER.search(clause) else clause)


def border_left_out(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Drop one of several neighbours, where no other clause names both classes or stands for one of them."""
    marked = MarkedCaption.of(text)
    stated = [
        clause
        for sentence in split_sentences(marked.text)
        for clause in split_clauses(sentence)
        if BORDER.search(clause)
    ]
    if any(PRONOUN.search(clause) for clause in stated):
        return None
    options = []
    for clause in stated:
        named, verb = marked.classes(clause), BORDER.search(clause)
        found = _LIST.search(clause, verb.end()) if verb else None
        if not found or len(named) != len(set(named)) or AREA.search(clause):
            continue
        signs = [sign for sign in found[0] if sign in marked.names]
        if len(signs) + 1 != len(named):
            continue
        for sign in signs:
            pair = {named[0], marked.names[sign][0]}
            elsewhere = any(pair <= set(marked.classes(other)) for other in stated if other is not clause)
            if frozenset(pair) in pairs(facts) and not elsewhere:
                kept = listing(marked.names[other][1] for other in signs if other != sign)
                options.append((clause, clause[: found.start()] + kept + clause[found.end() :]))
    chosen = pick_or_none(options, draws.random())
    return None if chosen is None else marked.restored(marked.text.replace(*chosen))


def counts_left_out(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Drop all clauses that say into how many areas a class falls, where each class is named elsewhere too.

    Otherwise a general class may stand for one, of which then no number is demanded.
    """
    if all(c.count == 1 for c in facts.classes):
        return None
    changed = _rewritten(text, lambda clause: None if COUNT.search(clause) else clause)
    named = {index for index, _ in MarkedCaption.of(changed or "").names.values()}
    return changed if named >= {c.index for c in facts.classes} else None


def area_left_out(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Drop the brackets with the area of a class, where it stands nowhere else, and no share near by."""
    options: list[str] = []
    sentences = split_sentences(text)
    # A share of a general class is that of its only class.
    alone = {members[0] for members in groups(facts).values() if len(members) == 1}
    shared = alone if _SHARE.search(text) else set()
    for sentence, following in zip(sentences, [*sentences[1:], ""], strict=True):
        if not _SHARE.search(f"{sentence} {following}"):
            for c in facts.classes:
                if c.tier != MARGINAL and c.index not in shared and text.count(f"{c.area:,}") == 1:
                    options += re.findall(rf" \({_NUMBER}{c.area:,} [a-zA-Z² ]+\)", sentence)
    chosen = pick_or_none(options, draws.random())
    return None if chosen is None else text.replace(chosen, "")


def class_left_out(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Drop a class: from lists with others, else with the clause that is about it."""
    marked = MarkedCaption.of(text)
    there = {index for index, _ in marked.names.values()}
    chosen = pick_or_none([c.index for c in facts.classes if c.index in there], draws.random())
    if len(facts.classes) < 2 or chosen is None:
        return None
    signs = {sign for sign, (index, _) in marked.names.items() if index == chosen}

    def change(clause):
        for sign in signs & set(clause):
            found = next((found for found in _LIST.finditer(clause) if sign in found[0]), None)
            if found is None:
                return None
            kept = [other for other in found[0] if other in marked.names and other != sign]
            # Names stay signs, for other classes may be dropped from the same clause.
            joined = kept[0] if len(kept) == 1 else f"{', '.join(kept[:-1])} and {kept[-1]}"
            clause = clause[: found.start()] + joined + clause[found.end() :]
        return clause

    changed = _rewritten(marked.text, change)
    if changed is None:
        return None
    # A general class may stand for its only class, where it has a share or an area, and for all of several.
    name, alike = next((name, members) for name, members in groups(facts).items() if chosen in members)
    if len(alike) == 1 and name in changed.lower() and _SHARE.search(changed):
        return None
    if len(alike) > 1 and not set(alike) & set(marked.classes(changed)):
        return None
    return marked.restored(changed)


def season_left_out(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Drop the season, wherever it is named."""
    return _left_out(
        text,
        facts,
        lambda part: season_pattern(facts).sub(
            "", re.sub(rf" (?:in|during)(?: the)? {season_pattern(facts).pattern}(?: season)?", "", part)
        ),
    )


def country_left_out(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Drop the country, wherever it is named."""
    name = re.escape(facts.country)
    return _left_out(text, facts, lambda part: re.sub(rf"(?: (?:in|from|of|within))? {name}\b", "", part))


def _left_out(text, facts, change):
    """Change what is outside the name of the climate zone, and tidy up the spaces."""
    if not (facts.season and facts.country and facts.climate_zone):
        return None
    parts = re.split(f"({re.escape(facts.climate_zone)})", text, flags=re.IGNORECASE)
    changed = [part if number % 2 else change(part) for number, part in enumerate(parts)]
    if changed == parts:
        return None
    return re.sub(r" +([ ,.])", r"\1", "".join(changed)).strip()


def zone_left_out(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Drop the name of the climate zone."""
    if not facts.climate_zone:
        return None
    name = re.escape(facts.climate_zone)
    changed = re.sub(
        rf'(?:[Tt]he (?:climate zone )?)?["“]?{name}["”]?(?: climate zone)?', "one climate zone", text
    )
    return changed if changed != text and facts.climate_zone not in changed else None


def last_sentence_lost(text: str, facts: CaptionFacts, draws: np.random.Generator) -> str | None:
    """Drop the last sentence, where something stands in it alone: a border, a count, or the climate zone."""
    *rest, last = split_sentences(text)
    kept = " ".join(rest)
    alone = facts.climate_zone and facts.climate_zone in last and facts.climate_zone not in kept
    states = (BORDER.search(last) and facts.borders) or COUNT.search(last)
    return kept if rest and (alone or (states and not PRONOUN.search(last))) else None
