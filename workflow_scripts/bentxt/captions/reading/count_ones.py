"""Single areas among those of a class, and all of them: "a smaller one", "both of them marginal"."""

import re

from bentxt.captions.reading.area_words import SHARES, SIZES, of_areas
from bentxt.captions.reading.count_words import FURTHER, PARTING, Found, behind_area, is_added, phrase
from bentxt.captions.reading.ownership import owners
from bentxt.captions.reading.rows import Row
from bentxt.captions.reading.statements import CountClaim, Owner

#: Words behind an area that one more area follows.
_ACCOMPANIED = frozenset({"accompanied", "complemented", "joined", "supplemented"})


def is_sized_one(row: Row, place: int) -> bool:
    """Tell whether "the smaller one", "another marginal area" stands at ``place``."""
    return row.kinds[place + 1 : place + 3] in ("tn", "xn") and row.tokens[place + 1].text in (
        "other",
        "remaining",
        "larger",
        "smaller",
        "marginal",
    )


def read_single(row: Row, place: int) -> Found:
    """Read "a smaller one", "the other is marginal" among the areas of a class."""
    if row.kinds[place : place + 6] == "at&atn" and row.tokens[place + 1].text in SIZES:
        # "Into a large and a smaller area": the first of them; its noun stands behind the second.
        first, second = row.tokens[place], row.tokens[place + 1]
        found, words = owners(row, place, place + 1), f"{first.text} {second.text}"
        return [CountClaim(found, 1, SIZES[second.text], True, first.start, second.end, words)], place + 2
    size, end, noun = phrase(row, place)
    if size and not noun and end > place + 2 and row.tokens[end - 1].text in FURTHER:
        # "Two large areas and a marginal third".
        noun = row.kinds[end : end + 1] in ("", ".", ",", ";", "&", ")")
    text = row.tokens[end - 1].text if noun else ""
    if (
        not noun
        or not size
        or (text in SHARES and not is_added(row, place) and "A" not in row.kinds[end : end + 3])
    ):
        return None, place + 1
    if (
        end < len(row)
        and row.tokens[end].text == "of"
        and row.kinds[end + 1 : end + 2] != "A"
        and (
            # "A small patch of pastures": no number.
            size != "marginal" or not any(row.kinds[j] in "&,#!" for j in range(max(0, place - 2), place))
        )
    ):
        return None, end
    context = "".join(row.kinds[max(0, place - 14) : place])
    near = {t.text for t in row.tokens[max(0, place - 5) : place]}
    listed = (
        text == "one"
        or any(k in "#n" for k in context)
        or context.endswith(("!", "!p"))
        or bool(re.match("&|,at[n#]", row.kinds[behind_area(row, end) :]))
        # "Of which 5 ha form a smaller area".
        or bool(re.search("wAVp?$", context))
        or _has_company(row, behind_area(row, end))
        or bool(near & PARTING)
    )
    if not listed or row.kinds[end - 1 : end + 1] == "nC":
        return None, end
    found = owners(row, place, end - 1)
    words = " ".join(t.text for t in row.tokens[place:end])
    return [CountClaim(found, 1, size, True, row.tokens[place].start, row.tokens[end - 1].end, words)], end


def _has_company(row, place):
    """Whether what ends at ``place`` is "accompanied by a marginal one"."""
    found = re.match("w?V?(x)p[a#]t?n", row.kinds[place:])
    return found is not None and row.tokens[place + found.start(1)].text in _ACCOMPANIED


def read_everyone(row: Row, place: int) -> list[CountClaim] | None:
    """Read "both of them marginal", "all of which are smaller", "both smaller"."""
    j, seen = place + 1, ""
    token = row.tokens[place]
    if token.text == "both" and not of_areas(row, place) and row.kinds[j : j + 1] == "t":
        # "Pastures and urban fabric are both marginal": classes.
        return None
    owned: tuple[Owner, ...] = ()
    if row.kinds[j : j + 2] == "np" and row.tokens[j + 1].text == "of":
        # "Both areas of urban fabric are marginal".
        j += 2
        j += row.kinds[j : j + 1] == "a"
        if row.kinds[j : j + 1] != "C":
            return None
        owned = (Owner(row.mentions([j])),)
        j += 1
    while j < len(row) and j < place + 8:
        kind, text = row.kinds[j], row.tokens[j].text
        if kind == "t" and text in SIZES:
            seen = SIZES[text]
            if text not in ("marginal", "tiny"):
                following = row.kinds[j + 1 : j + 2]
                if following == "t":
                    j += 1
                    continue
            break
        if kind not in "pwiVxa" or text in ("split", "divided", "into"):
            return None
        j += 1
    if not seen or (token.text == "each" and "C" in row.kinds[j : j + 3]):
        return None
    if j + 1 < len(row) and row.tokens[j + 1].text in ("classes", "types", "categories"):
        # "Both of these minor classes".
        return None
    if row.kinds[j + 1 : j + 2] == "C":
        return None
    number = 2 if "both" in token.text else None
    found = owned or owners(row, place, place)
    return [
        CountClaim(
            found,
            number,
            f"all {seen}",
            False,
            token.start,
            row.tokens[j].end,
            " ".join(t.text for t in row.tokens[place : j + 1]),
        )
    ]
