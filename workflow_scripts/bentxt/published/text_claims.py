"""What the paper's text says in numbers, typed over as data, and whether tables and release bear it out."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bentxt.errors import InputError
from bentxt.published.checks import CONTRADICTION, HOLDS, UNCHECKED, Check, Evidence
from bentxt.published.claim_expressions import Numbers, Term
from bentxt.published.paper_tables import SCORE_TABLES, Place, column_name, table_name
from bentxt.published.printed_numbers import (
    Printed,
    Span,
    decimal,
    every_number_is_a_share,
    read_printed,
    span_text,
)
from bentxt.published.table_rules import share_arithmetic
from bentxt.reporting.release_counts import ReleaseCounts
from bentxt.resources import load_yaml

CLAIM = "claim of the text"

_FIELDS = {"says": str, "where": str, "unit": str, "value": str, "exact": bool, "checks": list}
_REMEDY = "see the head of the file"
#: The forms of a check: what they are given, and what must and what may stand besides.
_FORMS: dict[str, tuple[type, tuple[str, ...], tuple[str, ...]]] = {
    "equals": (str, (), ("which", "because")),
    "same": (list, (), ("because",)),
    "one_of": (dict, (), ("because",)),
    "at_least": (str, (), ("because",)),
    "share_of": (str, (), ("because",)),
    "highest_in": (list, ("row",), ("because",)),
    "above": (str, ("row",), ("because",)),
    "unchecked": (str, (), ("implies",)),
}
_OF_VALUES = ("equals", "one_of", "at_least", "share_of")


@dataclass(frozen=True)
class Claim:
    """Something that the text says.

    Attributes
    ----------
    key : str
        What expressions call it.
    says, where, unit : str
        What it says, in our words; where it stands; what the number counts.
    value : Printed or None
        The number, None for a claim without one.
    checks : tuple of dict
        How it is checked; ``resources/paper/claims.yaml`` explains the forms.
    """

    key: str
    says: str
    where: str
    unit: str
    value: Printed | None
    checks: tuple[dict[str, Any], ...]


def read_claims(path: Path | str) -> dict[str, Claim]:
    """Read the claims.

    Returns
    -------
    dict of str to Claim
        In the order of the file.

    Raises
    ------
    InputError
        If the file is missing, or a claim has an unknown field, lacks one, has a check of no known form, or
        has none and no other claim's check names it.
    """
    content = load_yaml(path)
    if not isinstance(content, dict):
        raise InputError("expected claims by key", file=path)
    claims = {}
    for key, fields in content.items():
        try:
            claims[str(key)] = _claim(str(key), fields)
        except InputError as error:
            raise InputError(error.problem, file=path, item=str(key), remedy=error.remedy) from None
    used = set(re.findall(r"\w+", str([claim.checks for claim in claims.values()])))
    for key, claim in claims.items():
        if not claim.checks and key not in used:
            raise InputError("nothing checks this claim", file=path, item=key, remedy="say why: unchecked")
    return claims


def _claim(key: str, fields: Any) -> Claim:
    if not key.isidentifier():
        raise InputError("the key is no word that an expression can name", remedy=_REMEDY)
    if not isinstance(fields, dict):
        raise InputError("expected a mapping", remedy=_REMEDY)
    if unknown := sorted(fields.keys() - _FIELDS.keys()):
        raise InputError(f"unknown fields: {', '.join(unknown)}", remedy=_REMEDY)
    if missing := [name for name in ("says", "where") if not fields.get(name)]:
        raise InputError(f"fields missing: {', '.join(missing)}", remedy=_REMEDY)
    for name, given in fields.items():
        if not isinstance(given, _FIELDS[name]):
            remedy = "quote a number, so that every printed digit is kept"
            raise InputError(f"{name} is {given!r}, not of type {_FIELDS[name].__name__}", remedy=remedy)
    value = read_printed(fields["value"], fields.get("exact", False)) if "value" in fields else None
    for check in fields.get("checks", []):
        _look_at(check, value)
    unit, checks = fields.get("unit", ""), fields.get("checks", [])
    return Claim(key, fields["says"], fields["where"], unit, value, tuple(checks))


def _look_at(check, value):
    """Refuse a check that is of no known form."""
    form = _form(check)
    if form is None:
        raise InputError(f"a check of no known form: {check!r}", remedy=_REMEDY)
    given, needed, allowed = _FORMS[form]
    besides = check.keys() - {form}
    if not isinstance(check[form], given) or not set(needed) <= besides <= {*needed, *allowed}:
        raise InputError(f"not a check of the form {form}: {check!r}", remedy=_REMEDY)
    if form in _OF_VALUES and value is None:
        raise InputError(f"{form} needs a value", remedy=_REMEDY)


def _form(check):
    found = [name for name in _FORMS if name in check] if isinstance(check, dict) else []
    return found[0] if len(found) == 1 else None


def check_claims(
    evidence: Evidence, release: ReleaseCounts, claims: Mapping[str, Claim], path: Path | str | None = None
) -> Iterator[Check]:
    """Check claims against tables, the release's numbers, and each other.

    Parameters
    ----------
    evidence : Evidence
    release : ReleaseCounts
    claims : mapping of str to Claim
        From :func:`read_claims`.
    path : str or Path, optional
        Named in errors.

    Raises
    ------
    InputError
        Naming the claim whose check is not understood or names what is not there.
    """
    known = {key: claim.value for key, claim in claims.items() if claim.value is not None}
    numbers = Numbers(evidence, release, known)
    for claim in claims.values():
        for check in claim.checks:
            try:
                found = _MAKERS[str(_form(check))](numbers, claim, check)
            except InputError as error:
                problem = f"{error.problem}: {error.item}" if error.item else error.problem
                raise InputError(problem, file=path, item=claim.key, remedy=error.remedy) from None
            base: dict[str, Any] = {
                "rule": CLAIM,
                "about": f"text, {claim.where}: {claim.says}",
                "printed": f"{claim.value.text} {claim.unit}".strip() if claim.value else "",
                "note": check.get("because", ""),
            }
            yield Check(**base | found)


def _value(claim: Claim) -> Printed:
    assert claim.value is not None, claim.key
    return claim.value


def _result(term: Term) -> str:
    """Return an expression with its numbers and its value."""
    if term.is_plain:
        return term.text
    exact = term.span.low == term.span.high
    return f"{term.text} = {decimal(term.value)}" + (
        "" if exact else f", with rounding {span_text(term.span)}"
    )


def _number(term: Term) -> str:
    return term.text if term.is_plain else decimal(term.value)


def _origin(term: Term) -> str:
    tables = dict.fromkeys(table_name(place.table) for place in term.sources)
    return f" in {', '.join(tables)}" if tables else ""


def _equals(numbers: Numbers, claim: Claim, check: dict[str, Any]) -> dict[str, Any]:
    term, value = numbers.evaluate(check["equals"]), _value(claim)
    agrees = value.span.agrees(term.span)
    which = check.get("which", "")
    if not agrees:
        arithmetic = f"{_result(term)} ≠ {value.text}"
    elif term.is_plain:
        sign = "=" if term.span == value.span else "agrees with"
        arithmetic = f"{value.text} {sign} {term.text}{_origin(term)} {which}".strip()
    elif term.span != value.span:
        arithmetic = f"{_result(term)} agrees with {value.text}"
    else:
        arithmetic = _result(term)
    return {
        "verdict": HOLDS if agrees else CONTRADICTION,
        "computed": f"{_number(term)} {which}".strip(),
        "tolerance": f"printed {span_text(value.span)}; computed {span_text(term.span)}",
        "arithmetic": (arithmetic, *term.remarks),
        "statement": f"{value.text} {claim.unit} in the text, but {_number(term)} {which}".strip()
        + _origin(term),
        "sources": term.sources,
    }


def _same(numbers: Numbers, claim: Claim, check: dict[str, Any]) -> dict[str, Any]:
    first, *others = (numbers.evaluate(str(text)) for text in check["same"])
    agrees = all(first.span.agrees(other.span) for other in others)
    texts = [_result(term) for term in (first, *others)]
    found = [f"{_number(term)}{_origin(term) or ' in the text'}" for term in (first, *others)]
    return {
        "verdict": HOLDS if agrees else CONTRADICTION,
        "printed": _number(first),
        "computed": ", ".join(_number(term) for term in others),
        "tolerance": "; ".join(span_text(term.span) for term in (first, *others)),
        "arithmetic": (" agrees with ".join(texts) if agrees else " ≠ ".join(texts), *first.remarks),
        "statement": ", but ".join(found),
        "sources": tuple(source for term in (first, *others) for source in term.sources),
    }


def _one_of(numbers: Numbers, claim: Claim, check: dict[str, Any]) -> dict[str, Any]:
    value = _value(claim)
    terms = {str(reading): numbers.evaluate(str(text)) for reading, text in check["one_of"].items()}
    terms = dict(sorted(terms.items(), key=lambda item: abs(item[1].value - value.value)))
    fits = any(value.span.agrees(term.span) for term in terms.values())
    nearest, best = next(iter(terms.items()))
    remarks = dict.fromkeys(remark for term in terms.values() for remark in term.remarks)
    return {
        "verdict": HOLDS if fits else CONTRADICTION,
        "computed": "; ".join(f"{decimal(term.value)} ({reading})" for reading, term in terms.items()),
        "tolerance": f"printed {span_text(value.span)}; computed as in the arithmetic",
        "arithmetic": (*(f"{reading}: {_result(term)}" for reading, term in terms.items()), *remarks),
        "statement": f"{value.text} {claim.unit} in the text is none of {len(terms)} readings; "
        f"nearest {decimal(best.value)}, {nearest}",
        "sources": tuple(source for term in terms.values() for source in term.sources),
    }


def _at_least(numbers: Numbers, claim: Claim, check: dict[str, Any]) -> dict[str, Any]:
    term, value = numbers.evaluate(check["at_least"]), _value(claim)
    if value.span.low >= term.span.high:
        verdict = HOLDS
    else:
        verdict = CONTRADICTION if value.span.high < term.span.low else UNCHECKED
    return {
        "verdict": verdict,
        "computed": f"at least {decimal(term.value)}",
        "tolerance": f"printed {span_text(value.span)}; computed {span_text(term.span)}",
        "arithmetic": (
            f"{value.text} {'≥' if verdict == HOLDS else 'is not ≥'} {_result(term)}",
            *term.remarks,
        ),
        "statement": f"{value.text} {claim.unit} in the text, but at least {decimal(term.value)}",
        "sources": term.sources,
    }


def _share_of(numbers: Numbers, claim: Claim, check: dict[str, Any]) -> dict[str, Any]:
    term, value = numbers.evaluate(check["share_of"]), _value(claim)
    items = int(term.value)
    if term.span != Span.exactly(items):
        raise InputError("a share is of an exact count", item=check["share_of"])
    if every_number_is_a_share(value, items):
        why = f"of {_result(term)} items every number of so many decimals is a share"
        return {"verdict": UNCHECKED, "arithmetic": (why,)}
    verdict, computed, arithmetic = share_arithmetic(value, items)
    return {
        "verdict": verdict,
        "computed": computed,
        "tolerance": "rounded half up or half to even",
        "arithmetic": (arithmetic,),
        "statement": f"{value.text} is no share of {items:,}",
        "sources": term.sources,
    }


def _highest_in(numbers: Numbers, claim: Claim, check: dict[str, Any]) -> dict[str, Any]:
    tables, row = numbers.evidence.tables, check["row"]
    compared, below, sources = 0, {}, []
    for table in check["highest_in"]:
        if table not in SCORE_TABLES or row not in tables.rows(table):
            raise InputError(f"no row {row!r} in a table {table!r}")
        for column in tables.numbers(table):
            compared += 1
            own, places = (
                Place(table, row, column),
                [Place(table, each, column) for each in tables.rows(table)],
            )
            higher = [each for each in places if tables.printed(each).value > tables.printed(own).value]
            sources += places
            if higher:
                theirs = ", ".join(f"{tables.cells[each]} ({each.row})" for each in higher)
                where = f"{table_name(table)}, {column_name(column)}"
                below[where] = f"{where}: {tables.cells[own]} < {theirs}"
    rest = f"highest in {compared - len(below)} of {compared} columns of "
    rest += ", ".join(table_name(table) for table in check["highest_in"])
    return {
        "verdict": CONTRADICTION if below else HOLDS,
        "computed": rest,
        "tolerance": "as printed; equal numbers are both the highest",
        "arithmetic": (*below.values(), f"{row} is {rest}"),
        "statement": f"{row} is not the highest: {'; '.join(below.values())}",
        "sources": tuple(sources),
    }


def _above(numbers: Numbers, claim: Claim, check: dict[str, Any]) -> dict[str, Any]:
    tables, row, other = numbers.evidence.tables, check["row"], check["above"]
    compared, below, sources = 0, [], []
    for quantity, places in tables.quantities.items():
        theirs = tables.quantities.get(quantity._replace(row=other), [])
        if quantity.row != row or not theirs:
            continue
        compared += 1
        sources += [*places, *theirs]
        own, best = min(places, key=_printed(tables)), max(theirs, key=_printed(tables))
        if tables.printed(own).value <= tables.printed(best).value:
            below.append(f"{own.words()}: {tables.cells[own]}; {best.words()}: {tables.cells[best]}")
    if not compared:
        raise InputError(f"no number of both {row!r} and {other!r}")
    rest = f"above {other} in {compared - len(below)} of {compared} numbers that both have"
    return {
        "verdict": CONTRADICTION if below else HOLDS,
        "computed": rest,
        "tolerance": "as printed",
        "arithmetic": (*below, f"{row} is {rest}"),
        "statement": f"{row} is not above {other}: {'; '.join(below)}",
        "sources": tuple(sources),
    }


def _printed(tables):
    return lambda place: tables.printed(place).value


def _unchecked(numbers: Numbers, claim: Claim, check: dict[str, Any]) -> dict[str, Any]:
    implied = {str(what): numbers.evaluate(str(text)) for what, text in check.get("implies", {}).items()}
    told = [f"it implies {what}: {_result(term)}" for what, term in implied.items()]
    return {
        "verdict": UNCHECKED,
        "computed": "; ".join(f"{decimal(term.value)} ({what})" for what, term in implied.items()),
        "arithmetic": (check["unchecked"], *told),
        "sources": tuple(source for term in implied.values() for source in term.sources),
    }


_MAKERS: dict[str, Callable[[Numbers, Claim, dict[str, Any]], dict[str, Any]]] = {
    "equals": _equals,
    "same": _same,
    "one_of": _one_of,
    "at_least": _at_least,
    "share_of": _share_of,
    "highest_in": _highest_in,
    "above": _above,
    "unchecked": _unchecked,
}
