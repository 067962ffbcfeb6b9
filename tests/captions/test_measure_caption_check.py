"""The programs that measure the check and report on it, as they are run."""

import csv
import json
import sys

import numpy as np
import pyarrow as pa
import pytest

import measure_caption_check
import report_caption_check
from bentxt.captions.caption_check import check_caption
from bentxt.captions.caption_choice import choose
from bentxt.captions.damages.damage_kinds import BROKEN, KINDS, UNDAMAGED
from bentxt.captions.damages.drawn_captions import captions_of_models, drawn
from bentxt.captions.grammar import paraphrase
from bentxt.captions.template_captions import template_caption
from bentxt.errors import InputError
from bentxt.reporting.caption_rates import PEOPLE
from bentxt.review.review_files import CANDIDATES, Review, caption_hash, write_reviews
from bentxt.tables.schemas.augmented_captions_schema import AUGMENTED_CAPTIONS
from bentxt.tables.schemas.caption_damages_schema import CAPTION_DAMAGES
from bentxt.tables.table_files import read_table, write_table
from worlds.caption_tables import SETTINGS, STRICT, facts_of, random_map, write_tables
from worlds.checked_captions import LINEAGE

MAPS = [random_map(seed, regions=5) for seed in range(5)] + [np.full((120, 120), 18, np.uint8)]
FACTS = [facts_of(class_map, f"PATCH_{number:04d}") for number, class_map in enumerate(MAPS, 1)]
SETTING = SETTINGS | {"caption_damages": {"captions": 4}, "statistics": {"mtld_threshold": 0.72}}


def augmented(backend):
    """Return augmented captions as a run has them: of a model, every second paraphrase is wrong."""
    for number, patch in enumerate(FACTS):
        good, template = paraphrase(patch, SETTINGS["seed"]), template_caption(patch)
        versions = (good, good) if backend == "grammar" else ("A lake." if number % 2 else good, "No.")
        yield {
            **dict.fromkeys(AUGMENTED_CAPTIONS.names, ""),
            "patch_id": patch.patch_id,
            "template": template,
            **dict(zip(("paraphrased", "refined"), versions, strict=True)),
            **choose(template, *versions, patch, STRICT),
            "backend": backend,
            "model": "" if backend == "grammar" else "a-model",
        }


def run(program, *arguments):
    """Run a program in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [program.__name__, *map(str, arguments)])
        program.main()


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Run both programs on a run of the grammar and on one of a model; return the folder of each."""
    folder = tmp_path_factory.mktemp("check")
    paths = write_tables(folder, MAPS)
    names = ("--patches", "--maps", "--instances", "--adjacencies")
    tables = [part for pair in zip(names, paths, strict=True) for part in pair]
    found = {}
    for backend in ("grammar", "openai"):
        own = folder / backend
        own.mkdir()
        rows = list(augmented(backend))
        for shard, part in enumerate((rows[:2], rows[2:])):
            columns = {name: [row[name] for row in part] for name in AUGMENTED_CAPTIONS.names}
            write_table(own / f"{shard}-2.parquet", columns, AUGMENTED_CAPTIONS, LINEAGE)
        shards = [own / f"{shard}-2.parquet" for shard in range(2)]
        options = ["--captions", *shards, "--settings", json.dumps(SETTING)]
        run(measure_caption_check, *options, *tables, "--out", own / "damages.parquet")
        run(report_caption_check, *options, "--damages", own / "damages.parquet", "--out", own / "c.csv")
        found[backend] = own
    return found


def rows_of(folder):
    return read_table(folder / "damages.parquet", CAPTION_DAMAGES).to_pylist()


def test_each_row_is_the_checks_verdict_on_its_text(measured):
    facts = {patch.patch_id: patch for patch in FACTS}
    rows = rows_of(measured["grammar"])
    for row in rows[::7]:
        verdict = check_caption(row["caption"], facts[row["patch_id"]], STRICT)
        assert row["passed"] == verdict.passed
        if row["group"] in BROKEN:
            assert row["by_criterion"] == (not getattr(verdict, BROKEN[row["group"]]))
    undamaged = [row for row in rows if row["kind"] == UNDAMAGED]
    assert len(undamaged) == 4
    for row in undamaged:
        assert row["caption"] == paraphrase(facts[row["patch_id"]], SETTINGS["seed"])


def test_refused_captions_are_not_damaged(measured):
    for folder in measured.values():
        rows = rows_of(folder)
        refused = {(r["wording"], r["patch_id"]) for r in rows if r["kind"] == UNDAMAGED and not r["passed"]}
        damaged = {(r["wording"], r["patch_id"]) for r in rows if r["kind"] != UNDAMAGED}
        assert not refused & damaged


def test_a_models_captions_are_damaged_where_the_run_uses_them(measured):
    assert {row["wording"] for row in rows_of(measured["grammar"])} == {"grammar"}
    rows = [row for row in rows_of(measured["openai"]) if row["wording"] == "model"]
    used = {f"PATCH_{number:04d}" for number in (1, 3, 5)}
    assert {row["patch_id"] for row in rows} <= used
    assert rows
    assert not {row["kind"] for row in rows} & {kind.name for kind in KINDS if kind.grammar_only}


def test_the_report_is_written_with_its_provenance(measured):
    for backend, folder in measured.items():
        provenance = json.loads((folder / "c.provenance.json").read_text())
        assert provenance["run"] == "mini"
        assert provenance["target"] == ["c.csv", "c.pdf", "c.png", "c.html"]
        assert all((folder / name).stat().st_size > 1000 for name in provenance["target"])
        assert ("language model" in (folder / "c.html").read_text()) == (backend == "grammar")
        rows = list(csv.DictReader((folder / "c.csv").open(encoding="utf-8", newline="")))
        assert {row["run"] for row in rows} == {"mini", "published"}
        used = {row["captions_of"]: row["count"] for row in rows if row["part"] == "use"}
        assert used == (
            {"refined": "6", "paraphrased": "0", "template": "0"}
            if backend == "grammar"
            else {"refined": "0", "paraphrased": "3", "template": "3"}
        )


def test_people_who_reviewed_have_their_rates(measured, tmp_path, caplog):
    folder = measured["grammar"]
    table = read_table(folder / "0-2.parquet", AUGMENTED_CAPTIONS)
    texts = dict(zip(table["patch_id"].to_pylist(), table["caption"].to_pylist(), strict=True))
    (first, one), (second, other) = texts.items()
    right, wrong = (True, True, True, True), (True, True, False, True)
    reviews = [
        Review(first, caption_hash(one), ("Anna",), right),
        Review(second, caption_hash(other), ("Anna",), right),
        # Not right for all who read it.
        Review(second, caption_hash(other), ("Ben",), wrong),
        # Another text, and one of the benchmark's candidates.
        Review(first, caption_hash("another"), ("Ben",), wrong),
        Review(first, caption_hash(one), ("Ben",), wrong, sample=CANDIDATES),
    ]
    write_reviews(tmp_path / "reviews.csv", reviews)
    shards = [folder / f"{shard}-2.parquet" for shard in range(2)]
    options = ["--captions", *shards, "--damages", folder / "damages.parquet", "--out", tmp_path / "c.csv"]
    options += ["--reviews", tmp_path / "reviews.csv", "--settings", json.dumps(SETTING)]
    run(report_caption_check, *options)
    assert "another text" in caplog.text
    with (tmp_path / "c.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["captions_of"] == PEOPLE]
    assert {row["item"]: row["value"] for row in rows} == {
        "linguistically_correct": "100.00",
        "factually_accurate": "100.00",
        "complete": "50.00",
        "free_of_artifacts": "100.00",
        "all four": "50.00",
        "mean of the four": "87.50",
    }


def test_no_captions_and_another_runs_captions_are_refused(measured, tmp_path):
    folder = measured["grammar"]
    options = ["--damages", folder / "damages.parquet", "--out", tmp_path / "c.csv"]
    empty = {name: [] for name in AUGMENTED_CAPTIONS.names}
    write_table(tmp_path / "0-1.parquet", empty, AUGMENTED_CAPTIONS, LINEAGE)
    with pytest.raises(InputError, match="no caption to report on"):
        run(
            report_caption_check,
            *("--captions", tmp_path / "0-1.parquet", *options, "--settings", json.dumps(SETTING)),
        )
    shards = [folder / f"{shard}-2.parquet" for shard in range(2)]
    paper = json.dumps(SETTING | {"run": "paper"})
    with pytest.raises(InputError, match="input of the run 'mini'"):
        run(report_caption_check, "--captions", *shards, *options, "--settings", paper)
    assert [path.name for path in tmp_path.iterdir()] == ["0-1.parquet"]


def test_damages_of_no_captions_are_an_empty_table(measured, tmp_path):
    # No patches, no captions: nothing to damage, and no failure.
    paths = write_tables(tmp_path, [])
    names = ("--patches", "--maps", "--instances", "--adjacencies")
    tables = [part for pair in zip(names, paths, strict=True) for part in pair]
    empty = {name: [] for name in AUGMENTED_CAPTIONS.names}
    write_table(tmp_path / "0-1.parquet", empty, AUGMENTED_CAPTIONS, LINEAGE)
    options = ["--captions", tmp_path / "0-1.parquet", "--settings", json.dumps(SETTING)]
    run(measure_caption_check, *options, *tables, "--out", tmp_path / "damages.parquet")
    assert rows_of(tmp_path) == []


def test_one_more_patch_changes_no_draw():
    ids = [f"P{number}" for number in range(50)]
    chosen = drawn(ids, 10, 7)
    assert len(chosen) == 10
    assert drawn(ids[::-1], 10, 7) == chosen
    assert len(drawn([*ids, "Q"], 10, 7) & chosen) >= 9
    assert drawn(ids, 99, 7) == set(ids)
    assert drawn(ids, 10, 8) != chosen


def test_only_rewritten_captions_of_a_model_are_a_models():
    table = pa.table(
        {
            "patch_id": ["a", "b", "c"],
            "caption": ["one", "two", "three"],
            "used": ["refined", "paraphrased", "template"],
            "backend": ["grammar", "vllm", "vllm"],
        }
    )
    assert captions_of_models(table) == {"b": "two"}
