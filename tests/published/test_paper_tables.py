import shutil

import pytest

from bentxt.errors import InputError
from bentxt.published.paper_tables import (
    SCORE_TABLES,
    Place,
    Quantity,
    paper_files,
    quantity_of,
    read_paper_tables,
)
from worlds.consistent_paper import RESOURCES, ROWS


@pytest.fixture
def folder(tmp_path):
    for path in paper_files(RESOURCES / "paper"):
        shutil.copy(path, tmp_path)
    return tmp_path


def change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_tables_have_the_twelve_models_in_one_order():
    tables = read_paper_tables(RESOURCES / "paper", ROWS)
    order = tables.rows("table2")
    assert len(order) == 12
    assert all(tables.rows(f"table{number}") == order for number in range(3, 8))


def test_a_number_is_known_by_model_split_task_and_metric():
    assert quantity_of(Place("table4", "GC", "overall")) == Quantity("GC", "bench", "mcq", "accuracy")
    assert quantity_of(Place("table2", "GC", "mcq_accuracy")) == Quantity("GC", "bench", "mcq", "accuracy")
    assert quantity_of(Place("table_s5", "IVL", "referring_miou")) == Quantity(
        "IVL", "test", "referring", "miou"
    )
    assert quantity_of(Place("table2", "GC", "parameters")) is None
    assert quantity_of(Place("table1", "MS-Clip", "image_text_samples")) is None


def test_every_table_of_scores_is_there():
    tables = read_paper_tables(RESOURCES / "paper", ROWS)
    assert [f"table{number}" for number in range(2, 9)] == list(SCORE_TABLES)[:7]
    assert all(tables.rows(table) and tables.numbers(table) for table in SCORE_TABLES)


@pytest.mark.parametrize(
    ("name", "old", "new", "message", "item"),
    [
        ("table2.csv", "GC,7B,0.75", "GC,7B,0;75", "not a number", "Table 2, GC, Captioning BLEU-4"),
        ("table3.csv", "presence", "presents", "columns missing: presence", None),
        ("table5.csv", "LHRS,7.47", "GC,7.47", "the same row twice", "GC"),
        ("table6.csv", "GC,2.16,", "GC,", "another length", "GC"),
        ("table1.csv", "985k", "many", "not a number", "Table 1, MS-Clip, image text samples"),
    ],
)
def test_a_broken_table_is_refused_by_file_and_cell(folder, name, old, new, message, item):
    change(folder / name, old, new)
    with pytest.raises(InputError, match=message) as error:
        read_paper_tables(folder, ROWS)
    assert (error.value.file, error.value.item) == (folder / name, item)


def test_a_missing_table_is_named(folder):
    (folder / "table_s9.csv").unlink()
    with pytest.raises(InputError, match="file not found") as error:
        read_paper_tables(folder, ROWS)
    assert error.value.file == folder / "table_s9.csv"


def test_a_category_that_the_release_does_not_have_needs_no_column(folder):
    change(folder / "table3.csv", "presence", "presents")
    without = {key: number for key, number in ROWS.items() if key != ("binary", "presence")}
    # S7 still prints it.
    tables = read_paper_tables(folder, without)
    assert "presence" not in tables.numbers("table3")
    assert "presence" in tables.numbers("table_s7")
