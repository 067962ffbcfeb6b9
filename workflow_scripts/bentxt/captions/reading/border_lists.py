"""Lists of classes that clauses, participles and appositions on their classes interrupt."""

from bentxt.captions.reading.rows import Row

#: Begin what is said of a class within a list, with and without a comma in front.
_MODIFIERS = "wvAp#aixtnsbT"
_PREPOSITIONS = frozenset(["with", "at", "of", "in", "over", "across", "on", "under"])
#: Behind these a class is compared, and in no list.
_COMPARING = frozenset(["like", "unlike", "than", "after", "behind", "besides"])


def resumed(row: Row, place: int, through_borders: bool = False) -> int | None:
    """Return the class with which a list goes on behind a clause on one of its classes.

    Parameters
    ----------
    row : Row
    place : int
        Of the class that the clause is on: ", which covers 5 ha, and Z", ", covering 5 ha, Z", "spanning 5 ha
        and Z".
    through_borders : bool
        Whether the clause may hold a border: ", which also borders Y, and Z".

    Returns
    -------
    int or None
    """
    level = row.depth[place]
    j = row.skip_brackets(place + 1)
    if j >= len(row):
        return None
    if row.kinds[j] == ";" and _listed(row, j):
        return row.kinds.index("C", j)
    k = j + (row.kinds[j] == ",")
    if k >= len(row) or row.kinds[k] not in _MODIFIERS or (k == j and row.kinds[k] in "sxb"):
        return None
    if row.kinds[k] == "p" and row.tokens[k].text not in _PREPOSITIONS:
        return None
    i = k - 1
    while (i := i + 1) < len(row):
        if row.depth[i] > level or row.kinds[i] in "()":
            continue
        if row.kinds[i] == "N" or row.depth[i] < level or (row.kinds[i] == "s" and _parts(row, i, k)):
            return None
        if row.kinds[i] == ";" and not _listed(row, i):
            return None
        if row.kinds[i] in "Bb":
            behind = _behind_border(row, i) if through_borders else None
            if behind is None:
                return None
            i = behind
        elif row.kinds[i] == "C":
            before = i - 1
            while before > k and (
                row.kinds[before] in "xat#nA" or row.tokens[before].text in ("of", "with", "by", "to")
            ):
                before -= 1
            if row.tokens[before].text in _COMPARING:
                continue
            return i if row.kinds[before] in ",&;" and not row.is_finite(i) else None
    return None


def _parts(row, place, start):
    """Whether "while" or its like ends what is said of a class from ``start`` on, as "but" does not."""
    return place > start and row.tokens[place].text in ("while", "whereas", "however")


def _listed(row, place):
    """Whether a semicolon separates the classes of a list: "X, which covers 5 ha; Y, which covers 6 ha"."""
    j = place + 1
    while j < len(row) and row.kinds[j] in "&xat#n":
        j += 1
    return j < len(row) and row.kinds[j] == "C" and not row.is_finite(row.list_from(j)[-1])


def _behind_border(row, place):
    """Return the last place of the objects of a word of a border in a clause on a class, or None."""
    j = place + 1
    while j < len(row) and row.kinds[j] in "xat#np!":
        j = row.skip_brackets(j + 1)
    if j >= len(row) or row.kinds[j] not in "CRDOFLi":
        return None
    if row.kinds[j] != "C":
        return j
    places = row.list_from(j)
    # "…, which borders A, and B": B may go on with the list before the clause.
    ends = (row.skip_brackets(p + 1) for p in places[:-1])
    return next((end - 1 for end in ends if row.kinds.startswith(",&", end)), places[-1])


def long_list(row: Row, place: int, through_borders: bool = False) -> list[int]:
    """Return the places of the classes of a list from ``place`` on, what is said of them left out."""
    places = _uncut(row, place, through_borders)
    # "X borders Y, and Z covers …": Z begins a clause.
    return places[: next((i for i, p in enumerate(places) if i and row.is_finite(p)), len(places))]


def list_readings(row: Row, place: int) -> list[list[int]]:
    """Return what a list from ``place`` on may hold, the longest first.

    "X, which borders A, and B" may be one class or two; "X, Y, which borders A, and B" are three, as nothing
    else joins the second to the first.
    """
    found = [long_list(row, place, True), long_list(row, place), [place]]
    closed = [places for places in found if len(places) == 1 or "&" in row.kinds[places[-2] : places[-1]]]
    more = [places for places in closed if len(places) > 1]
    return more or found if len(found[0]) > 2 else found


def _uncut(row, place, through_borders):
    places = [place]
    while True:
        following = row.next_in_list(places[-1]) or resumed(row, places[-1], through_borders)
        if following is None or any(_named(row, following) == _named(row, p) for p in places):
            return places
        places.append(following)


def _named(row, place):
    mention = row.tokens[place].mention
    return mention.classes if mention else None


def long_subject(row: Row, place: int) -> list[int]:
    """Return the places of a list that clauses interrupt, and whose verb is the word at ``place``.

    "X, covering 5 ha in one area, and Y, covering 6 ha, border Z": X and Y; none where there is no such list.
    """
    j = place - 1
    while j >= 0 and row.kinds[j] in "x#VR!":
        j -= 1
    if j < 1 or row.kinds[j] not in ",CAn)S":
        return []
    for start in range(row.kinds.rfind(";", 0, place) + 1, j):
        if row.kinds[start] != "C" or row.depth[start] != row.depth[place]:
            continue
        places = [p for p in _uncut(row, start, True) if p < place]
        if (
            len(places) > 1
            and places != row.list_from(start)[: len(places)]
            and _reaches(row, places[-1], place)
        ):
            return places
    return []


def _reaches(row, last, place):
    """Whether nothing but a clause on a class stands between it and the word of a border at ``place``."""
    j = row.skip_brackets(last + 1)
    if j >= place or row.kinds[j] not in ",wvAp":
        return j >= place or not set(row.kinds[j:place]) - set("x#V!")
    return not any(row.kinds[i] in "CDFLO;s" and row.depth[i] == row.depth[place] for i in range(j, place))
