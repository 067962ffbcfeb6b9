"""What can be answered without looking is found, what cannot is not, and nothing else is learnt from."""

import itertools
import json

import numpy as np
import pytest

from bentxt.baselines.blind import BlindSettings, answer_blind, blind_notes
from bentxt.errors import InputError
from bentxt.patches.climate_legend import zone_names
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.schemas.predictions_schema import PREDICTIONS
from bentxt.tables.table_files import read_table
from worlds.question_rows_world import changed, write_rows

SETTINGS = BlindSettings(rows=1000, folds=5)
ZONES = zone_names()


def blind(path, task, split="bench", settings=SETTINGS):
    return answer_blind(task, path, split, settings, 7, ZONES)


def share_right(path, answers):
    table = read_table(path, DATASET, ["ID", "output"])
    truth = dict(zip(*table.to_pydict().values(), strict=True))
    return sum(answers[number] == truth[number] for number in answers) / len(answers)


def binary(classes, answers, split, start=0, category="presence", text="Is there {} in the image?"):
    """Return a row a patch: a question about each class in turn, with its answer."""
    return [
        (f"P{start + place}", split, "binary", category, text.format(name), answer)
        for place, (name, answer) in enumerate(zip(classes, answers, strict=True))
    ]


def test_a_class_that_tells_the_answer_is_learnt(tmp_path):
    rows = binary(["arable land", "urban fabric"] * 40, ["yes", "no"] * 40, "train")
    rows += binary(["urban fabric", "arable land"] * 5, ["no", "yes"] * 5, "bench", 100)
    path = write_rows(tmp_path / "dataset.parquet", rows)
    answers, (learnt,) = blind(path, "binary")
    assert share_right(path, answers) == 1
    assert (learnt.category, learnt.rows, learnt.available) == ("presence", 80, 80)
    assert learnt.accuracy == 100
    assert learnt.predictor.startswith("parts")


def test_what_is_asked_in_other_words_is_the_same_question(tmp_path):
    rows = binary(["arable lands", "urban fabrics"] * 40, ["yes", "no"] * 40, "train")
    asked = [("any arable land", "yes"), ("an urban fabric", "no")]
    rows += binary(*zip(*asked, strict=True), "bench", 100, text="Can you find {} anywhere?")
    # The statement is turned round, and so is the answer.
    turned = [("arable land", "no"), ("urban fabric", "yes")]
    rows += binary(*zip(*turned, strict=True), "bench", 200, text="Is {} missing from the scene?")
    path = write_rows(tmp_path / "dataset.parquet", rows)
    assert share_right(path, blind(path, "binary")[0]) == 1


def test_the_same_amount_in_another_unit_is_the_same_amount(tmp_path):
    text = "Do pastures cover more than {} of the image?"
    amounts = {"10%": "yes", "50%": "no", "20%": "yes", "70%": "no"}
    rows = binary(list(amounts) * 20, list(amounts.values()) * 20, "train", category="area", text=text)
    metric = {"144000 m^2": "yes", "720000 sqm": "no", "288000 square meters": "yes", "1008000 m2": "no"}
    rows += binary(list(metric), list(metric.values()), "bench", 100, "area", text)
    path = write_rows(tmp_path / "dataset.parquet", rows)
    assert share_right(path, blind(path, "binary")[0]) == 1


def test_where_the_text_does_not_tell_the_answer_chance_is_left(tmp_path):
    classes = ["arable land", "arable land", "urban fabric", "urban fabric"]
    rows = binary(classes * 20, ["yes", "no"] * 40, "train") + binary(
        classes, ["yes", "no"] * 2, "bench", 100
    )
    path = write_rows(tmp_path / "dataset.parquet", rows)
    answers, (learnt,) = blind(path, "binary")
    assert share_right(path, answers) == 0.5
    assert learnt.predictor.startswith("constant")


CLASSES = ("Pastures", "Arable land", "Mixed forest", "Inland waters")


def choice(options, right, patch, split, category="presence", stem="Which class is in the image?"):
    text = ", ".join(f"{letter}) {option}" for letter, option in zip("abcd", options, strict=True))
    return (patch, split, "mcq", category, f"{stem} {text}", "abcd"[right])


def test_an_option_that_is_right_wherever_it_stands_is_learnt(tmp_path):
    rows = []
    for number, options in enumerate(itertools.islice(itertools.cycle(itertools.permutations(CLASSES)), 96)):
        split = "train" if number < 72 else "bench"
        rows.append(choice(options, options.index("Pastures"), f"P{number}", split))
    path = write_rows(tmp_path / "dataset.parquet", rows)
    answers, (learnt,) = blind(path, "mcq")
    assert share_right(path, answers) == 1
    assert learnt.predictor.startswith("parts")


def test_options_of_which_each_is_right_as_often_leave_a_quarter(tmp_path):
    rows = [choice(CLASSES, number % 4, f"P{number}", "train") for number in range(80)]
    rows += [choice(CLASSES, number, f"Q{number}", "bench") for number in range(4)]
    path = write_rows(tmp_path / "dataset.parquet", rows)
    assert share_right(path, blind(path, "mcq")[0]) == 0.25


def test_how_options_stand_to_each_other_is_seen(tmp_path):
    """Two options share their first word and one of them is right, whatever they say: that leaves a half."""
    names = ("Cold", "Hot", "Wet")
    rng = np.random.default_rng(1)
    rows, alone = [], {}
    for number in range(240):
        own, *others = rng.permutation(names)
        wrong = [f"{name}, dry {rng.choice(['summer', 'winter'])}" for name in others]
        options = rng.permutation([f"{own}, dry summer", f"{own}, dry winter", *wrong]).tolist()
        right = rng.choice([place for place in range(4) if options[place].startswith(own)])
        alone[number + 1] = ["abcd"[place] for place in range(4) if not options[place].startswith(own)]
        split = "train" if number < 160 else "bench"
        rows.append(choice(options, right, f"P{number}", split, "climate zone"))
    path = write_rows(tmp_path / "dataset.parquet", rows)
    answers, (learnt,) = blind(path, "mcq")
    assert len(answers) == 80
    assert not [number for number, answer in answers.items() if answer in alone[number]]
    assert learnt.predictor.startswith("statement")


def world(path):
    """Write a data set in which all tasks can be learnt in part."""
    rng = np.random.default_rng(2)
    rows = []
    names = ("arable land", "urban fabric", "pastures", "mixed forest")
    for number in range(120):
        patch, split = f"P{number}", ("train", "train", "bench", "test")[number % 4]
        for name in rng.permutation(names)[:2]:
            answer = "yes" if (rng.random() < 0.8) == (name in names[:2]) else "no"
            rows.append((patch, split, "binary", "presence", f"Is there {name}?", answer))
        options = rng.permutation(CLASSES)
        rows.append(choice(options, min(rng.integers(4), rng.integers(4)), patch, split))
        x, y = rng.integers(20, 80, 2) / 100
        box = f"[{x - 0.1:.2f} {y - 0.2:.2f}, {x + 0.1:.2f} {y + 0.2:.2f}]"
        text = f"Draw a box around the region at <point>({x}, {y})</point>."
        rows.append((patch, split, "bounding box", "point", text, box))
        rows.append((patch, split, "captioning", "None", "Describe the image.", "A scene."))
    return write_rows(path, rows)


TASKS = ("binary", "mcq", "referring")


@pytest.mark.parametrize("task", TASKS)
def test_neither_order_nor_row_groups_change_an_answer(tmp_path, task):
    path = world(tmp_path / "dataset.parquet")
    settings = BlindSettings(rows=30, folds=3)
    expected = blind(path, task, settings=settings)
    assert expected[1][0].rows == 30 < expected[1][0].available
    order = np.random.default_rng(3).permutation(len(read_table(path, DATASET)))
    shuffled = changed(path, tmp_path / "shuffled.parquet", order, row_group_size=17)
    assert blind(shuffled, task, settings=settings) == expected


@pytest.mark.parametrize("task", TASKS)
def test_answers_of_other_splits_are_not_learnt_from(tmp_path, task):
    path = world(tmp_path / "dataset.parquet")
    expected = blind(path, task)
    table = read_table(path, DATASET).to_pydict()
    other = {"yes": "no", "no": "yes", "a": "d", "b": "d", "c": "d", "d": "a"}
    turned = [other.get(text, "[0.0 0.0, 1.0 1.0]") for text in table["output"]]
    foreign = [
        new if split != "train" else old
        for new, old, split in zip(turned, table["output"], table["split"], strict=True)
    ]
    assert foreign != table["output"]
    assert blind(changed(path, tmp_path / "foreign.parquet", output=foreign), task) == expected
    own = [
        new if split == "train" else old
        for new, old, split in zip(turned, table["output"], table["split"], strict=True)
    ]
    assert blind(changed(path, tmp_path / "own.parquet", output=own), task) != expected


def test_a_sign_of_one_patch_says_nothing_about_others(tmp_path):
    """Rows of a patch share a word and the answer: were its rows in two folds, the word would tell it."""
    rng = np.random.default_rng(4)
    rows = []
    for number in range(100):
        word, answer = "".join(rng.choice(list("abcdefgh"), 9)), ("yes", "no")[rng.integers(2)]
        text = f"Is there arable land in the {word} image?"
        rows += [(f"P{number}", "train", "binary", "presence", text, answer)] * 4
    rows.append(("Q", "bench", "binary", "presence", "Is there arable land?", "no"))
    path = write_rows(tmp_path / "dataset.parquet", rows)
    _, (learnt,) = blind(path, "binary")
    assert learnt.predictor.startswith("constant")
    assert 35 < learnt.accuracy < 65


def test_boxes_of_one_size_round_their_points_are_learnt(tmp_path):
    path = world(tmp_path / "dataset.parquet")
    answers, (learnt,) = blind(path, "referring")
    assert learnt.predictor.startswith("box round the point")
    assert learnt.accuracy > 99
    truth = {row["ID"]: row["output"] for row in read_table(path, DATASET).to_pylist()}
    assert all(
        np.allclose([float(side) for side in answers[number].strip("[]").replace(",", "").split()],
                    [float(side) for side in truth[number].strip("[]").replace(",", "").split()], atol=0.011)
        for number in answers
    )  # fmt: skip


def test_each_class_and_extreme_has_its_box(tmp_path):
    boxes = {
        "<ref>mixed forest</ref>": "[0.0 0.0, 0.5 0.5]",
        "<ref>largest patch of pastures</ref>": "[0.0 0.0, 1.0 1.0]",
        "<ref>smallest patch of pastures</ref>": "[0.8 0.8, 0.9 0.9]",
    }
    rows = [
        (f"P{number}{split}", split, "bounding box", "reference", f"Where is the {text}?", box)
        for split, times in (("train", 80), ("bench", 1))
        for number in range(times)
        for text, box in boxes.items()
    ]
    path = write_rows(tmp_path / "dataset.parquet", rows)
    answers, (learnt,) = blind(path, "referring")
    assert share_right(path, answers) == 1
    assert learnt.accuracy == 100


def test_without_training_rows_it_is_said_so(tmp_path):
    rows = binary(["arable land"], ["yes"], "validation") + binary(["arable land"], ["no"], "bench", 5)
    path = write_rows(tmp_path / "dataset.parquet", [*rows, choice(CLASSES, 1, "Q", "bench")])
    answers, learnt = blind(path, "binary")
    assert set(answers.values()) == {"yes"}
    assert learnt[0].accuracy is None
    assert "presence none" in blind_notes(learnt)
    assert set(blind(path, "mcq")[0].values()) == {"a"}


def test_questions_that_are_not_understood_are_answered_too(tmp_path):
    rows = binary(["gravel", "concrete"] * 40, ["yes", "no"] * 40, "train")
    rows += binary(["gravel", "concrete"], ["yes", "no"], "bench", 100)
    path = write_rows(tmp_path / "dataset.parquet", rows)
    answers, (learnt,) = blind(path, "binary")
    assert share_right(path, answers) == 1
    assert learnt.predictor.startswith("words")


@pytest.mark.parametrize(
    ("task", "row"),
    [
        ("binary", ("P", "train", "binary", "presence", "Is there arable land?", "perhaps")),
        ("mcq", (*choice(CLASSES, 0, "P", "train")[:5], "e")),
        ("referring", ("P", "train", "bounding box", "reference", "Where is <ref>pastures</ref>?", "left")),
    ],
)  # fmt: skip
def test_a_training_answer_that_is_none_is_refused(tmp_path, task, row):
    rows = [row, (row[0], "bench", *row[2:])]
    with pytest.raises(InputError, match="the data set's answer") as caught:
        blind(write_rows(tmp_path / "dataset.parquet", rows), task)
    assert (caught.value.file, caught.value.item) == (tmp_path / "dataset.parquet", row[5])


def test_a_split_without_rows_is_refused(tmp_path):
    path = write_rows(tmp_path / "dataset.parquet", binary(["arable land"], ["yes"], "train"))
    with pytest.raises(InputError, match="the split bench has no annotations of type binary"):
        blind(path, "binary")


def run(run_program, folder, path, task, check=True):
    settings = {"run": "mini", "seed": 7, "blind": {"rows": 30, "folds": 3}}
    return run_program(
        "answer_blind", "--task", task, "--dataset", path, "--out", folder / "answers.parquet",
        "--status", folder / "status.json", "--settings", json.dumps(settings), check=check,
    )  # fmt: skip


def test_the_program_writes_answers_and_says_how_they_came_about(run_program, tmp_path):
    path = world(tmp_path / "dataset.parquet")
    run(run_program, tmp_path, path, "binary")
    table = read_table(tmp_path / "answers.parquet", PREDICTIONS)
    answers, _ = blind(path, "binary", settings=BlindSettings(rows=30, folds=3))
    assert dict(zip(table["ID"].to_pylist(), table["answer"].to_pylist(), strict=True)) == answers
    status = json.loads((tmp_path / "status.json").read_text())
    (learnt,) = status["learnt"]
    assert (status["status"], learnt["rows"], learnt["available"]) == ("predicted", 30, 120)
    assert f"presence {learnt['accuracy']:.1f} %" in status["weights"]
    assert status["split"] == "bench"


def test_captions_are_not_answered_and_the_status_says_why(run_program, tmp_path):
    run(run_program, tmp_path, world(tmp_path / "dataset.parquet"), "captioning")
    assert len(read_table(tmp_path / "answers.parquet", PREDICTIONS)) == 0
    status = json.loads((tmp_path / "status.json").read_text())
    assert status["status"] == "unavailable"
    assert "not defined for captions" in status["reason"]


def test_a_failed_program_leaves_nothing(run_program, tmp_path):
    path = write_rows(tmp_path / "dataset.parquet", binary(["arable land"], ["yes"], "train"))
    failed = run(run_program, tmp_path, path, "binary", check=False)
    assert failed.returncode == 1
    assert "no annotations of type binary" in failed.stderr
    assert sorted(file.name for file in tmp_path.iterdir()) == ["dataset.parquet"]
