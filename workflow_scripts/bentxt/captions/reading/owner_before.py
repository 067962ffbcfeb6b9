"""Whose a number is by what stands in front of it: the nearest class, the subject, a pronoun."""

import re

from bentxt.captions.reading.area_words import of_areas
from bentxt.captions.reading.border_references import ordinal
from bentxt.captions.reading.number_runs import distinct, number_run
from bentxt.captions.reading.rows import Row
from bentxt.captions.reading.statements import EVERYTHING, Owner
from bentxt.captions.reading.tokens import Token

_TOGETHER = frozenset({"together", "combined", "jointly", "collectively"})


def owners_before(row: Row, place: int) -> tuple[Owner, ...]:
    """Return whose the number at ``place`` may be by what stands in front of it, the likeliest first."""
    level = row.depth[place]
    words: list[Token] = []
    for j in range(place - 1, -1, -1):
        if row.depth[j] > level or row.kinds[j] in "()":
            continue
        token = row.tokens[j]
        if token.kind == "C":
            return _before_relative(row, j, words) or _of_class(row, j, place, words)
        if token.kind in "FL":
            return (Owner(row.former_latter(j)),)
        if (
            row.kinds[j + 1 : j + 2] == "p"
            and (row.tokens[j + 1].text == "of" or row.kinds[j - 1 : j + 3] == "axpA")
            and (named := ordinal(row, j)[0])
        ):
            # "The first of them covers 5 ha", "X and Y, the first with 5 ha".
            return (Owner(named),)
        ends = row.kinds[max(0, j - 3) : j]
        if "A" in ends and re.match(r"(?:each|both|all) of (?:them|these|those)$", token.text):
            # "X over 5 ha and Y over 6 ha, each of them in one large and one smaller area".
            two = row.last_two(j)
            return distinct(Owner(two), Owner(two[-1:]))
        if row.kinds[max(0, j - 2) : j] == "C," and re.match(
            r"(?:each|both|all) of (?:them|these)$", token.text
        ):
            # "X along with Y and Z, each of them in two marginal areas".
            several = row.mentions(row.list_to(j - 2))
            return distinct(Owner(several), Owner(several[-1:]))
        if token.kind == "w" or re.search(r"of (?:them|which|these|those)$", token.text):
            continue
        following = row.tokens[j + 1].text if j + 1 < len(row) else ""
        if (token.text == "both" and following == "of") or (
            token.kind == "i" and j and row.tokens[j - 1].text == "of"
        ):
            continue
        if token.kind == "i" and token.text in ("it", "they", "this", "these", "those"):
            readings = row.pronoun(j)
            owners = [Owner(reading, "any" if len(reading) > 1 else "each") for reading in readings]
            if any(near.text in _TOGETHER for near in row.tokens[max(0, j - 2) : place + 4]):
                owners = [Owner(reading, "sum") for reading in (*readings, (EVERYTHING,))]
            return distinct(
                *(Owner((m,)) for reading in readings for m in reading if len(reading) == 1), *owners
            )
        if token.kind in "OD" and row.kinds[: j + 1].rstrip("x#aOD").endswith("B"):
            # "X touches all others and is divided into three areas": X.
            continue
        if token.kind == "D" or (token.text == "both" and not any(w.kind == "n" for w in words[-2:])):
            lists = [group for group in row.lists_before(j) if len(group) > 1]
            if (
                re.match(r"(?:each|every|all(?: \w+)?) (?:class|type)", token.text)
                and row.kinds[place] == "#"
            ):
                return distinct(Owner((EVERYTHING,), "any" if "!" in row.kinds[:j] else "all"))
            if some := re.match(r"the (first|last|latter|former) (two|three)", token.text):
                size = 2 if some[2] == "two" else 3
                meant = [group for group in lists if len(group) >= size][:1]
                group = meant[0] if meant else row.last_two(j)
                group = group[:size] if some[1] in ("first", "former") else row.last_named(j, size)
                return distinct(*_one_each(row, place, group) or (Owner(group),))
            found = [Owner(group, "each") for group in lists[:1]] + [Owner(row.last_two(j))]
            for group in (*lists[:1], row.last_two(j)):
                if one := _one_each(row, place, group):
                    return one
            return distinct(*found, Owner((EVERYTHING,), "any"))
        if token.kind == "O" and token.text not in ("rest", "remainder"):
            if of_areas(row, j) and not re.search(r"class|type|category|categories|else", token.text):
                # "While the other two each fall short of 5 %".
                continue
            return (Owner((EVERYTHING,), "any"),)
        if token.kind == "O":
            listed = of_areas(row, j) and "C" not in re.split(";|,&", row.kinds[place:])[0]
            if listed or (row.kinds[place] != "A" and row.kinds[j + 1] in "pva"):
                # "Of which 258,000 sqm lie in one area and the rest in three marginal ones".
                continue
            behind = next((i for i in range(place + 1, len(row)) if row.kinds[i] == "C"), None)
            if behind is not None:
                return (Owner(row.mentions([behind])),)
            return (Owner((EVERYTHING,), "any"),)
        words.append(token)
    return ()


def _before_relative(row, place, words):
    """Read "X, which Y borders, covers 5 ha", where Y stands at ``place``: X's."""
    first = row.subject_list(place)[0]
    which = len(row.kinds[:first].rstrip("a")) - 1
    behind = "".join(word.kind for word in reversed(words))
    if which < 1 or row.kinds[which] != "w" or not re.match("x*B,V", behind):
        return ()
    named = row.back_over_brackets(which - 1 - (row.kinds[which - 1] == ","))
    return (Owner(row.mentions([named])),) if row.kinds[named] == "C" else ()


def _one_each(row, place, group):
    """Return whose an amount is where as many amounts as classes stand together with "respectively"."""
    run = number_run(row, place)
    if len(run) != len(group) or "T" not in row.kinds[run[-1] + 1 : run[-1] + 4]:
        return ()
    return (Owner(group[run.index(place) : run.index(place) + 1]),)


def _of_class(row, j, place, words):
    """Return the owners where the nearest class before a number stands at ``j``; ``words`` stand between."""
    nearest = Owner(row.mentions([j]))
    places = row.list_to(j)
    whole = row.mentions(places)
    kinds = "".join(word.kind for word in reversed(words))
    found: list[Owner] = []
    verb = any(kind in "VB" for kind in kinds) or ("w" in row.kinds[j:place])
    each = any(word.text in ("each", "both", "individually") for word in words)
    amount = row.tokens[place].amount
    below = amount is not None and amount.bound == "below"
    start = row.clause_start(place)
    if len(places) > 1:
        run = number_run(row, place)
        if len(run) == len(places) and place in run:
            found.append(Owner(row.mentions([places[run.index(place)]])))
        elif each or (below and verb) or (amount is None and verb):
            found.append(Owner(whole))
        elif verb or any(
            word.text in ("together", "total", "combined", "totaling", "totalling") for word in words
        ):
            found.append(Owner(whole, "sum"))
        elif below and any(word.text == "each" for word in row.tokens[place : place + 6]):
            found.append(Owner(whole))
    before = places[0] - 1
    while before > 0 and row.kinds[before] == "a":
        before -= 1
    if (
        each
        and row.kinds[max(0, before - 1) : before + 1] == ",&"
        and (first := row.first_classes(start, before))
    ):
        # "X, in five areas, and Y each extend over 5 ha".
        found.insert(0, Owner((*first, *whole)))
    after = [token.text for token in row.tokens[place : place + 7]]
    if len(places) > 1 and "each" in (after if below or amount is None else after[:3]):
        found.insert(0, Owner(whole))
    antecedent = _antecedent(row, places[0], start)
    subject = antecedent or row.first_classes(start, j)
    # Not the "which" of "three areas, two of which are smaller".
    relative = "w" in re.split("[#n]", row.kinds[j:place])[0]
    apart = kinds[:1] in (",", "&") or "V" in kinds
    # "X, in contrast to Y, covers 5 ha": what a comma keeps from the verb is no subject.
    kept = kinds[:2] == ",V" or _is_object(row, places[0], start)
    outside = not relative and apart and kept
    if subject and subject != whole and (antecedent or outside):
        alternative = Owner(subject, "each" if len(subject) == 1 else "sum")
        # "X, bordered by Y, covers ...": a verb behind the comma takes the subject first.
        aside = kinds[:2] == ",v" and _before_aside(row, places[0], start)
        if aside and aside != subject:
            # "With X, bordering Y, constituting 5 ha".
            return distinct(Owner(aside), nearest, alternative, *found)
        finite = "V" in kinds and kinds[:1] in (",", "&")
        own = finite or "&" in kinds[:3]
        return distinct(*found[:0], *((alternative, nearest) if own else (nearest, alternative)), *found)
    if len(places) > 1 and not verb and kinds.startswith("v"):
        # "X and Y making up the remaining 15 %".
        return distinct(*found, nearest, Owner(whole, "sum"))
    return distinct(*found, nearest)


def _antecedent(row, place, start):
    """Return what "which" stands for: X in "X, which borders Y in two areas", where Y stands at ``place``."""
    borders = [i for i in range(start, place) if row.kinds[i] in "Bb" and not row.depth[i]]
    if not borders:
        return ()
    j = borders[-1] - 1
    while j > start and row.kinds[j] == "x":
        j -= 1
    if row.kinds[j] != "w":
        return ()
    j = row.back_over_brackets(j - 1 - (row.kinds[j - 1] == ","))
    while j > start and row.kinds[j] in "paAxV":
        j -= 1
    return row.mentions([j]) if row.kinds[j] == "C" else ()


def _is_object(row, place, start):
    if any(row.kinds[i] in "BbN" and not row.depth[i] for i in range(start, place)):
        return True
    # "X, more than twice as extensive as Y, covers 5 ha".
    before = [token.text for token in row.tokens[max(0, place - 2) : place]]
    return "than" in before or "as" in before


def _before_aside(row, place, start):
    """Return the class in front of the border whose object stands at ``place``: "X, bordering Y, …"."""
    for i in range(place - 1, start, -1):
        if row.kinds[i] in "b":
            i -= row.kinds[i - 1] == ","
            return row.mentions([i - 1]) if row.kinds[i - 1] == "C" else ()
    return ()
