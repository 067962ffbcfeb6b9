import pytest

from bentxt.errors import InputError
from bentxt.reporting.answered_tasks import read_answered_tasks
from worlds.scored_items import write_scored

ROWS = [
    {"patch_id": "P1", "category": "presence", "input": "Are there pastures?", "output": "yes"},
    {"patch_id": "P2", "category": "presence", "input": "Is there a mixed forest?", "output": "no"},
]


def test_items_are_read_once_and_scores_by_model(tmp_path):
    pairs = [
        write_scored(tmp_path, "A", "binary", ROWS, ["yes", "yes"]),
        write_scored(tmp_path, "B", "binary", ROWS, ["who knows", "no"]),
        write_scored(tmp_path, "C", "binary", ROWS, "no weights"),
    ]
    scores, tasks = read_answered_tasks(*zip(*pairs, strict=True))
    assert list(scores) == [("A", "binary"), ("B", "binary"), ("C", "binary")]
    assert list(tasks) == ["binary"]
    assert tasks["binary"].items["patch_id"].to_pylist() == ["P1", "P2"]
    assert {model: list(found) for model, found in tasks["binary"].scores.items()} == {
        "A": [1, 0],
        "B": [0, 1],
    }
    assert list(tasks["binary"].levels["B"]) == ["unparsed", "strict"]


def test_tables_in_another_order_than_their_score_files_are_refused(tmp_path):
    first = write_scored(tmp_path, "A", "binary", ROWS, ["yes", "yes"])
    second = write_scored(tmp_path, "B", "binary", ROWS, ["no", "no"])
    with pytest.raises(InputError, match=r"do not belong to .*A-binary\.json") as error:
        read_answered_tasks([first[0], second[0]], [second[1], first[1]])
    assert error.value.file == second[1]
    with pytest.raises(InputError, match="2 score files and 1 tables of items"):
        read_answered_tasks([first[0], second[0]], [first[1]])


def test_models_with_other_items_are_refused(tmp_path):
    first = write_scored(tmp_path, "A", "binary", ROWS, ["yes", "yes"])
    other = [ROWS[0] | {"input": "Are there no pastures?"}, ROWS[1]]
    second = write_scored(tmp_path, "B", "binary", other, ["no", "no"])
    with pytest.raises(InputError, match="B was scored on other binary items"):
        read_answered_tasks(*zip(first, second, strict=True))


def test_a_score_given_twice_is_refused(tmp_path):
    pair = write_scored(tmp_path, "A", "binary", ROWS, ["yes", "yes"])
    with pytest.raises(InputError, match="two score files of one model and task"):
        read_answered_tasks([pair[0]] * 2, [pair[1]] * 2)
