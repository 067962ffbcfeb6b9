"""The rules: true of any paper whose numbers belong together, broken by a number that does not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bentxt.published.checks import CONTRADICTION, HOLDS, UNCHECKED, Evidence
from bentxt.published.paper_tables import BEST_ROWS, Place, quantity_of
from bentxt.published.printed_numbers import read_printed
from bentxt.published.table_rules import (
    BEST,
    EXCHANGED,
    PARTS,
    SHARE,
    TABLE_RULES,
    THRESHOLDS,
    TWICE,
    exchange_of,
    share_arithmetic,
)
from worlds.consistent_paper import GROUPS, ROUNDINGS, ROWS, drawn_paper

DRAWN = drawn_paper(1, ROUNDINGS[0])


def checks_of(evidence, rules=TABLE_RULES):
    return [check for rule in rules for check in TABLE_RULES[rule](evidence)]


def contradictions(evidence, rules=TABLE_RULES):
    return [check for check in checks_of(evidence, rules) if check.verdict == CONTRADICTION]


def with_cells(**cells):
    """Return the drawn paper with cells printed otherwise: ``table__row__column="12.34"``."""
    tables = DRAWN.tables
    for name, text in cells.items():
        place = Place(*name.replace("RS_InternVL", "RS-InternVL").replace("SOTA_CV", "SOTA CV").split("__"))
        assert place in tables.cells
        tables = tables.changed(place, text)
    return Evidence(tables, DRAWN.groups, DRAWN.rows)


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.sampled_from(ROUNDINGS))
def test_numbers_that_belong_together_do_not_contradict(seed, rounding):
    assert contradictions(drawn_paper(seed, rounding)) == []


def test_every_rule_has_looked_at_the_drawn_paper():
    looked = checks_of(DRAWN)
    assert {check.rule for check in looked if check.verdict == HOLDS} == set(TABLE_RULES)
    # Only how many items of a type the whole test split holds is not known.
    assert {place.table for each in looked if each.verdict == UNCHECKED for place in each.places} == {
        "table_s5"
    }


def noticed(evidence, place, text):
    changed = Evidence(evidence.tables.changed(place, text), evidence.groups, evidence.rows)
    return bool(contradictions(changed))


def rules_can_tell(evidence, place):
    """Whether a rule depends sharply on a cell: printed twice, part or whole, a share, or the best."""
    quantity = quantity_of(place)
    if place.row in BEST_ROWS or len(evidence.tables.quantities[quantity]) > 1:
        return True
    if quantity.split == "test":
        return False
    if quantity.task != "captioning":
        return True
    # A captioning metric other than BLEU-4 stands in one table: a rule can tell where it is the best.
    rivals = [row for row, group in evidence.groups.items() if group == evidence.groups[place.row] != "ours"]
    return _is_best(evidence, place, rivals)


def _is_best(evidence, place, rivals):
    values = {row: evidence.tables.printed(place._replace(row=row)).value for row in rivals}
    return bool(rivals) and values[place.row] == max(values.values())


def numbers(evidence):
    return [place for place in evidence.tables.cells if quantity_of(place) is not None]


def lower(evidence, place):
    """Return what a cell would print were it 0.05 lower: no share of some hundred items, and no best."""
    return f"{float(evidence.tables.cells[place]) - 0.05:.2f}"


def test_a_changed_cell_is_noticed_wherever_a_rule_can_tell():
    asked = [place for place in numbers(DRAWN) if DRAWN.tables.printed(place).value > 1]
    missed = [place for place in asked if not noticed(DRAWN, place, lower(DRAWN, place))]
    unseen = [place for place in asked if not rules_can_tell(DRAWN, place)]
    assert len(asked) > 200
    assert missed == unseen


def test_two_exchanged_columns_are_one_finding_of_their_own():
    place = Place("table8", "RS-InternVL", "")
    mcq, boxes = (
        DRAWN.tables.cells[place._replace(column=name)] for name in ("mcq_accuracy", "referring_miou")
    )
    evidence = with_cells(table8__RS_InternVL__mcq_accuracy=boxes, table8__RS_InternVL__referring_miou=mcq)
    found = [check for check in contradictions(evidence) if check.rule == EXCHANGED]
    assert [check.about for check in found] == ["Table 8, RS-InternVL"]
    assert {place.column for place in found[0].places} == {"mcq_accuracy", "referring_miou"}
    assert found[0].note == f"meant: MCQ accuracy {mcq}, Referring mIoU {boxes}"
    assert exchange_of(DRAWN, "table8", "RS-InternVL") is None


def test_two_wrong_cells_are_not_taken_for_exchanged_ones():
    evidence = with_cells(
        table8__RS_InternVL__mcq_accuracy="0.01", table8__RS_InternVL__referring_miou="0.02"
    )
    assert not contradictions(evidence, [EXCHANGED])
    assert len(contradictions(evidence, [PARTS])) == 2


def test_a_row_of_best_numbers_names_whose_number_stands_there():
    tables = DRAWN.tables
    numbers = {row: tables.cells[Place("table7", row, "rouge")] for row in ("GPT", "Qwen")}
    best, other = sorted(numbers, key=lambda row: float(numbers[row]), reverse=True)
    (check,) = contradictions(with_cells(table_s11__SOTA_CV__rouge=numbers[other]))
    assert (check.rule, check.computed) == (BEST, numbers[best])
    assert check.note == f"{numbers[other]} is the number of {other}"


def test_an_overall_is_computed_from_whole_numbers_of_right_answers():
    (check,) = [each for each in checks_of(DRAWN, [PARTS]) if Place("table3", "GC", "overall") in each.places]
    hits = [
        round(float(DRAWN.tables.cells[Place("table3", "GC", name)]) * ROWS["binary", name] / 100)
        for name in ("presence", "area", "count", "adjacency")
    ]
    added = f"({' + '.join(f'{number:,}' for number in hits)}) / 6,927 = {sum(hits):,} / 6,927"
    assert check.arithmetic[0].startswith(added)
    assert check.places == (Place("table2", "GC", "binary_accuracy"), Place("table3", "GC", "overall"))


def test_a_mean_that_the_thresholds_do_not_allow_is_noticed():
    place = Place("table5", "GC", "miou")
    (check,) = contradictions(with_cells(table5__GC__miou="99.99"), [THRESHOLDS])
    assert check.places == (place,)
    (check,) = contradictions(with_cells(table5__GC__acc90="99.99"), [THRESHOLDS])[:1]
    assert check.statement == "a larger share above a higher threshold"


def test_parameters_are_compared_as_texts():
    cells = {**DRAWN.tables.cells, Place("table2", "Qwen", "parameters"): "8B"}
    cells[Place("table_s5", "Qwen", "parameters")] = "7B"
    tables = type(DRAWN.tables)(cells)
    (check,) = contradictions(Evidence(tables, GROUPS, ROWS), [TWICE])
    assert (check.printed, check.computed) == ("8B", "7B")


@pytest.mark.parametrize(
    ("text", "items", "verdict", "arithmetic"),
    [
        # 1 of 800 is 0.125 %: which way it was rounded shows.
        ("0.12", 800, HOLDS, "1 / 800 = 0.1250 → 0.12 (only if halves go to even)"),
        ("0.13", 800, HOLDS, "1 / 800 = 0.1250 → 0.13 (only if halves go up)"),
        ("50.00", 700, HOLDS, "350 / 700 = 50 → 50.00"),
        ("0.20", 700, CONTRADICTION, "1 / 700 = 0.1429 → 0.14; 2 / 700 = 0.2857 → 0.29"),
        ("100.00", 700, HOLDS, "700 / 700 = 100 → 100.00"),
    ],
)
def test_shares_are_told_with_their_arithmetic(text, items, verdict, arithmetic):
    found = share_arithmetic(read_printed(text), items)
    assert (found[0], found[2]) == (verdict, arithmetic)


def test_a_share_of_one_item_less_is_pointed_out_with_its_odds():
    # 39.16 is 513 of 1,310 and no share of 1,311; the table says that every answer was read.
    cells = {**DRAWN.tables.cells, Place("table4", "GC", "instruction_following"): "yes"}
    cells[Place("table4", "GC", "adjacency")] = "39.16"
    (check,) = contradictions(Evidence(type(DRAWN.tables)(cells), DRAWN.groups, ROWS), [SHARE])
    assert check.note == (
        "513 / 1,310 → 39.16: a share of one item less (as 13 % of all such numbers are); "
        "yet instruction following says that every answer was read"
    )
