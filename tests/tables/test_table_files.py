"""Tables are written whole, with their lineage, and read whoever wrote them."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bentxt.errors import InputError
from bentxt.program.lineage import Lineage, read_lineage
from bentxt.release import TASKS, TYPES
from bentxt.tables.all_schemas import TABLES
from bentxt.tables.schemas.adjacencies_schema import ADJACENCIES
from bentxt.tables.schemas.augmented_captions_schema import AUGMENTED_CAPTIONS
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.schemas.maps_schema import MAPS
from bentxt.tables.schemas.metadata_schema import METADATA
from bentxt.tables.schemas.template_captions_schema import TEMPLATE_CAPTIONS
from bentxt.tables.table_files import TableWriter, declared, read_table, write_table
from worlds.foreign_files import FORMS
from worlds.metadata_world import metadata_rows

LINEAGE = Lineage("write_captions.py", {"run": "mini"}, "0123", {"note": "Köppen"})
ROWS = {"patch_id": ["a", "b"], "caption": ["one", "two"]}


def test_round_trip_with_lineage(tmp_path):
    write_table(tmp_path / "t.parquet", ROWS, TEMPLATE_CAPTIONS, LINEAGE)
    assert read_table(tmp_path / "t.parquet", TEMPLATE_CAPTIONS).to_pydict() == ROWS
    assert read_lineage(tmp_path / "t.parquet") == LINEAGE.to_dict()
    assert read_table(tmp_path / "t.parquet", TEMPLATE_CAPTIONS, ["caption"]).schema.names == ["caption"]


@pytest.mark.parametrize("name", TABLES)
def test_each_schema_survives_a_file(tmp_path, name):
    write_table(tmp_path / "t.parquet", TABLES[name].empty_table(), TABLES[name], LINEAGE)
    assert len(read_table(tmp_path / "t.parquet", TABLES[name])) == 0


def test_parts_and_types_that_fit_are_cast(tmp_path):
    wide = pa.table({name: pa.array([1, 2], pa.int64()) for name in reversed(ADJACENCIES.names)})
    with TableWriter(tmp_path / "t.parquet", ADJACENCIES, LINEAGE) as writer:
        writer.write(wide)
        writer.write({name: [3] for name in ADJACENCIES.names})
        assert writer.rows == 3
        assert not (tmp_path / "t.parquet").exists()
    assert read_table(tmp_path / "t.parquet", ADJACENCIES)["first_class"].to_pylist() == [1, 2, 3]


@pytest.mark.parametrize(
    "rows",
    [
        {"patch_id": ["a"]},
        {"patch_id": ["a", None], "caption": ["one", "two"]},
        {"patch_id": [1], "caption": ["one"]},
        {"patch_id": ["a", "b"], "caption": ["one"]},
    ],
)
def test_rows_that_do_not_fit_leave_no_file(tmp_path, rows):
    with pytest.raises((ValueError, KeyError, pa.ArrowException)):
        write_table(tmp_path / "t.parquet", rows, TEMPLATE_CAPTIONS, LINEAGE)
    assert not list(tmp_path.iterdir())


def test_number_out_of_range_is_not_wrapped(tmp_path):
    rows = pa.table({name: [300] for name in ADJACENCIES.names})
    with pytest.raises(pa.ArrowInvalid, match="300"):
        write_table(tmp_path / "t.parquet", rows, ADJACENCIES, LINEAGE)
    assert not list(tmp_path.iterdir())


def write_parts(target, *parts):
    with TableWriter(target, TEMPLATE_CAPTIONS, LINEAGE) as writer:
        for part in parts:
            writer.write(part)


def test_failure_between_parts_keeps_the_old_table(tmp_path):
    target = tmp_path / "t.parquet"
    write_table(target, ROWS, TEMPLATE_CAPTIONS, LINEAGE)
    with pytest.raises(ValueError, match="null"):
        write_parts(target, {"patch_id": ["c"], "caption": ["three"]}, {"patch_id": [None], "caption": ["x"]})
    assert read_table(target, TEMPLATE_CAPTIONS).to_pydict() == ROWS
    assert list(tmp_path.iterdir()) == [target]


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match=r"not found(.|\n)*nowhere\.parquet"):
        read_table(tmp_path / "nowhere.parquet", TEMPLATE_CAPTIONS)


def test_file_that_is_no_table(tmp_path):
    (tmp_path / "t.parquet").write_bytes(b"PAR1 but not really")
    with pytest.raises(InputError, match=r"not a readable Parquet(.|\n)*t\.parquet"):
        read_table(tmp_path / "t.parquet", TEMPLATE_CAPTIONS)


def test_table_with_damaged_pages(tmp_path):
    target = tmp_path / "t.parquet"
    captions = [f"caption {index * 7919 % 10007}" for index in range(10000)]
    write_table(
        target,
        {"patch_id": [str(index) for index in range(10000)], "caption": captions},
        TEMPLATE_CAPTIONS,
        LINEAGE,
    )
    data = bytearray(target.read_bytes())
    data[1000:9000] = bytes(8000)
    target.write_bytes(data)
    with pytest.raises(InputError, match="not a readable Parquet"):
        read_table(target, TEMPLATE_CAPTIONS)


def test_table_of_another_schema_names_what_is_missing(tmp_path):
    pq.write_table(pa.table({"patch_id": ["a"]}), tmp_path / "t.parquet")
    with pytest.raises(InputError, match="columns missing: caption"):
        read_table(tmp_path / "t.parquet", TEMPLATE_CAPTIONS)
    pq.write_table(pa.table({"patch_id": ["a"], "caption": [1]}), tmp_path / "t.parquet")
    with pytest.raises(InputError, match="int64"):
        read_table(tmp_path / "t.parquet", TEMPLATE_CAPTIONS)


def test_folder_with_an_equals_sign_is_no_partition(tmp_path):
    target = tmp_path / "caption=x" / "run=1" / "t.parquet"
    write_table(target, ROWS, TEMPLATE_CAPTIONS, LINEAGE)
    assert read_table(target, TEMPLATE_CAPTIONS).to_pydict() == ROWS


def test_file_without_lineage(tmp_path):
    pq.write_table(pa.table(ROWS), tmp_path / "t.parquet")
    assert read_lineage(tmp_path / "t.parquet") is None


def test_tasks_cover_the_types():
    assert sorted(TASKS.values()) == sorted(TYPES)


def test_published_metadata_has_the_schema(real_data):
    for name in ("metadata.parquet", "metadata_for_patches_with_snow_cloud_or_shadow.parquet"):
        assert read_table(real_data / name, METADATA, ["split"])["split"].null_count == 0


DATA = {
    "ID": [1, 2, 3, 4],
    "s1_name": ["s"] * 4,
    "patch_id": ["a", "a", "b", "c"],
    "input": ["Is it?", "Was ist das? é", "Which? a) x, b) y", "Describe it."],
    "output": ["yes", "no", "b", "A caption, with a comma."],
    "type": ["binary", "binary", "mcq", "captioning"],
    "category": ["presence", "area", "count", "None"],
    "split": ["train", "train", "test", "bench"],
    "latitude": [48.1, 48.1, 47.25, 61.0],
    "longitude": [13.0, 13.0, -9.5, 25.125],
    "country": ["Austria", "Austria", "Portugal", "Finland"],
    "season": ["Summer", "Summer", "Fall", "Winter"],
    "climate_zone": ["Cold, no dry season, warm summer"] * 4,
}


def form(write):
    return write.__name__


@pytest.mark.parametrize("write", FORMS, ids=form)
def test_the_data_set_is_read_whoever_wrote_it(tmp_path, write):
    table = pa.table(DATA, schema=DATASET)
    write(table, tmp_path / "t.parquet")
    found = read_table(tmp_path / "t.parquet", DATASET)
    assert found.equals(table.replace_schema_metadata())
    assert found.schema.equals(declared(DATASET, DATASET.names))
    # No index of pandas comes back as one.
    assert list(read_table(tmp_path / "t.parquet", DATASET, ["split", "patch_id"]).to_pandas()) == [
        "split",
        "patch_id",
    ]


@pytest.mark.parametrize("write", FORMS, ids=form)
def test_metadata_are_read_whoever_wrote_them(tmp_path, write):
    table = metadata_rows(["p1", "p2", "p3"], labels=[["Pastures", "Arable land"], [], ["Mixed forest"]])
    write(table, tmp_path / "t.parquet")
    assert read_table(tmp_path / "t.parquet", METADATA).equals(table)


@pytest.mark.parametrize("write", FORMS, ids=form)
def test_attributes_with_lists_of_fixed_length_are_read_whoever_wrote_them(tmp_path, write):
    rows = {"patch_id": ["a"], "epsg": [32633], "left": [3e5], "top": [5.4e6], "unlabelled_pixels": [0]}
    table = pa.table(rows | {"class_pixels": [[14400, *[0] * 18]]}, schema=MAPS)
    write(table, tmp_path / "t.parquet")
    assert read_table(tmp_path / "t.parquet", MAPS).equals(table.replace_schema_metadata())


@pytest.mark.parametrize("write", FORMS)
def test_lists_of_records_are_read_whoever_wrote_them(tmp_path, write):
    finding = {"version": "refined", "criterion": "complete", "kind": "k", "message": "m"}
    records = [[finding | {"start": None, "stop": None}], [], [finding | {"start": 3, "stop": 5}] * 2]
    schema = pa.schema([AUGMENTED_CAPTIONS.field("patch_id"), AUGMENTED_CAPTIONS.field("findings")])
    table = pa.table({"patch_id": ["a", "b", "c"], "findings": records}, schema=schema)
    write(table, tmp_path / "t.parquet")
    assert read_table(tmp_path / "t.parquet", AUGMENTED_CAPTIONS, ["findings"])["findings"].to_pylist() == (
        records
    )


def test_a_record_without_a_field_that_is_used_is_refused(tmp_path):
    table = pa.table({"findings": [[{"version": "refined", "criterion": "complete", "kind": "k"}]]})
    pq.write_table(table, tmp_path / "t.parquet")
    with pytest.raises(InputError, match="column findings is of type list"):
        read_table(tmp_path / "t.parquet", AUGMENTED_CAPTIONS, ["findings"])


def test_metadata_of_another_maker_without_the_columns_that_nobody_uses(tmp_path):
    # A loader's mock: five columns in an order of its own.
    rows = metadata_rows(["p1"]).select(["labels", "s1_name", "split", "country", "patch_id"])
    pq.write_table(rows, tmp_path / "t.parquet")
    assert read_table(tmp_path / "t.parquet", METADATA, ["patch_id", "split"]).to_pylist() == [
        {"patch_id": "p1", "split": "train"}
    ]
    with pytest.raises(InputError, match="columns missing: contains_seasonal_snow; there are labels, s1"):
        read_table(tmp_path / "t.parquet", METADATA, ["patch_id", "contains_seasonal_snow"])


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("ID", ["1", "2", "3", "4"], "column ID is of type string; expected int64"),
        ("ID", [1.0, 2.0, 3.5, 4.0], "column ID is of type double, which does not become int64"),
        ("ID", pa.array([1, 2, 3, 2**63], pa.uint64()), "column ID is of type uint64, which does not become"),
        ("ID", [1.0, 2.0, None, 4.0], "column ID lacks a value in 1 of 4 rows"),
        ("input", [b"x"] * 4, "column input is of type binary; expected string"),
        ("input", [["x"]] * 4, r"column input is of type list<element: string>; expected string"),
        ("latitude", ["48"] * 4, "column latitude is of type string; expected double"),
        ("category", ["area", "area", "count", None], "column category lacks a value in 1 of 4 rows"),
        ("category", pa.nulls(4), "column category lacks a value in 4 of 4 rows"),
    ],
)
def test_a_column_that_does_not_become_what_it_should_is_named(tmp_path, column, values, words):
    pq.write_table(pa.table(DATA | {column: values}), tmp_path / "t.parquet")
    with pytest.raises(InputError, match=words) as caught:
        read_table(tmp_path / "t.parquet", DATASET)
    assert caught.value.file == tmp_path / "t.parquet"
    # Who does not use it reads on.
    others = [name for name in DATASET.names if name != column]
    assert len(read_table(tmp_path / "t.parquet", DATASET, others)) == 4


def test_a_column_that_is_there_twice_is_named(tmp_path):
    table = pa.table(DATA, schema=DATASET)
    pq.write_table(table.append_column("split", table["split"]), tmp_path / "t.parquet")
    with pytest.raises(InputError, match="column split is there twice"):
        read_table(tmp_path / "t.parquet", DATASET)
