"""The data set: columns, order, identifiers and splits of the release."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bentxt.dataset.assembly import assemble_dataset
from bentxt.errors import InputError
from bentxt.program.lineage import read_lineage
from bentxt.release import TYPES
from bentxt.tables.schemas.benchmark_rows_schema import BENCHMARK_ROWS
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.schemas.patches_schema import PATCHES
from bentxt.tables.schemas.questions_schema import QUESTIONS
from bentxt.tables.table_files import write_table
from worlds.question_world import LINEAGE, patch_table, question

SPLITS = ("train", "test", "validation", "test")


def bench_row(annotation_type, category, output, patch_id="P003"):
    """Return a row of the benchmark split."""
    return {
        "patch_id": patch_id,
        "type": annotation_type,
        "category": category,
        "input": "Of the pool?",
        "output": output,
        "template": "t",
    }


@pytest.fixture
def tables(tmp_path):
    """Write the tables of four patches; P003 is in the benchmark split with three rows."""
    rows = {name: [] for name in TYPES}
    for n in range(len(SPLITS)):
        rows["binary"].append(question(n, "adjacency", "yes", [1, 2]))
        rows["binary"].append(question(n, "presence", "no", [4]))
        rows["bounding box"] += [question(n, "point", "[0.0 0.0, 1.0 1.0]", [1])] * (n % 2)
        rows["captioning"].append(question(n, "None", f"Caption {n}.", []))
        rows["mcq"] += [question(n, "area", "a", [1]), question(n, "season", "b", [])]
    paths = {}
    for name, own in rows.items():
        paths[name] = tmp_path / f"{name}.parquet"
        write_table(paths[name], pa.Table.from_pylist(own, schema=QUESTIONS), QUESTIONS, LINEAGE)
    bench = pa.Table.from_pylist(
        [
            bench_row("binary", "adjacency", "no"),
            bench_row("binary", "presence", "yes"),
            bench_row("mcq", "area", "d"),
        ],
        schema=BENCHMARK_ROWS,
    )
    write_table(tmp_path / "bench.parquet", bench, BENCHMARK_ROWS, LINEAGE)
    write_table(tmp_path / "patches.parquet", patch_table(SPLITS), PATCHES, LINEAGE)
    return tmp_path, paths


def assemble(tables, block=8192):
    folder, paths = tables
    out = folder / "dataset.parquet"
    assemble_dataset(folder / "patches.parquet", paths, folder / "bench.parquet", out, LINEAGE, block)
    return pq.read_table(out)


def test_rows_come_in_the_order_of_the_release(tables):
    table = assemble(tables)
    assert table.schema.remove_metadata().equals(DATASET.remove_metadata())
    assert table["ID"].to_pylist() == list(range(1, len(table) + 1))
    found = [(row["patch_id"], row["type"], row["category"]) for row in table.to_pylist()]
    plain = [
        ("binary", "adjacency"),
        ("binary", "presence"),
        ("captioning", "None"),
        ("mcq", "area"),
        ("mcq", "season"),
    ]
    boxed = [*plain[:2], ("bounding box", "point"), *plain[2:]]
    bench = [("binary", "adjacency"), ("binary", "presence"), ("mcq", "area")]
    expected = [plain, boxed, plain, bench]
    assert found == [(f"P{n:03d}", *row) for n, own in enumerate(expected) for row in own]


def test_bench_patches_leave_the_test_split_and_have_their_own_rows_only(tables):
    rows = assemble(tables).to_pylist()
    splits = {row["patch_id"]: row["split"] for row in rows}
    assert splits == {"P000": "train", "P001": "test", "P002": "validation", "P003": "bench"}
    assert {row["patch_id"] for row in rows if row["input"] == "Of the pool?"} == {"P003"}
    assert [row["output"] for row in rows if row["split"] == "bench"] == ["no", "yes", "d"]


def test_facts_of_the_patch_stand_in_each_row(tables):
    patches = {row["patch_id"]: row for row in patch_table(SPLITS).to_pylist()}
    for row in assemble(tables).to_pylist():
        for name in ("s1_name", "latitude", "longitude", "country", "season", "climate_zone"):
            assert row[name] == patches[row["patch_id"]][name]


@pytest.mark.parametrize("block", [1, 3])
def test_the_block_size_has_no_effect(tables, block):
    assert assemble(tables, block).equals(assemble(tables))


def test_rows_of_strangers_are_refused(tables):
    folder, paths = tables
    for stranger in ("P001x", "Q"):
        rows = [
            *pq.read_table(paths["captioning"]).to_pylist(),
            {**question(0, "None", "A caption.", []), "patch_id": stranger},
        ]
        rows.sort(key=lambda row: row["patch_id"])
        write_table(folder / "m.parquet", pa.Table.from_pylist(rows, schema=QUESTIONS), QUESTIONS, LINEAGE)
        with pytest.raises(InputError, match="not kept") as caught:
            assemble((folder, {**paths, "captioning": folder / "m.parquet"}))
        assert caught.value.item == stranger
        assert not (folder / "dataset.parquet").exists()


@pytest.mark.parametrize("patch_id", ["P001x", "P002"])
def test_benchmark_rows_of_other_patches_than_test_patches_are_refused(tables, patch_id):
    folder, _ = tables
    bench = pa.Table.from_pylist([bench_row("mcq", "area", "a", patch_id)], schema=BENCHMARK_ROWS)
    write_table(folder / "bench.parquet", bench, BENCHMARK_ROWS, LINEAGE)
    with pytest.raises(InputError, match="no test patch of this run") as caught:
        assemble(tables)
    assert caught.value.item == patch_id
    assert not (folder / "dataset.parquet").exists()


def test_the_program_passes_on_what_the_benchmark_depends_on(tables, run_program):
    folder, paths = tables
    arguments = ["--patches", folder / "patches.parquet", "--benchmark-rows", folder / "bench.parquet"]
    for name, path in paths.items():
        arguments += [f"--{name.replace(' ', '-')}", path]
    run_program(
        "assemble_dataset", *arguments, "--out", folder / "d.parquet", "--settings", '{"run": "mini"}'
    )
    written = read_lineage(folder / "d.parquet")
    assert written["settings"] == {"run": "mini"}
    assert written["notes"] == {"benchmark_split": {}}
    assert pq.read_table(folder / "d.parquet").equals(assemble(tables))
