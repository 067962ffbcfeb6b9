"""The oracle on a map that is simple enough to answer by hand, and on released rows."""

import json
from collections import Counter

import numpy as np
import pyarrow.parquet as pq
import pytest

from bentxt.evaluation.answered_items import read_answered_items
from bentxt.evaluation.scoring import score_task
from bentxt.evaluation.scoring_settings import BinarySettings, ScoringSettings
from bentxt.release import TASKS
from bentxt.tables.schemas.predictions_schema import PREDICTIONS
from bentxt.tables.table_files import read_table
from worlds.map_archives import TILE, archive_of, tif
from worlds.metadata_world import metadata_rows
from worlds.question_rows_world import changed, write_rows

HALVES, UNMAPPED, UNLISTED = f"{TILE}_01_01", f"{TILE}_02_02", f"{TILE}_03_03"
ZONE, OTHERS = "Cold, no dry season, warm summer", ("Polar, tundra", "Arid, desert, hot", "Polar, frost")


def halves():
    """Arable land in the left half, coniferous forest in the right one, a lake of 10 × 10 pixels in that."""
    codes = np.full((120, 120), 211, np.uint16)
    codes[:, 60:] = 312
    codes[20:30, 90:100] = 512
    return codes


def mcq(category, text, options, answer):
    return (HALVES, "bench", "mcq", category, f"{text} {options}", answer)


PAIRS = (
    "a) Arable land and Inland waters, b) Arable land and Coniferous forest, c) Inland waters and Pastures"
)
#: Questions about that map with the answers that it gives.
ROWS = [
    (HALVES, "bench", "binary", "presence", "Is there any arable land in the image?", "yes"),
    (HALVES, "bench", "binary", "presence", "Are marine waters visible in the image?", "no"),
    (HALVES, "bench", "binary", "area", "Do arable lands cover at least 50% of the image?", "yes"),
    (HALVES, "bench", "binary", "area", "Do arable lands cover more than 720000 m2?", "no"),
    (HALVES, "bench", "binary", "count", "Is there a single region of inland waters?", "yes"),
    (HALVES, "bench", "binary", "adjacency", "Does any arable land border inland waters?", "no"),
    mcq("presence", "Which is it?", "a) Pastures, b) Marine waters, c) Inland waters, d) Urban fabric", "c"),
    mcq("area", "How large are inland waters?", "a) 10 to 20%, b) 20 to 40%, c) 0 to 10%, d) 50 to 60%", "c"),
    mcq("count", "How many regions of coniferous forest are there?", "a) 0, b) 3, c) 4, d) 1", "d"),
    mcq("adjacency", "Which touch?", f"{PAIRS}, d) Pastures and Urban fabric", "b"),
    mcq(
        "relative pos",
        "In relation to the arable land, where is the coniferous forest?",
        "a) to the left, b) to the top, c) to the bottom, d) to the right",
        "d",
    ),
    mcq("country", "Which country is it?", "a) Austria, b) Finland, c) Kosovo, d) Serbia", "a"),
    mcq("season", "Which season is it?", "a) Winter, b) Summer, c) Fall, d) Spring", "b"),
    mcq("climate zone", "Which zone?", f"a) {OTHERS[0]}, b) {OTHERS[1]}, c) {OTHERS[2]}, d) {ZONE}", "d"),
    (HALVES, "bench", "bounding box", "reference", "Find the <ref>arable land</ref>.", "[0.0 0.0, 0.5 1.0]"),
    (
        HALVES, "bench", "bounding box", "point",
        "Draw a box around the region at <point>(0.79, 0.21)</point>.", "[0.75 0.16, 0.84 0.25]",
    ),
]  # fmt: skip


@pytest.fixture
def world(tmp_path):
    """A map of one patch of two, and metadata of both."""
    archive_of(tmp_path, [(HALVES, tif(HALVES, halves()))])
    pq.write_table(metadata_rows([HALVES, UNMAPPED]), tmp_path / "metadata.parquet")
    return tmp_path


def answer(run_program, folder, rows, task, zone=ZONE):
    """Run the program; return answers by ID and the status."""
    path = write_rows(folder / "rows.parquet", rows)
    path = changed(path, folder / "dataset.parquet", climate_zone=[zone] * len(rows))
    settings = {
        "run": "mini",
        "questions": {"adjacency_min_border": 1},
        "reference_maps": {"maps_per_shard": 10},
    }
    run_program(
        "answer_from_maps", "--task", task, "--dataset", path,
        "--reference-maps", folder / "Reference_Maps.tar.zst", "--metadata", folder / "metadata.parquet",
        "--out", folder / "answers.parquet", "--status", folder / "status.json",
        "--settings", json.dumps(settings),
    )  # fmt: skip
    assert not list(folder.glob(".answers*"))
    table = read_table(folder / "answers.parquet", PREDICTIONS)
    assert table["failure"].null_count == len(table)
    answers = dict(zip(table["ID"].to_pylist(), table["answer"].to_pylist(), strict=True))
    return answers, json.loads((folder / "status.json").read_text())


@pytest.mark.parametrize(
    ("task", "kind"), [("binary", "binary"), ("mcq", "mcq"), ("referring", "bounding box")]
)
def test_questions_are_answered_as_by_hand(run_program, world, task, kind):
    answers, status = answer(run_program, world, ROWS, task)
    expected = {number: row[5] for number, row in enumerate(ROWS, start=1) if row[2] == TASKS[task]}
    assert answers == expected
    assert status["findings"] == {}
    assert status["weights"].endswith(f"{len(expected)} rows, each with one answer")


def test_the_answers_of_the_rows_are_not_looked_at(run_program, world):
    expected, _ = answer(run_program, world, ROWS, "mcq")
    turned = [(*row[:5], "a") for row in ROWS]
    assert answer(run_program, world, turned, "mcq")[0] == expected


def test_what_cannot_be_answered_is_empty_and_counted(run_program, world):
    """A patch without a map still has country and season; one outside the metadata has a season."""
    country = "Which country is it? a) Austria, b) Finland, c) Kosovo, d) Serbia"
    rows = [
        mcq("presence", "Which is it?", "a) Gravel, b) Marine waters, c) Inland waters, d) Pastures", "c"),
        mcq(
            "presence",
            "Which is there?",
            "a) Pastures, b) Urban fabric, c) Marine waters, d) Mixed forest",
            "a",
        ),
        (UNMAPPED, *ROWS[6][1:]),
        (UNMAPPED, "bench", "mcq", "country", country, "a"),
        (UNLISTED, "bench", "mcq", "country", country, "a"),
        (UNLISTED, *ROWS[12][1:]),
        mcq("count", "How many regions of arable land?", "a) 1, b) 3, c) More than five, d) 2", "a"),
    ]
    answers, status = answer(run_program, world, rows, "mcq")
    assert list(answers.values()) == ["", "", "", "a", "", "b", "a"]
    assert status["findings"] == {
        "question not understood": 1,
        "no answer in the map": 1,
        "no reference map": 1,
        "the metadata does not list the patch": 1,
    }
    assert "1 no reference map" in status["weights"]


def test_of_several_right_options_the_first_is_given_and_counted(run_program, world):
    options = "a) 0 to 10%, b) 50 to 60%, c) 40 to 50%, d) 80 to 90%"
    answers, status = answer(
        run_program, world, [mcq("area", "Which share do arable lands have?", options, "c")], "mcq"
    )
    assert list(answers.values()) == ["b"]
    assert status["findings"] == {"several right answers, the first taken": 1}


def test_captions_are_not_answered(run_program, world):
    rows = [(HALVES, "bench", "captioning", "None", "Describe the image.", "A scene.")]
    answers, status = answer(run_program, world, rows, "captioning")
    assert answers == {}
    assert (status["status"], "not defined for captions" in status["reason"]) == ("unavailable", True)


def test_released_rows_with_a_map_are_answered_as_released(run_program, real_data, tmp_path):
    """All rows at hand as one benchmark split, through the program and our scoring."""
    lines = []
    for name in ("annotation_rows.jsonl", "quoted_rows.jsonl"):
        lines += (real_data / name).read_text(encoding="utf-8").splitlines()
    given = [json.loads(line) for line in lines]
    given = [row for row in given if row["type"] != "captioning" and row["patch_id"]]
    rows = [
        (row["patch_id"], "bench", row["type"], row["category"], row["input"], row["output"]) for row in given
    ]
    (tmp_path / "Reference_Maps.tar.zst").symlink_to(real_data / "Reference_Maps")
    (tmp_path / "metadata.parquet").symlink_to(real_data / "metadata.parquet")
    mapped = {path.name.removesuffix("_reference_map.tif") for path in real_data.rglob("*_reference_map.tif")}
    scored = Counter()
    for task in ("binary", "mcq", "referring"):
        answers, _ = answer(run_program, tmp_path, rows, task)
        items = read_answered_items(
            [tmp_path / "answers.parquet"], tmp_path / "dataset.parquet", task=task, split="bench"
        )
        known = [
            place
            for place, (patch, category) in enumerate(zip(items["patch_id"], items["category"], strict=True))
            if category in ("country", "season") or (patch in mapped and category != "climate zone")
        ]
        assert all(items["answer"][place] for place in known)
        unmapped = set(range(len(answers))) - set(known)
        assert all(
            items["answer"][place] == "" for place in unmapped if items["category"][place] != "climate zone"
        )
        items = {name: [values[place] for place in known] for name, values in items.items()}
        settings = BinarySettings(10, True) if task == "binary" else ScoringSettings(10)
        score = score_task(task, items, settings, 1).score
        assert score.metrics["miou" if task == "referring" else "accuracy"].value == 100
        assert (score.strict, score.unparsed) == (len(known), 0)
        scored[task] = len(known)
    assert min(scored.values()) >= 10, scored
