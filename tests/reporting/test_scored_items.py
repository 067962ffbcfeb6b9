import pytest

from bentxt.errors import InputError
from bentxt.reporting.scored_items import check_same_items, models_of_task, read_scored_items
from worlds.scored_items_world import ROWS, UNREAD, item_rows, model_items, unavailable, write_items, wrong

ROWS_OF_BINARY = item_rows("binary")
GROUPS = ("RS", "CV", "ours", "own", "reference")


def test_models_stand_in_the_order_of_the_tables_and_the_others_with_their_reasons(tmp_path):
    paths = [
        write_items(tmp_path, "RS-InternVL", "binary", ROWS_OF_BINARY),
        write_items(tmp_path, "Blind", "binary", wrong(ROWS_OF_BINARY, [0])),
        write_items(tmp_path, "Wide", "binary", wrong(ROWS_OF_BINARY, [1, 2])),
        unavailable(tmp_path, "Other", "binary", "out of memory"),
    ]
    found = read_scored_items(*zip(*paths, strict=True))
    models, missing = models_of_task("binary", found, ROWS, {"GeoA": "no weights"}, GROUPS)
    assert [model.name for model in models] == ["Wide", "RS-InternVL", "Blind (no image)"]
    assert missing == {"GeoA": "no weights", "Other": "out of memory"}
    assert models[0].table["score"].to_pylist()[:4] == [1, 0, 0, 1]
    assert [model.name for model in models_of_task("binary", found, ROWS, {}, ["ours"])[0]] == ["RS-InternVL"]
    assert models_of_task("mcq", found, ROWS, {}, ["ours"]) == (
        [],
        {"RS-InternVL": "no score was made in this run"},
    )


def test_a_table_of_another_score_is_refused(tmp_path):
    one = write_items(tmp_path, "Wide", "binary", ROWS_OF_BINARY)
    other = write_items(tmp_path, "Other", "binary", wrong(ROWS_OF_BINARY, [0]))
    with pytest.raises(InputError, match="not the items of the score of Wide on binary") as error:
        read_scored_items([one[0], other[0]], [other[1], one[1]])
    assert error.value.file == other[1]
    with pytest.raises(InputError, match="2 score files and 1 tables"):
        read_scored_items([one[0], other[0]], [one[1]])
    # Made again since, with an answer that is read otherwise now.
    write_items(tmp_path / "again", "Wide", "binary", [*ROWS_OF_BINARY[:-1], ROWS_OF_BINARY[-1] | UNREAD])
    with pytest.raises(InputError, match="not the items"):
        read_scored_items([one[0]], [tmp_path / "again/items/Wide/binary.parquet"])


@pytest.mark.parametrize(
    ("changed", "item"),
    [
        ({"ID": 99}, "annotation 99"),
        ({"output": "no"}, "annotation 100"),
        ({"input": "Is there a sea?"}, "annotation 100"),
        ({"patch_id": "PATCH_X"}, "annotation 100"),
    ],
)
def test_models_that_were_asked_other_items_are_refused(changed, item):
    first = model_items("Wide", "binary", ROWS_OF_BINARY)
    second = model_items("Other", "binary", [ROWS_OF_BINARY[0] | changed, *ROWS_OF_BINARY[1:]])
    with pytest.raises(InputError, match="Wide and Other answered different binary items") as error:
        check_same_items(first, second)
    assert error.value.item == item


def test_models_of_two_splits_are_refused():
    first = model_items("Wide", "binary", ROWS_OF_BINARY)
    second = model_items("Other", "binary", ROWS_OF_BINARY, split="test")
    with pytest.raises(InputError, match="scored on the splits bench and test"):
        check_same_items(first, second)


def test_one_item_less_is_named():
    with pytest.raises(InputError, match="1 differ") as error:
        check_same_items(
            model_items("Wide", "binary", ROWS_OF_BINARY), model_items("Other", "binary", ROWS_OF_BINARY[1:])
        )
    assert error.value.item == "annotation 100"
