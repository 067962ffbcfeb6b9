"""Whose a number is where it does not stand behind its class: "in two areas, X", "half of the image is X"."""

from bentxt.captions.reading.border_lists import long_list
from bentxt.captions.reading.number_runs import distinct, number_run
from bentxt.captions.reading.rows import Row
from bentxt.captions.reading.statements import EVERYTHING, Owner
from bentxt.nomenclature import PATCH_AREA

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


def owners_by_order(row: Row, place: int, stop: int) -> tuple[Owner, ...]:
    """Return whose a number is where an unusual order of words tells it; parameters as of ``owners``."""
    return (
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
    return distinct(Owner(row.mentions(places[:1])), Owner(row.mentions(places), "sum"))


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
    return distinct(Owner(row.mentions(places[:1])), Owner(row.mentions(places), "sum"))


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
