"""Which numbers of areas a sentence states, and whose they are."""

import re
from collections.abc import Iterator

from bentxt.captions.reading.area_words import SHARES, of_areas
from bentxt.captions.reading.count_numbers import read_definite, read_numbered
from bentxt.captions.reading.count_ones import is_sized_one, read_everyone, read_single
from bentxt.captions.reading.count_sizes import read_measured
from bentxt.captions.reading.count_words import CLASS_WORDS, PARTING
from bentxt.captions.reading.number_runs import number_run
from bentxt.captions.reading.owner_orders import composing
from bentxt.captions.reading.ownership import owners
from bentxt.captions.reading.rows import Row
from bentxt.captions.reading.statements import CountClaim, Owner


def read_counts(row: Row) -> Iterator[CountClaim]:
    """Yield the numbers of areas that a sentence states, as :class:`CountClaim`."""
    place = 0
    while place < len(row):
        claim, following = _count_at(row, place)
        yield from claim or _listed(row, place)
        place = following


def _listed(row, place):
    """Yield the number of areas that is stated by their sizes: "into areas of 154,000 and 151,000 m²"."""
    if (
        row.kinds[place] == "n"
        and row.tokens[place].text.endswith("s")
        and row.kinds[place - 1 : place] in ("p", "t", "x", "v")
    ):
        j = place + 1
        while j < len(row) and row.kinds[j] in "pv(":
            j += 1
        listed = place + 1 < j < len(row) and row.kinds[j] == "A"
        if listed and len(run := number_run(row, j)) > 1 and "T" not in row.kinds[run[-1] : run[-1] + 4]:
            words = " ".join(t.text for t in row.tokens[place : run[-1] + 1])
            yield CountClaim(
                owners(row, j), len(run), "", True, row.tokens[place].start, row.tokens[run[-1]].end, words
            )


def _count_at(row, place):
    kind, token = row.kinds[place], row.tokens[place]
    following = place + 1
    before = row.tokens[place - 1].text if place else ""
    if kind == "#" and re.search(r"\b(?:these|those)$", before):
        # "Every one of these ten fragments".
        return None, following
    if token.text == "one" and before == "than":
        # "More than one area".
        return None, following
    if token.text == "one" and before in ("every", "each", "not", "no"):
        return None if before in ("not", "no") else read_everyone(row, place), following
    if claim := read_measured(row, place) or _bare(row, place) or _one_of(row, place):
        return claim
    if (
        kind == "#" or (token.text == "one" and row.kinds[following : following + 1] == "x")
    ) and token.text not in (
        "every",
        "either",
        "several",
        "multiple",
        "numerous",
        "many",
        "few",
    ):
        return read_numbered(row, place)
    if (kind == "a" and token.text in ("a", "an")) or (
        token.text in ("the", "another") and is_sized_one(row, place)
    ):
        return read_single(row, place)
    if kind in "DO" and (claim := read_definite(row, place)):
        return claim
    if kind == "D" and re.search(r"of (?:them|which|these)", token.text):
        return read_everyone(row, place), following
    return None, following


def _bare(row, place):
    """Read a number whose noun stands before: "arable land also three", "three make up the pastures"."""
    number = row.tokens[place].number if row.kinds[place] == "#" else None
    if number is None or number < 2 or not of_areas(row, place):
        return None
    before, end = place - 1, place + 1
    while before >= 0 and row.kinds[before] == "x":
        before -= 1
    while end < len(row) and row.kinds[end] == "x":
        if row.tokens[end].text in CLASS_WORDS:
            # "Consists of two classes only".
            return None
        end += 1
    token, owned = row.tokens[place], None
    ended = re.match(r"[,.;:(&)]|pA|$", row.kinds[end:])
    after = re.match(r"(?:,[^,]*,)?(?:V?p|V)?a?(?=[CFL])", row.kinds[end:])
    has = before >= 0 and row.tokens[before].text in ("has", "have")
    made = row.tokens[place - 1].text == "of" and (
        row.kinds[place - 2] in "CFL" or row.tokens[place - 2].text in PARTING | {"up"}
    )
    if before >= 0 and (row.kinds[before] in "CFL" or has or made) and ended:
        owned = owners(row, place)
    elif before >= 0 and row.kinds[before] in ",&;:" and after and composing(row, place):
        at = end + after.end()
        owned = (Owner(row.mentions([at]) if row.kinds[at] == "C" else row.former_latter(at)),)
    if not owned:
        return None
    return [CountClaim(owned, number, "", False, token.start, token.end, token.text)], place + 1


def _one_of(row, place):
    """Read "a piece of 168,000 sqm and three marginal ones", "a 91,000 sqm area", "(161,000 sqm plus …)"."""
    kinds, j = row.kinds, place + 1
    near = {token.text for token in row.tokens[max(0, place - 3) : place]}
    text = row.tokens[place].text
    if kinds[place] == "A" and re.match("an? ", text) and kinds[j : j + 1] == "n":
        amount, end = place, j + 1
    elif text in ("a", "an") and re.match(r"n[pv]A", kinds[j:]):
        if row.tokens[j].text in SHARES and not near & PARTING:
            return None
        amount, end = j + 2, j + 3
    elif kinds[place] == "A" and (
        text.startswith("an area of") or (kinds[place - 1] in "(:" and kinds[j : j + 1] == "&")
    ):
        amount, end = place, j
    else:
        return None
    said = row.tokens[amount].amount
    if not said.unit or said.bound or said.unit in ("percent", "fraction"):
        return None
    if not (near & PARTING or (kinds[end : end + 1] in ("&", ",") and _goes_on(row, end + 1))):
        return None
    start, last = row.tokens[place], row.tokens[end - 1]
    words = " ".join(token.text for token in row.tokens[place:end])
    found = owners(row, amount)
    return [CountClaim(found, 1, "", True, start.start, last.end, words, round(said.value))], end


def _goes_on(row, place):
    """Tell whether another area of the same class follows at ``place``."""
    if row.kinds[place : place + 1] in ("&", ","):
        place += 1
    if place >= len(row) or row.kinds[place] not in "a#n":
        return False
    claim, _ = _count_at(row, place)
    return bool(claim)
