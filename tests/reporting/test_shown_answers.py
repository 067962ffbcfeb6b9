import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.errors import InputError
from bentxt.release import CATEGORIES, TASKS
from bentxt.reporting.shown_answers import ANSWER_FIGURES, ShownModel, answer_rows, choose_items
from worlds.scored_items_world import UNREAD, item_rows, wrong

BINARY = ANSWER_FIGURES["figure_s4"]


def chosen(rows, figure=BINARY, seed=1):
    columns = ([row[name] for row in rows] for name in ("ID", "patch_id", "category"))
    return [rows[place] for place in choose_items(figure, *columns, seed)]


def test_the_five_figures_show_all_tasks_and_categories():
    shown = {(figure.task, category) for figure in ANSWER_FIGURES.values() for category in figure.categories}
    assert shown == {(task, category) for task, kind in TASKS.items() for category in CATEGORIES[kind]}


def test_categories_take_turns_and_no_patch_comes_twice():
    rows = item_rows("binary", count=200, patches=40)
    found = chosen(rows)
    assert [row["category"] for row in found] == list(BINARY.categories) * 2
    assert len({row["patch_id"] for row in found}) == 8
    assert chosen(rows, seed=2) != found


def test_where_patches_are_few_they_come_again():
    found = chosen(item_rows("binary", count=12, patches=3))
    assert len(found) == 8
    assert len({row["ID"] for row in found}) == 8


def test_a_missing_category_leaves_its_place_to_the_others():
    rows = [row for row in item_rows("binary", count=40, patches=20) if row["category"] != "area"]
    assert {row["category"] for row in chosen(rows)} == {"presence", "count", "adjacency"}
    with pytest.raises(InputError, match="no binary item"):
        chosen([])


@given(st.randoms(use_true_random=False), st.integers(0, 99))
def test_neither_order_nor_answers_decide_what_is_shown(random, seed):
    rows = item_rows("binary", count=60, patches=15)
    shuffled = wrong(rows, range(0, 60, 7))
    random.shuffle(shuffled)
    assert [row["ID"] for row in chosen(rows, seed=seed)] == [
        row["ID"] for row in chosen(shuffled, seed=seed)
    ]


def test_rows_say_who_answered_what_and_who_is_missing():
    items = item_rows("binary", count=2)
    models = [
        ShownModel("Wide", "CV", "published", items),
        ShownModel("Other", "CV", "tiny", [items[0] | UNREAD, wrong(items, [1])[1]]),
    ]
    rows = answer_rows(BINARY, models, {"GeoA": "no weights"}, "mini")
    assert [(row["model"], row.get("place"), row.get("verdict")) for row in rows] == [
        ("Wide", 1, "right"),
        ("Other", 1, "unparsed"),
        ("Wide", 2, "right"),
        ("Other", 2, "wrong"),
        ("GeoA", None, None),
    ]
    assert rows[1]["answer"] == "I cannot say."
    assert rows[1]["weights"] == "tiny"
    assert (rows[0]["score"], rows[-1]["note"]) == (100, "not run: no weights")
    assert {row["run"] for row in rows} == {"mini"}
