from hypothesis import given
from hypothesis import strategies as st

from bentxt.models.table_rows import REFERENCE
from bentxt.reporting.score_rows import OF_THE_PAPER, ScoreRow, mark_best, rules_between
from bentxt.reporting.tables import Value

GROUPS = [*OF_THE_PAPER, "own", REFERENCE]


def rows(*cells):
    """Return rows of one column out of (group, number) pairs."""
    return [
        ScoreRow(f"M{place}", group, values={"c": None if number is None else Value(number, 0, 100)})
        for place, (group, number) in enumerate(cells)
    ]


def best(*cells):
    return [row.label for row in mark_best(rows(*cells), ["c"]) if row.values["c"] and row.values["c"].best]


def test_all_numbers_that_are_printed_alike_are_the_best():
    assert best(("RS", 1.391), ("RS", 1.394), ("CV", 1.39), ("CV", 1.38)) == ["M0", "M1", "M2"]
    # 1.386 rounds to the same, 1.384 does not.
    assert best(("RS", 1.386), ("CV", 1.394), ("CV", 1.384)) == ["M0", "M1"]


def test_nothing_is_the_best_of_one_number_or_none():
    assert best(("RS", None), ("CV", 5.0)) == []
    assert best(("RS", 5.0), ("own", 4.0), (REFERENCE, 6.0)) == []
    assert best(("RS", None), ("CV", None)) == []


def test_zero_is_a_number():
    assert best(("RS", 0.0), ("CV", 0.0)) == ["M0", "M1"]


@given(
    st.lists(
        st.tuples(st.sampled_from(GROUPS), st.none() | st.floats(0, 100, allow_subnormal=False)), max_size=8
    )
)
def test_the_best_are_the_papers_rows_that_print_the_largest_number(cells):
    known = [number for group, number in cells if group in OF_THE_PAPER and number is not None]
    expected = [
        f"M{place}"
        for place, (group, number) in enumerate(cells)
        if len(known) > 1
        and group in OF_THE_PAPER
        and number is not None
        and f"{number:.2f}" == f"{max(known):.2f}"
    ]
    assert best(*cells) == expected
    # Marking changes no number and no interval.
    for before, after in zip(rows(*cells), mark_best(rows(*cells), ["c"]), strict=True):
        if before.values["c"] is not None:
            assert (after.values["c"].value, after.values["c"].low) == (before.values["c"].value, 0)


def test_a_rule_stands_where_the_group_changes():
    cells = [(group, None) for group in ("RS", "RS", "CV", "own", "own", REFERENCE)]
    assert rules_between(rows(*cells)) == (2, 3, 5)
    assert rules_between(rows()) == rules_between(rows(("RS", 1.0))) == ()
