"""Rules that the paper's tables of scores have to obey, whatever their numbers are.

Each rule is a function from :class:`bentxt.published.checks.Evidence` to checks, and knows no table, model or
cell by name: what a number is follows from the layouts of the tables.
"""

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, pairwise
from typing import NamedTuple

from bentxt.published.checks import CONTRADICTION, HOLDS, UNCHECKED, Check, Evidence, words
from bentxt.published.paper_tables import (
    BEST_ROWS,
    SCORE_TABLES,
    Place,
    Quantity,
    column_name,
    quantity_of,
    table_name,
)
from bentxt.published.printed_numbers import (
    Printed,
    Span,
    decimal,
    every_number_is_a_share,
    hits_of_share,
    largest,
    roundings,
    span_text,
)
from bentxt.release import TASKS

EXCHANGED = "exchanged columns"
TWICE = "one number in two tables"
PARTS = "whole from its parts"
BEST = "best of a column"
SHARE = "share of the items"
THRESHOLDS = "boxes above thresholds"

_SHARE = re.compile(r"accuracy|acc\d+")
_THRESHOLD = re.compile(r"acc(\d+)")


def _verdict(agrees: bool) -> str:
    return HOLDS if agrees else CONTRADICTION


def _tolerance(number: Printed) -> str:
    return f"±{decimal(number.step / 2, 3)}" if number.step else "exact"


# One number in two tables


def same_number_twice(evidence: Evidence) -> Iterator[Check]:
    """Compare what two tables print of one model and quantity, and of its number of parameters."""
    tables = evidence.tables
    for places in tables.quantities.values():
        for other in places[1:]:
            agrees = tables.printed(places[0]).span.agrees(tables.printed(other).span)
            yield _twice(evidence, places[0], other, agrees, _tolerance(tables.printed(places[0])))
    of_model: dict[str, list[Place]] = {}
    for place in tables.cells:
        if place.column == "parameters":
            of_model.setdefault(place.row, []).append(place)
    for places in of_model.values():
        for other in places[1:]:
            yield _twice(evidence, places[0], other, tables.cells[places[0]] == tables.cells[other], "exact")


def _twice(evidence: Evidence, first: Place, other: Place, agrees: bool, tolerance: str) -> Check:
    one, two = evidence.tables.cells[first], evidence.tables.cells[other]
    return Check(
        rule=TWICE,
        verdict=_verdict(agrees),
        about=words([first, other]),
        printed=one,
        computed=two,
        tolerance=tolerance,
        arithmetic=(f"{one} {'=' if agrees else '≠'} {two}",),
        statement=f"{one} in {table_name(first.table)}, {two} in {table_name(other.table)}",
        places=(first, other),
    )


# The whole from its parts


class _Whole(NamedTuple):
    """A whole as computed from its parts."""

    span: Span
    arithmetic: str
    hits: str
    sources: tuple[Place, ...]
    note: str = ""


def _whole(evidence: Evidence, quantity: Quantity) -> _Whole | None:
    """Compute an overall from all categories of its type; None where one is not printed or not counted.

    A share of n items that is printed to two decimals tells how many of the items it is, if n is known, and
    then the overall follows without any rounding; a mean, or a share that is none of n, is a span.
    """
    if "/" in quantity.metric or quantity.row in BEST_ROWS:
        return None
    parts = [
        quantity._replace(metric=f"{quantity.metric}/{category}")
        for kind, category in evidence.rows
        if kind == TASKS[quantity.task]
    ]
    counts: dict[Place, int] = {}
    for part in parts:
        known, items = evidence.tables.quantities.get(part), evidence.items(part)
        if not known or not items:
            return None
        counts[known[0]] = items
    places = [place for place in evidence.tables.cells if place in counts]
    total, shared = sum(counts.values()), bool(_SHARE.match(quantity.metric))
    terms, addends, found, less = [], [], [], {}
    for place in places:
        printed, items = evidence.tables.printed(place), counts[place]
        hits = hits_of_share(printed, items) if shared else ()
        if len(hits) == 1:
            addends.append(Span.exactly(100 * hits[0]))
            terms.append(f"{hits[0]:,}")
            found.append(f"{column_name(place.column)} {printed.text} % of {items:,} = {hits[0]:,}")
        else:
            addends.append(Span.exactly(items) * printed.span)
            terms.append(f"{items:,} × {printed.text}" + (" %" if shared else ""))
            if shared and (fewer := hits_of_share(printed, items - 1)):
                less[place] = fewer[0]
    added = sum(addends, Span.exactly(0))
    span = added / Span.exactly(total)
    left = f"({' + '.join(terms)}) / {total:,}"
    if span.low == span.high:
        arithmetic = f"{left} = {decimal(added.low / 100)} / {total:,} = {decimal(span.low, 3)} %"
    else:
        arithmetic = f"{left} = {decimal(span.middle, 3)}, with rounding {span_text(span)}"
    note = _with_fewer_items(addends, less, counts)
    return _Whole(span, arithmetic, "; ".join(found), tuple(places), note)


def _with_fewer_items(addends: list[Span], less: dict[Place, int], counts: dict[Place, int]) -> str:
    """Say what the overall is if shares that fit one item less only are taken for such."""
    if not less:
        return ""
    sure = sum((each.low for each in addends if each.low == each.high), Fraction(0)) / 100
    hits, items = sure + sum(less.values()), sum(counts.values()) - len(less)
    those = " and ".join(
        f"{each:,} of {counts[place] - 1:,} in {column_name(place.column)}" for place, each in less.items()
    )
    return f"with {those}: {decimal(hits)} / {items:,} = {decimal(100 * hits / items, 3)} %"


def whole_from_parts(evidence: Evidence) -> Iterator[Check]:
    """Hold overalls against the mean of their categories, weighted by the items of each."""
    for quantity in evidence.tables.quantities:
        whole = _whole(evidence, quantity)
        if whole is None:
            continue
        for places in _by_text(evidence, quantity):
            printed = evidence.tables.printed(places[0])
            agrees = printed.span.agrees(whole.span)
            computed = decimal(whole.span.middle)
            of = " and ".join(dict.fromkeys(table_name(place.table) for place in whole.sources))
            yield Check(
                rule=PARTS,
                verdict=_verdict(agrees),
                about=words(places),
                printed=printed.text,
                computed=computed,
                tolerance=f"{_tolerance(printed)}; computed {span_text(whole.span)}",
                arithmetic=(
                    f"{whole.arithmetic} {'=' if agrees else '≠'} {printed.text}",
                    *filter(None, [whole.hits]),
                ),
                statement=f"{printed.text}, where the categories of {of} give {computed}",
                note=whole.note,
                places=tuple(places),
                sources=whole.sources,
            )


def _by_text(evidence: Evidence, quantity: Quantity) -> list[list[Place]]:
    """Return the places of a quantity, those together that print the same."""
    alike: dict[str, list[Place]] = {}
    for place in evidence.tables.quantities[quantity]:
        alike.setdefault(evidence.tables.cells[place], []).append(place)
    return list(alike.values())


# The best of a column


def _best(evidence: Evidence, place: Place) -> list[Place]:
    """Return the places that a row of best numbers chooses from: models of its group, in the table of all."""
    layout, group = SCORE_TABLES[place.table], BEST_ROWS.get(place.row)
    if group is None:
        return []
    all_models = [
        key
        for key, other in SCORE_TABLES.items()
        if key != place.table
        and other.values == layout.values
        and other.split == layout.split
        and not set(evidence.tables.rows(key)) & set(BEST_ROWS)
    ]
    return [
        Place(key, row, place.column)
        for key in all_models
        for row in evidence.tables.rows(key)
        if evidence.groups.get(row) == group
    ]


def best_of_columns(evidence: Evidence) -> Iterator[Check]:
    """Hold rows of best numbers against the largest number of their group in the table of all models."""
    tables = evidence.tables
    for place in tables.cells:
        if quantity_of(place) is None or not (candidates := _best(evidence, place)):
            continue
        printed, known = tables.printed(place), {each: tables.printed(each) for each in candidates}
        agrees = printed.span.agrees(largest(number.span for number in known.values()))
        best = max(known, key=lambda each: known[each].value)
        listed = ", ".join(f"{each.row} {number.text}" for each, number in known.items())
        same = [each.row for each, number in known.items() if number.text == printed.text]
        note = "" if agrees else f"{printed.text} is the number of {', '.join(same)}" if same else ""
        yield Check(
            rule=BEST,
            verdict=_verdict(agrees),
            about=place.words(),
            printed=printed.text,
            computed=known[best].text,
            tolerance=_tolerance(printed),
            arithmetic=(
                f"largest of {listed}: {known[best].text} ({best.row}) "
                f"{'=' if agrees else '≠'} {printed.text}",
            ),
            statement=f"{printed.text}, where the best in {table_name(best.table)} is "
            f"{known[best].text} ({best.row})",
            note=note,
            places=(place,),
            sources=tuple(candidates),
        )


# Shares of so many items


def shares_of_items(evidence: Evidence) -> Iterator[Check]:
    """Look for a whole number of items behind each printed share, rounded in either way."""
    for quantity in evidence.tables.quantities:
        if not _SHARE.match(quantity.metric):
            continue
        items = evidence.items(quantity)
        for places in _by_text(evidence, quantity):
            yield _share_check(evidence, places, items)


def _share_check(evidence: Evidence, places: list[Place], items: int | None) -> Check:
    printed = evidence.tables.printed(places[0])
    if items is None or every_number_is_a_share(printed, items):
        why = (
            "how many items of this type the whole test split holds is not known"
            if items is None
            else f"of {items:,} items every number of so many decimals is a share"
        )
        return Check(
            rule=SHARE,
            verdict=UNCHECKED,
            about=words(places),
            printed=printed.text,
            arithmetic=(why,),
            places=tuple(places),
        )
    verdict, computed, arithmetic = share_arithmetic(printed, items)
    note = "" if verdict == HOLDS else _one_item_less(evidence, places, printed, items)
    return Check(
        rule=SHARE,
        verdict=verdict,
        about=words(places),
        printed=printed.text,
        computed=computed,
        tolerance="rounded half up or half to even",
        arithmetic=(arithmetic,),
        statement=f"{printed.text} is no share of {items:,} items",
        note=note,
        places=tuple(places),
    )


def share_arithmetic(printed: Printed, items: int) -> tuple[str, str, str]:
    """Return verdict, nearest share and arithmetic of a printed share in percent.

    Examples
    --------
    >>> from bentxt.published.printed_numbers import read_printed
    >>> share_arithmetic(read_printed("39.16"), 1311)[2]
    '513 / 1,311 = 39.1304 → 39.13; 514 / 1,311 = 39.2067 → 39.21'
    """

    def quotient(hits: int) -> str:
        return f"{hits:,} / {items:,} = {decimal(Fraction(100 * hits, items), 4)}"

    if fitting := hits_of_share(printed, items):
        # Only where a share has a half after its last digit do the two ways of rounding differ.
        ways = [roundings(Fraction(100 * hits, items), printed.step) for hits in fitting]
        one_way = all(up != even for up, even in ways)
        up_only = all(up == printed.value for up, _ in ways)
        mode = (" (only if halves go up)" if up_only else " (only if halves go to even)") if one_way else ""
        return HOLDS, printed.text, f"{'; '.join(map(quotient, fitting))} → {printed.text}{mode}"
    below = (printed.value * items / 100).__floor__()
    nearest = sorted({below, min(below + 1, items)})
    texts = []
    for hits in nearest:
        up, even = roundings(Fraction(100 * hits, items), printed.step)
        texts.append(f"{quotient(hits)} → {' or '.join(dict.fromkeys((decimal(up), decimal(even))))}")
    closest = min(nearest, key=lambda hits: abs(Fraction(100 * hits, items) - printed.value))
    return CONTRADICTION, decimal(Fraction(100 * closest, items)), "; ".join(texts)


def _one_item_less(evidence, places, printed, items):
    """Tell whether the share is one of an item less, how telling that is, and what the table says of it."""
    hits = hits_of_share(printed, items - 1)
    if not hits:
        return f"no share of {items - 1:,} items either"
    chance = min(Fraction(1), (items - 1) * printed.step / 100)
    note = (
        f"{hits[0]:,} / {items - 1:,} → {printed.text}: a share of one item less "
        f"(as {decimal(100 * chance, 0)} % of all such numbers are)"
    )
    followed = [evidence.tables.cells.get(place._replace(column="instruction_following")) for place in places]
    if "yes" in followed:
        note += "; yet instruction following says that every answer was read"
    return note


# Boxes above thresholds


def thresholds(evidence: Evidence) -> Iterator[Check]:
    """Hold shares of boxes above thresholds against each other, and the mean against what they allow.

    The share above a higher threshold is not larger. Of a model, boxes between two thresholds lie between
    them, so the shares bound the mean from below and above.
    """
    tables = evidence.tables
    for table, layout in SCORE_TABLES.items():
        limits = {
            column: Fraction(int(match[1]), 100)
            for column, (_, metric) in layout.values.items()
            if (match := _THRESHOLD.match(metric))
        }
        means = [column for column, (_, metric) in layout.values.items() if metric.startswith("miou/")]
        if not limits:
            continue
        ordered = sorted(limits, key=limits.__getitem__)
        for row in tables.rows(table):
            places = [Place(table, row, column) for column in ordered]
            numbers = [tables.printed(place) for place in places]
            falling = all(one.value >= two.value for one, two in pairwise(numbers))
            yield Check(
                rule=THRESHOLDS,
                verdict=_verdict(falling),
                about=words(places),
                printed=", ".join(number.text for number in numbers),
                tolerance="exact",
                arithmetic=(
                    " ≥ ".join(number.text for number in numbers) + ("" if falling else " is false"),
                ),
                statement="a larger share above a higher threshold",
                places=tuple(places),
            )
            if row in BEST_ROWS:
                # Its numbers are those of several models.
                continue
            for column in means:
                yield _mean_check(
                    evidence, Place(table, row, column), places, [limits[name] for name in ordered]
                )


def _mean_check(evidence, place, places, limits):
    """Compare a mean in percent with what the shares above thresholds allow."""
    printed = evidence.tables.printed(place)
    spans = [evidence.tables.printed(each).span for each in places]
    # Each threshold that a box passes adds the step from the one before to the least that the box can have,
    # and the step to the next one to the most.
    steps = [high - low for low, high in zip([Fraction(0), *limits], [*limits, Fraction(1)], strict=True)]
    low = sum((Span.exactly(step) * span for step, span in zip(steps, spans, strict=False)), Span.exactly(0))
    high = sum(
        (Span.exactly(step) * span for step, span in zip(steps[1:], spans, strict=True)),
        Span.exactly(100 * steps[0]),
    )
    allowed = Span(low.low, high.high)
    agrees = printed.span.agrees(allowed)
    texts = [evidence.tables.cells[each] for each in places]
    least = " + ".join(f"{decimal(step)} × {text}" for step, text in zip(steps, texts, strict=False))
    most = " + ".join(f"{decimal(step)} × {text}" for step, text in zip(steps[1:], texts, strict=True))
    return Check(
        rule=THRESHOLDS,
        verdict=_verdict(agrees),
        about=place.words(),
        printed=printed.text,
        computed=f"{decimal(low.middle)} to {decimal(high.middle)}",
        tolerance=f"{_tolerance(printed)}; computed {span_text(allowed)}",
        arithmetic=(
            f"{least} = {decimal(low.middle)} ≤ {printed.text} ≤ {decimal(100 * steps[0])} + {most} "
            f"= {decimal(high.middle)}" + ("" if agrees else " is false"),
        ),
        statement=f"a mean of {printed.text}, where the shares above thresholds allow "
        f"{decimal(low.middle)} to {decimal(high.middle)}",
        places=(place,),
        sources=tuple(places),
    )


# Exchanged columns


class _Expected(NamedTuple):
    """What a cell should print by other places: the number, and where it is from."""

    span: Span
    text: str
    sources: tuple[Place, ...]


def _expectations(evidence: Evidence, place: Place) -> list[_Expected]:
    """Return what other places say of a cell: another table, the parts, the best of a column."""
    quantity = quantity_of(place)
    if quantity is None:
        return []
    tables = evidence.tables
    found = [
        _Expected(tables.printed(other).span, f"{tables.cells[other]} ({table_name(other.table)})", (other,))
        for other in tables.quantities[quantity]
        if other != place
    ]
    if (whole := _whole(evidence, quantity)) is not None:
        found.append(_Expected(whole.span, whole.arithmetic, whole.sources))
    if candidates := _best(evidence, place):
        best = largest(tables.printed(each).span for each in candidates)
        found.append(
            _Expected(best, f"{decimal(best.middle)} (best of {table_name(candidates[0].table)})", ())
        )
    return found


def exchange_of(evidence: Evidence, table: str, row: str) -> tuple[Place, Place] | None:
    """Return two cells of a row that are wrong as they stand, and right in each other's column."""
    tables = evidence.tables
    wrong = {}
    for column in tables.columns(table):
        place = Place(table, row, column)
        expected = _expectations(evidence, place)
        if expected and not any(tables.printed(place).span.agrees(each.span) for each in expected):
            wrong[place] = expected
    for one, two in combinations(wrong, 2):
        first, second = tables.printed(one).span, tables.printed(two).span
        if any(first.agrees(each.span) for each in wrong[two]) and any(
            second.agrees(each.span) for each in wrong[one]
        ):
            return one, two
    return None


def exchanged_columns(evidence: Evidence) -> Iterator[Check]:
    """Look for rows whose cells agree with the other tables if two columns are exchanged."""
    tables = evidence.tables
    for table in SCORE_TABLES:
        for row in tables.rows(table):
            known = [
                place
                for column in tables.columns(table)
                if _expectations(evidence, place := Place(table, row, column))
            ]
            if len(known) < 2:
                continue
            about = f"{table_name(table)}, {row}: {', '.join(column_name(place.column) for place in known)}"
            found = exchange_of(evidence, table, row)
            if found is None:
                yield Check(
                    rule=EXCHANGED,
                    verdict=HOLDS,
                    about=about,
                    printed=", ".join(tables.cells[place] for place in known),
                    tolerance="as of the other rules",
                    arithmetic=(f"no two of {len(known)} cells agree with other tables only when exchanged",),
                    places=tuple(known),
                )
                continue
            one, two = found
            names = [column_name(place.column) for place in found]
            first, second = tables.cells[one], tables.cells[two]
            expected = [
                f"{name} elsewhere: {each.text}"
                for name, place in zip(names, found, strict=True)
                for each in _expectations(evidence, place)
            ]
            yield Check(
                rule=EXCHANGED,
                verdict=CONTRADICTION,
                about=f"{table_name(table)}, {row}",
                printed=f"{first} and {second}",
                computed=f"{second} and {first}",
                tolerance="as of the other rules",
                arithmetic=(f"printed {names[0]} {first}, {names[1]} {second}", *expected),
                statement=f"{' and '.join(names)} stand in each other's column",
                note=f"meant: {names[0]} {second}, {names[1]} {first}",
                places=found,
                sources=tuple(
                    source
                    for place in found
                    for each in _expectations(evidence, place)
                    for source in each.sources
                ),
            )


#: In the order in which a finding is told: what explains others goes first.
TABLE_RULES = {
    EXCHANGED: exchanged_columns,
    BEST: best_of_columns,
    TWICE: same_number_twice,
    PARTS: whole_from_parts,
    SHARE: shares_of_items,
    THRESHOLDS: thresholds,
}
