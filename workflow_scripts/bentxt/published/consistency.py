"""The paper against itself: all checks, and the contradictions among them put together to findings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bentxt.published.checks import CONTRADICTION, HOLDS, UNCHECKED, Check, Evidence
from bentxt.published.paper_tables import OTHER_TABLES, PaperTables, Place, column_name, table_name
from bentxt.published.release_rules import SUMS, sums_of_release
from bentxt.published.table_rules import TABLE_RULES
from bentxt.published.text_claims import CLAIM, Claim, check_claims
from bentxt.reporting.release_counts import ReleaseCounts

ALONE = "printed once"

#: All rules, in the order of the page: what explains others goes first.
RULES = (*TABLE_RULES, SUMS, CLAIM, ALONE)


@dataclass(frozen=True)
class Finding:
    """Contradictions that share a place, so that one slip may be behind them.

    Attributes
    ----------
    number : int
        From 1.
    checks : tuple of Check
        The most telling one first.
    """

    number: int
    checks: tuple[Check, ...]

    @property
    def title(self) -> str:
        """What is wrong, as a short line."""
        first = self.checks[0]
        return f"{first.about}: {first.statement}" if first.places else first.statement


def check_paper(
    evidence: Evidence, release: ReleaseCounts, claims: Mapping[str, Claim], path: Path | str | None = None
) -> list[Check]:
    """Apply all rules.

    Parameters
    ----------
    evidence : Evidence
    release : ReleaseCounts
    claims : mapping of str to Claim
    path : str or Path, optional
        The file of the claims, named in errors.

    Returns
    -------
    list of Check
        In the order of :data:`RULES`; what no rule has looked at is in it, as what cannot be checked.
    """
    checks = [check for rule in TABLE_RULES.values() for check in rule(evidence)]
    checks += sums_of_release(release, evidence.rows)
    checks += check_claims(evidence, release, claims, path)
    return [*checks, *_alone(evidence, checks)]


def _alone(evidence: Evidence, checks: Sequence[Check]) -> Iterator[Check]:
    """List, column by column, cells that no check has looked at."""
    seen = {place for check in checks for place in (*check.places, *check.sources)}
    left: dict[tuple[str, str], list[Place]] = {}
    for place in evidence.tables.cells:
        # The marks of Table 1 are no numbers.
        if place not in seen and place.column in OTHER_TABLES.get(place.table, ("", [place.column]))[1]:
            left.setdefault((place.table, place.column), []).append(place)
    for (table, column), places in left.items():
        yield Check(
            rule=ALONE,
            verdict=UNCHECKED,
            about=f"{table_name(table)}, {column_name(column)}: {', '.join(place.row for place in places)}",
            printed=", ".join(evidence.tables.cells[place] for place in places),
            arithmetic=("no other number that was typed over depends on it",),
            places=tuple(places),
        )


def findings_of(checks: Sequence[Check], tables: PaperTables) -> list[Finding]:
    """Put contradictions together that are about a common place; each claim of the text stands alone.

    Parameters
    ----------
    checks : sequence of Check
        From :func:`check_paper`.
    tables : PaperTables
        Their order is that of the findings.

    Returns
    -------
    list of Finding
        Claims last.
    """
    groups: list[list[Check]] = []
    for check in checks:
        if check.verdict != CONTRADICTION:
            continue
        near = [group for group in groups if any(set(check.places) & set(other.places) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([*(other for group in near for other in group), check])
    order = {rule: place for place, rule in enumerate(RULES)}
    places = {place: number for number, place in enumerate(tables.cells)}
    groups.sort(
        key=lambda group: min((places[place] for each in group for place in each.places), default=len(places))
    )
    return [
        Finding(number, tuple(sorted(group, key=lambda check: order[check.rule])))
        for number, group in enumerate(groups, start=1)
    ]


def count_verdicts(checks: Sequence[Check]) -> dict[str, dict[str, int]]:
    """Count checks by rule and verdict."""
    counts = {rule: dict.fromkeys((HOLDS, CONTRADICTION, UNCHECKED), 0) for rule in RULES}
    for check in checks:
        counts[check.rule][check.verdict] += 1
    return counts
