"""Whose a number is: the classes that an area, a share or a number of areas is said of."""

import re

from bentxt.captions.reading.area_words import is_below, of_areas, outer_amount
from bentxt.captions.reading.border_lists import long_list
from bentxt.captions.reading.border_references import ordinal
from bentxt.captions.reading.class_names import Mention
from bentxt.captions.reading.rows import Row
from bentxt.captions.reading.statements import EVERYTHING, Owner
from bentxt.captions.reading.tokens import Token
from bentxt.nomenclature import PATCH_AREA

_TOGETHER = frozenset({"together", "combined", "jointly", "collectively"})
_COMPOSING = frozenset({"make", "makes", "form", "forms", "constitute", "constitutes", "belong", "belongs"})
#: Words for a share of the image that need no number.
_SHARE_WORDS = frozenset(
    {
        *("half", "third", "quarter", "fifth", "sixth", "tenth"),
        *("rest", "remainder", "majority", "bulk", "most", "part", "portion", "share"),
    }
)
#: Words for an area that stands behind them between commas.
_EXTENTS = frozenset({"extent", "area", "size", "amount", "surface"})


def _in_front(row, place):
    """Read the end of a list, "and, on less than 5 % of the area, X", "and, with 5 ha each, X and Y"."""
    j, k = place - 1, place + 1
    while j > 0 and row.kinds[j] in "px":
        j -= 1
    while k < len(row) and row.kinds[k] in "xpaSn#":
        k = row.skip_brackets(k + 1)
    if j < 1 or row.kinds[j - 1 : j + 1] != "&," or row.kinds[k : k + 2] != ",C":
        return ()
    places = row.list_from(k + 1)
    return (Owner(row.mentions(places if "#" in row.kinds[place:k] else places[:1])),)


def owners(row: Row, place: int, stop: int | None = None) -> tuple[Owner, ...]:
    """Return what the number at ``place`` may be said of, the likeliest first.

    Parameters
    ----------
    row : Row
    place : int
        A token of kind ``A`` or ``#``.
    stop : int, optional
        Where the words that belong to the number end; ``place`` by default.

    Returns
    -------
    tuple of Owner
    """
    stop = place if stop is None else stop
    found = (
        _of_share(row, place)
        or _announced(row, place)
        or _paired(row, place)
        or _in_front(row, place)
        or _before_its_class(row, place, stop)
        or _gapped(row, place)
        or _composing(row, place, stop)
        or _of_those(row, place)
        or _whole_image(row, place)
    )
    if found:
        return found
    if row.depth[place]:
        return _bracketed(row, place)
    if forward := _forward(row, place, stop):
        return forward
    backward = _backward(row, place)
    if backward:
        return backward
    following = next((j for j in range(stop + 1, len(row)) if row.kinds[j] == "C" and not row.depth[j]), None)
    pronoun = re.match(r"[^C]*?,i", row.kinds[stop + 1 :])
    if pronoun and row.tokens[stop + pronoun.end()].text in ("it", "they"):
        # "Covering 300,000 sqm, it borders X".
        return _distinct(*map(Owner, row.pronoun(stop + pronoun.end())))
    if row.topic and "C" not in row.kinds[:place] and _of_topic(row, place):
        return (Owner(row.topic[:1]),)
    if following is not None:
        places = row.list_from(following)
        return _distinct(Owner(row.mentions(places[:1])), Owner(row.mentions(places), "sum"))
    if row.topic:
        return _distinct(
            Owner(row.topic[:1]), Owner(row.topic, "sum"), *(Owner((m,)) for m in row.lists_before(place)[0])
        )
    return ()


def _of_topic(row, place):
    """Read "its 949,000 sqm border X", "this class covers 5 ha and borders X"."""
    before = [token.text for token in row.tokens[:place]]
    near = {*before[:1], *before[-4:]}
    return "its" in near or "their" in near or before[:2] == ["this", "class"]


def _of_share(row, place):
    """Read "half of the image (~778,000 sqm) is arable land", "the other fifth, ~27 ha, is pastures"."""
    if row.kinds[place] != "A":
        return ()
    level = row.depth[place]
    opened = place - 1
    if row.tokens[place].amount.unit in ("fraction", "percent"):
        # "Slightly less than half, around 71 ha, is pastures": as the area that stands behind it.
        j = place + 1
        while j < len(row) and row.kinds[j] in "paSnx":
            j += 1
        if row.kinds[j : j + 2] in ("(A", ",A"):
            return (
                _of_share(row, j + 1) if row.tokens[j + 1].amount.unit not in ("fraction", "percent") else ()
            )
    if level:
        if row.kinds[opened] != "(":
            return ()
    elif opened < 0 or row.kinds[opened] not in ",&":
        return ()
    j = opened - 1
    named = _SHARE_WORDS | (_EXTENTS if row.kinds[opened] == "," else frozenset())
    while j >= 0 and row.kinds[j] in "paSnxt" and row.tokens[j].text not in named and j > opened - 10:
        j -= 1
    if j < 0 or not (
        row.tokens[j].text in named
        or (row.kinds[j] == "A" and row.tokens[j].amount.unit in ("fraction", "percent"))
    ):
        return ()
    # What has a subject of its own is no share that a class fills: "pastures cover half of it (5 ha)".
    before = j - 1
    while before >= 0 and row.kinds[before] in "axt":
        before -= 1
    if before >= 0 and (row.kinds[before] not in ",;&s:(p" or row.tokens[before].text in ("over", "of")):
        return ()
    end = row.skip_brackets(place + 1)
    while end < len(row) and row.kinds[end] in "),":
        end += 1
    if end >= len(row) or row.kinds[end] not in "Vv":
        return ()
    while end < len(row) and row.kinds[end] in "Vvpxa":
        end += 1
    if end >= len(row) or row.kinds[end] != "C":
        return ()
    places = row.list_from(end)
    return _distinct(Owner(row.mentions(places[:1])), Owner(row.mentions(places), "sum"))


def _announced(row, place):
    """Read "each on less than 5 % (72,000 sqm): urban fabric and pastures", "each in two areas: …"."""
    if row.kinds[place] not in "A#":
        return ()
    start, j = place, place + 1
    if row.depth[place]:
        if row.kinds[place - 2 : place] != "A(":
            return ()
        start -= 2
        j += 1
    number = row.kinds[place] == "#"
    if not any(token.text == "each" for token in row.tokens[max(0, start - (6 if number else 4)) : start]):
        return ()
    while j < len(row) and row.kinds[j] in ("xtn&#" if number else "paSnx(A)"):
        j += 1
    if row.kinds[j : j + 1] != ":":
        return ()
    while j < len(row) and row.kinds[j] in ":ax":
        j += 1
    if row.kinds[j : j + 1] != "C":
        return ()
    return (Owner(row.mentions(long_list(row, j, True) if number else row.list_from(j))),)


def _before_its_class(row, place, stop):
    """Read "X (5 ha) and, in two marginal areas, Y": the number stands before its class."""
    if row.kinds[max(0, place - 3) : place] != "&,p":
        return ()
    j = stop + 1
    if row.kinds[j : j + 1] == "p":
        while j < len(row) and row.kinds[j] in "pA&":
            j += 1
    j = row.skip_brackets(j)
    if row.kinds[j : j + 1] != ",":
        return ()
    j += 1
    while row.kinds[j : j + 1] == "a":
        j += 1
    return (Owner(row.mentions([j])),) if row.kinds[j : j + 1] == "C" else ()


def _gapped(row, place):
    """Read ", 33 ha to pastures" behind "90 ha belong to mixed forest": the verb is left out."""
    if row.kinds[place] != "A":
        return ()
    run = number_run(row, place)
    head, end = run[0], row.skip_brackets(run[-1] + 1)
    if row.depth[place]:
        if row.kinds[place - 1] != "(" or place < 2:
            return ()
        # "Just under a quarter (330,000 sqm) of pastures".
        head, end, run = place - 2, row.skip_brackets(place - 1), [place]
        if row.kinds[head] != "A" and row.tokens[head].text not in _SHARE_WORDS:
            return ()
    following = end + 1
    while row.kinds[following : following + 1] in ("a", "x"):
        following += 1
    if row.kinds[end : end + 1] != "p" or row.kinds[following : following + 1] != "C":
        return ()
    before = head - 1
    while before >= 0 and row.kinds[before] in "axt#":
        before -= 1
    if before < 0 or row.kinds[before] not in ",&;":
        return ()
    while before >= 0 and row.kinds[before] in ",&;":
        before -= 1
    before = row.back_over_brackets(before)
    if before >= 0 and row.kinds[before] != "C":
        # "5 ha belong to X, in two areas of 2 and 3 ha, and 6 ha to Y".
        before = row.kinds.rfind("C", 0, before)
        if before > 0 and not {token.text for token in row.tokens[max(0, before - 4) : before]} & _COMPOSING:
            return ()
    if before < 0 or row.kinds[before] != "C":
        return ()
    before = row.list_to(before)[0] - 1
    while before >= 0 and row.kinds[before] in "ax":
        before -= 1
    if before < 0 or row.kinds[before] != "p" or row.tokens[before].text != row.tokens[end].text:
        return ()
    places = row.list_from(following)
    if len(run) > 1:
        return (Owner(row.mentions([places[run.index(place)]])),) if len(run) == len(places) else ()
    return _distinct(Owner(row.mentions(places[:1])), Owner(row.mentions(places), "sum"))


def composing(row: Row, place: int) -> bool:
    """Tell whether areas are said to make up classes before or behind ``place``."""
    return any(token.text in _COMPOSING for token in row.tokens[max(0, place - 30) : place + 4])


def _composing(row, place, stop):
    """Read "and two marginal areas make up the pastures", "four areas constitute the former"."""
    j = stop + 1
    while j < len(row) and row.kinds[j] == "x":
        j += 1
    if row.kinds[place] != "#" or row.kinds[j : j + 1] != "V" or row.tokens[j].text not in _COMPOSING:
        return ()
    if place and row.kinds[place - 1] not in ",&;s":
        return ()
    j += 1
    while j < len(row) and (row.kinds[j] == "a" or row.tokens[j].text in ("up", "to")):
        j += 1
    if row.kinds[j : j + 1] in ("F", "L"):
        return (Owner(row.former_latter(j)),)
    return (Owner(row.mentions([j])),) if row.kinds[j : j + 1] == "C" else ()


def _of_those(row, place):
    """Read "of which 33 ha are pastures"."""
    if row.kinds[place] != "A" or row.depth[place]:
        return ()
    before = " ".join(token.text for token in row.tokens[max(0, place - 2) : place])
    behind = " ".join(token.text for token in row.tokens[place + 1 : place + 3])
    j = place + 1
    if behind in ("of which", "of these", "of it"):
        j += 2
    elif not before.endswith(("of which", "of these", "of this")):
        return ()
    if row.kinds[j : j + 1] != "V":
        return ()
    while j < len(row) and row.kinds[j] in "Vvpax":
        j += 1
    return (Owner(row.mentions([j])),) if row.kinds[j : j + 1] == "C" else ()


def _whole_image(row, place):
    """Read "of the 144 hectares shown"."""
    amount = row.tokens[place].amount
    if amount is None or amount.bound or amount.value != PATCH_AREA:
        return ()
    before = [token.text for token in row.tokens[max(0, place - 2) : place]]
    # "All of its 1,440,000 sqm" is the class; "133.6 of its 144 hectares" is the image.
    parted = place > 2 and row.kinds[place - 3] == "A" and before[1:] == ["its"]
    if before != ["of", "the"] and not (before[:1] == ["of"] and parted):
        return ()
    return (Owner((EVERYTHING,), "sum"),)


def _paired(row, place):
    """Read "with 431,000 sqm and 385,000 sqm, respectively, pastures and urban fabric": one each."""
    if row.kinds[place] != "A" or row.depth[place]:
        return ()
    run = number_run(row, place)
    if len(run) < 2 or any(kind in "CDFLi" for kind in row.kinds[row.clause_start(run[0]) : run[0]]):
        return ()
    j, said = run[-1] + 1, False
    while j < len(row) and row.kinds[j] in ",Tax":
        said = said or row.kinds[j] == "T"
        j += 1
    if not said or row.kinds[j : j + 1] != "C":
        return ()
    places = row.list_from(j)
    if len(places) != len(run):
        return ()
    return (Owner(row.mentions([places[run.index(place)]])),)


def _distinct(*found):
    return tuple(dict.fromkeys(owner for owner in found if owner.mentions))


def _bracketed(row, place):
    opened = max(j for j in range(place) if row.kinds[j] == "(" and row.depth[j] < row.depth[place])
    inner = [j for j in range(opened + 1, place) if row.kinds[j] == "C"]
    if inner:
        return (Owner(row.mentions(inner[-1:])),)
    # "(491,000 sqm and 107,000 sqm for the former, ...)".
    j = place
    while j < len(row) and row.kinds[j] in "A&":
        j += 1
    if row.kinds[j : j + 3] in ("paF", "paL") and row.tokens[j].text in ("for", "in", "of"):
        return (Owner(row.former_latter(j + 2)),)
    # "Less than 5 % (72,000 sqm)": the same in other words.
    outer = outer_amount(row, place)
    if outer is not None and is_below(row, outer):
        return owners(row, outer)
    following = row.kinds[place + 1 : place + 3]
    if following[:1] == "C":
        return (Owner(row.mentions([place + 1])),)
    j = row.back_over_brackets(opened - 1)
    if j >= 0 and row.kinds[j] == "C":
        return (Owner(row.mentions([j])),)
    while j >= 0 and row.kinds[j] in "xtna":
        j -= 1
        if j >= 0 and row.kinds[j] == "C":
            return (Owner(row.mentions([j])),)
    if j >= 0 and row.kinds[j] == "#":
        # "one smaller (~93,000 sqm)": as the count is; "both ... (98,000 and 73,000)": any of them.
        found = owners(row, j) if not row.depth[j] else _bracketed(row, j)
        return tuple(Owner(owner.mentions, "any" if len(owner.mentions) > 1 else "each") for owner in found)
    found = _backward(row, opened)
    if not found and row.topic and _of_topic(row, opened):
        # "Its 762,000 sqm lie in a large area (~661,000 sqm)".
        return (Owner(row.topic[:1]),)
    return tuple(Owner(owner.mentions, "any" if len(owner.mentions) > 1 else "each") for owner in found)


def _forward(row, place, stop):
    """Read "60% of the scene is pastures", "two areas of pastures", "less than 5% belongs to pastures"."""
    j, words, verb = stop + 1, 0, False
    # "350,000 square meters for the former", "the former with".
    while j < len(row) and row.kinds[j] in "xatSnpVv#" and words < 14:
        if row.kinds[j] in "Vv" and row.tokens[j].text not in ("located", "dominated"):
            verb = True
        if row.tokens[j].text in ("go", "goes"):
            verb = True
        if row.tokens[j].text in ("with", "next to", "followed by", "beside", "along") and not verb:
            return ()
        j += 1
        words += 1
    if j >= len(row):
        return ()
    if (
        row.kinds[j] in "FL"
        and row.tokens[j - 1].text == "the"
        and row.tokens[j - 2].text in ("for", "to", "of")
    ):
        return (Owner(row.former_latter(j)),)
    if row.kinds[j] != "C":
        return ()
    between = row.tokens[stop + 1 : j]
    places = row.list_from(j)
    left = place and row.tokens[place - 1].text in ("leaving", "leaves", "leave", "against", "versus")
    direct = not between or (
        between[0].text in (("of", "to", "for") if left else ("of",))
        and not any(t.kind == "S" for t in between)
    )
    if direct and not verb:
        if between or row.kinds[stop] != "n":
            # "Two areas of pastures and arable land": said of the first.
            return _distinct(
                Owner(row.mentions([j])), *((Owner(row.mentions(places), "sum"),) if len(places) > 1 else ())
            )
        return ()
    if not verb:
        return ()
    # "…, and 33 ha belong to pastures": the subject of a clause of its own.
    first = place - 1
    while first > 0 and row.kinds[first] in "ax":
        first -= 1
    finite = row.kinds[stop + 1] == "V" or row.tokens[stop + 1].text in ("go", "goes")
    subject = finite and place and row.kinds[first] in ",&;s"
    start = place if subject else row.clause_start(place)
    if any(
        row.kinds[i] in "CiFL" and not row.depth[i] and row.tokens[i].text not in ("its", "their")
        for i in range(start, place)
    ):
        return ()
    below = row.tokens[place].amount is not None and row.tokens[place].amount.bound == "below"
    if below or any(token.text == "each" for token in row.tokens[place:j]):
        return (Owner(row.mentions(places)),)
    return _distinct(Owner(row.mentions(places[:1])), Owner(row.mentions(places), "sum"))


def _backward(row, place):
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
            return _distinct(Owner(two), Owner(two[-1:]))
        if row.kinds[max(0, j - 2) : j] == "C," and re.match(
            r"(?:each|both|all) of (?:them|these)$", token.text
        ):
            # "X along with Y and Z, each of them in two marginal areas".
            several = row.mentions(row.list_to(j - 2))
            return _distinct(Owner(several), Owner(several[-1:]))
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
            return _distinct(
                *(Owner((m,)) for reading in readings for m in reading if len(reading) == 1), *owners
            )
        if token.kind == "D" or (token.text == "both" and not any(w.kind == "n" for w in words[-2:])):
            lists = [group for group in row.lists_before(j) if len(group) > 1]
            if (
                re.match(r"(?:each|every|all(?: \w+)?) (?:class|type)", token.text)
                and row.kinds[place] == "#"
            ):
                return _distinct(Owner((EVERYTHING,), "any" if "!" in row.kinds[:j] else "all"))
            if some := re.match(r"the (first|last|latter|former) (two|three)", token.text):
                size = 2 if some[2] == "two" else 3
                meant = [group for group in lists if len(group) >= size][:1]
                group = meant[0] if meant else row.last_two(j)
                group = group[:size] if some[1] in ("first", "former") else row.last_named(j, size)
                return _distinct(*_one_each(row, place, group) or (Owner(group),))
            found = [Owner(group, "each") for group in lists[:1]] + [Owner(row.last_two(j))]
            for group in (*lists[:1], row.last_two(j)):
                if one := _one_each(row, place, group):
                    return one
            return _distinct(*found, Owner((EVERYTHING,), "any"))
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
            following = next((i for i in range(place + 1, len(row)) if row.kinds[i] == "C"), None)
            if following is not None:
                return (Owner(row.mentions([following])),)
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
            return _distinct(Owner(aside), nearest, alternative, *found)
        finite = "V" in kinds and kinds[:1] in (",", "&")
        own = finite or "&" in kinds[:3]
        return _distinct(*found[:0], *((alternative, nearest) if own else (nearest, alternative)), *found)
    if len(places) > 1 and not verb and kinds.startswith("v"):
        # "X and Y making up the remaining 15 %".
        return _distinct(*found, nearest, Owner(whole, "sum"))
    return _distinct(*found, nearest)


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


def number_run(row: Row, place: int) -> list[int]:
    """Return the places of the amounts that stand in one enumeration with the one at ``place``."""
    kind = row.kinds[place]
    first = place
    while True:
        j = first - 1
        while j >= 0 and row.kinds[j] in ",&":
            j -= 1
        if j < 0 or j == first - 1 or row.kinds[j] != kind:
            break
        first = j
    run, j = [first], first
    while True:
        j += 1
        while j < len(row) and row.kinds[j] in ",&":
            j += 1
        if j >= len(row) or row.kinds[j] != kind or j == run[-1] + 1:
            break
        run.append(j)
    return run


def names(mentions: tuple[Mention, ...]) -> str:
    """Return the names of classes for a finding."""
    return " and ".join(mention.name for mention in mentions)
