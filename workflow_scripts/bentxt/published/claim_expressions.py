"""Arithmetic over published numbers, as ``resources/paper/claims.yaml`` writes it.

An expression has numbers, ``+ - * /``, brackets, and

- the key of a claim: its number;
- ``table2["GC", "mcq_accuracy"]``: a cell; ``:`` in place of a row or column stands for all of them, those
  that are numbers;
- ``mean(table2["GC", :])``: the mean of several cells; ``best(table2[:, :])``: the largest of each column;
- ``rows(split="bench", type="mcq")``, ``patches(split="bench")``: numbers of the release, as in
  ``resources/release_counts.csv``;
- ``kinds()``: the kinds of annotation (type and category) in the release; ``most_a_pair("mcq")``: the most
  rows of a type that a pair outside the benchmark split has, by what each category has on average.

Nothing else is understood, and nothing is executed.
"""

import ast
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from operator import add, mul, sub, truediv
from typing import Any

from bentxt.errors import InputError
from bentxt.published.checks import Evidence
from bentxt.published.paper_tables import OTHER_TABLES, SCORE_TABLES, Place, column_name, table_name
from bentxt.published.printed_numbers import Printed, Span, decimal, largest
from bentxt.release import ANSWERS, BENCH, TYPES
from bentxt.reporting.release_counts import OUTSIDE, ReleaseCounts

#: Sign, how tightly it binds, and what it does to fractions and to spans.
_OPERATORS: dict[type, tuple[str, int, Callable[[Any, Any], Any]]] = {
    ast.Add: ("+", 1, add),
    ast.Sub: ("−", 1, sub),
    ast.Mult: ("×", 2, mul),
    ast.Div: ("/", 2, truediv),
}
_ATOM = 3
#: So many numbers are written out in a mean.
_WRITTEN = 4


@dataclass(frozen=True)
class Term:
    """A value of an expression.

    Attributes
    ----------
    value : Fraction
        By the numbers as they are printed.
    span : Span
        By all numbers that they may stand for.
    text : str
        The expression with its numbers.
    binding : int
        How tightly the outermost operator of the text binds.
    sources : tuple of Place
    remarks : tuple of str
        What the text leaves out.
    """

    value: Fraction
    span: Span
    text: str
    binding: int = _ATOM
    sources: tuple[Place, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether it is one number, without an operator."""
        return self.binding == _ATOM

    def within(self, binding: int) -> str:
        """Return the text, in brackets where an operator around it binds tighter."""
        return self.text if self.binding >= binding else f"({self.text})"


#: Several numbers, by column.
Columns = dict[str, list[Term]]


@dataclass(frozen=True)
class Numbers:
    """What the names in an expression stand for."""

    evidence: Evidence
    release: ReleaseCounts
    claims: Mapping[str, Printed]

    def evaluate(self, expression: str) -> Term:
        """Return the value of an expression.

        Raises
        ------
        InputError
            If it is not understood, or names what is not there.
        """
        try:
            value = self._value(ast.parse(expression.strip(), mode="eval").body)
        except SyntaxError as error:
            raise InputError(f"not an expression: {error.msg}", item=expression) from None
        except InputError as error:
            raise InputError(error.problem, item=expression) from None
        if not isinstance(value, Term):
            raise InputError(
                "several numbers, where one is expected", item=expression, remedy="take their mean"
            )
        return value

    def _value(self, node: ast.expr) -> Term | Columns:
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return _exact(Fraction(str(number)), str(number))
            case ast.Name(id=name) if name in self.claims:
                return Term(self.claims[name].value, self.claims[name].span, self.claims[name].text)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
                return self._operation(type(operator), self._one(left), self._one(right))
            case ast.Subscript(value=ast.Name(id=table), slice=ast.Tuple(elts=[row, column])):
                return self._cells(table, row, column)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=keywords):
                return self._call(name, arguments, keywords)
        raise InputError(f"not understood: {ast.unparse(node)}")

    def _one(self, node: ast.expr) -> Term:
        value = self._value(node)
        if isinstance(value, Term):
            return value
        raise InputError(f"several numbers, where one is expected: {ast.unparse(node)}")

    def _operation(self, operator: type, left: Term, right: Term) -> Term:
        sign, binding, apply = _OPERATORS[operator]
        if sign == "/" and right.span.low <= 0 <= right.span.high:
            raise InputError("division by what may be 0")
        # What stands right of - and / is bracketed as soon as it has an operator of their strength.
        tighter = binding + (sign in "−/")
        text = f"{left.within(binding)} {sign} {right.within(tighter)}"
        return Term(
            apply(left.value, right.value),
            apply(left.span, right.span),
            text,
            binding,
            left.sources + right.sources,
            tuple(dict.fromkeys(left.remarks + right.remarks)),
        )

    def _cells(self, table: str, row: ast.expr, column: ast.expr) -> Term | Columns:
        if table not in SCORE_TABLES and table not in OTHER_TABLES:
            raise InputError(f"no such table: {table}")
        tables = self.evidence.tables
        rows, columns = _chosen(row, tables.rows(table)), _chosen(column, tables.numbers(table))
        cells = {name: [self._cell(Place(table, each, name)) for each in rows] for name in columns}
        return cells[columns[0]][0] if _is_text(row) and _is_text(column) else cells

    def _cell(self, place: Place) -> Term:
        if place not in self.evidence.tables.cells:
            raise InputError(f"no such cell: {place.table}, {place.row}, {place.column}")
        printed = self.evidence.tables.printed(place)
        return Term(printed.value, printed.span, printed.text, sources=(place,))

    def _call(self, name: str, arguments: list[ast.expr], keywords: list[ast.keyword]) -> Term | Columns:
        words = {each.arg or "": _text(each.value) for each in keywords}
        match name, arguments:
            case "mean", [only]:
                return self._mean(self._value(only))
            case "best", [only] if isinstance(cells := self._value(only), dict):
                return {column: [_best(terms)] for column, terms in cells.items()}
            case "rows" | "patches", []:
                return self._release(name, words)
            case "kinds", []:
                of_type = Counter(kind for kind, _ in self.evidence.rows)
                text = " + ".join(f"{number} {kind}" for kind, number in of_type.items())
                return _exact(len(self.evidence.rows), text, 1)
            case "most_a_pair", [only]:
                return self._most_a_pair(_text(only))
        raise InputError(f"no such function: {name} of {len(arguments)}")

    def _mean(self, cells: Term | Columns) -> Term:
        if isinstance(cells, Term):
            raise InputError("the mean of one number")
        terms = [term for column in cells.values() for term in column]
        value = sum((term.value for term in terms), Fraction(0))
        added = sum((term.span for term in terms), Span.exactly(0))
        sources = tuple(source for term in terms for source in term.sources)
        remarks: tuple[str, ...] = ()
        if len(terms) <= _WRITTEN:
            text = f"({' + '.join(term.text for term in terms)}) / {len(terms)}"
        else:
            text = f"{decimal(value)} / {len(terms)}"
            of = ", ".join(dict.fromkeys(table_name(place.table) for place in sources))
            of += f", {column_name(sources[0].column)}" if len(cells) == 1 else ""
            remarks = (f"{decimal(value)} is the sum of the {len(terms)} numbers of {of}",)
        return Term(value / len(terms), added / Span.exactly(len(terms)), text, 2, sources, remarks)

    def _release(self, unit: str, words: dict[str, str]) -> Term:
        if unknown := words.keys() - {"split", "type", "category", "answer"}:
            raise InputError(f"{unit} are not by {', '.join(sorted(unknown))}")
        split, kind, category = (words.get(key, "") for key in ("split", "type", "category"))
        if (kind, category) in self.evidence.rows and (unit, split) == ("rows", BENCH):
            number = self.evidence.rows[kind, category]
        else:
            number = int(self.release.number(unit, split, kind, category, words.get("answer", "")))
        return _exact(number, f"{number:,}")

    def _most_a_pair(self, kind: str) -> Term:
        if kind not in TYPES:
            raise InputError(f"no such type: {kind}")
        patches = int(self.release.number("patches", OUTSIDE))
        most = []
        for category in (name for own, name in self.evidence.rows if own == kind):
            parts = [
                int(self.release.number("rows", OUTSIDE, kind, category, answer))
                for answer in ("", *ANSWERS.get(kind, ()))
                if self.release.knows("rows", OUTSIDE, kind, category, answer)
            ]
            most.append((category, sum(-(-rows // patches) for rows in parts)))
        if not all(number for _, number in most):
            raise InputError(f"rows outside the benchmark split are not known for all of {kind}")
        text = " + ".join(f"{number} {category}" for category, number in most)
        return _exact(sum(number for _, number in most), text, 1)


def _exact(value: Fraction | int, text: str, binding: int = _ATOM) -> Term:
    return Term(Fraction(value), Span.exactly(value), text, binding)


def _best(terms: list[Term]) -> Term:
    sources = tuple(source for term in terms for source in term.sources)
    best = max(terms, key=lambda term: term.value)
    return Term(best.value, largest(term.span for term in terms), best.text, sources=sources)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise InputError(f"a text is expected: {ast.unparse(node)}")


def _chosen(node: ast.expr, known: list[str] | tuple[str, ...]) -> list[str]:
    """Return a row or column that a text names, or all of them for a colon."""
    if isinstance(node, ast.Slice) and not (node.lower or node.upper or node.step):
        return list(known)
    return [_text(node)]
