"""A released file becomes the data set of a run: the same rows whoever wrote them, and word of what it is."""

import hashlib
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.dataset.released_file import copy_released, look_at_order
from bentxt.errors import InputError
from bentxt.program.lineage import Lineage, read_lineage
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_files import declared
from worlds.foreign_files import FORMS

REVISION = "72d865f2146f0a85b720f7f3ca1cdbaeafc3d316"


def rows(**changed):
    """Return a data set of four patches, two rows each."""
    patches = [f"S2A_{letter}" for letter in "aabbccdd"]
    columns = {
        "ID": list(range(1, 9)),
        "s1_name": [f"S1_{patch}" for patch in patches],
        "patch_id": patches,
        "input": ["Is it?", "Describe it, é."] * 4,
        "output": ["yes", "A caption."] * 4,
        "type": ["binary", "captioning"] * 4,
        "category": ["presence", "None"] * 4,
        "split": [split for split in ("train", "validation", "test", "bench") for _ in range(2)],
        "latitude": [48.5] * 8,
        "longitude": [13.25] * 8,
        "country": ["Austria"] * 8,
        "season": ["Fall"] * 8,
        "climate_zone": ["Cold, no dry season, warm summer"] * 8,
    }
    return pa.table(columns | changed, schema=DATASET)


@pytest.fixture
def adopt(run_program, tmp_path):
    """Take a file as the data set of a run; ``published`` is the content that sources.tsv lists."""

    def run(file, published=b"", path="mine.parquet", check=True):
        digest = hashlib.sha256(published).hexdigest()
        sources = tmp_path / "sources.tsv"
        row = f"BigEarthNet.txt.parquet\t{len(published)}\tsha256:{digest}\tBigEarthNet.txt.parquet\thub"
        sources.write_text(f"name\tbytes\tchecksum\turl_path\torigin\n{row}\n")
        dataset = {"path": path, "repository": "owner/name", "revision": REVISION}
        return run_program(
            "adopt_release",
            *("--released", file, "--sources", sources, "--about", tmp_path / "about.json"),
            *("--out", tmp_path / "out.parquet"),
            *("--settings", json.dumps({"run": "paper", "dataset": dataset})),
            check=check,
        )

    return run


@pytest.mark.parametrize("write", FORMS, ids=lambda write: write.__name__)
def test_the_rows_are_the_same_whoever_wrote_them(adopt, tmp_path, write):
    write(rows(), tmp_path / "mine.parquet")
    content = (tmp_path / "mine.parquet").read_bytes()
    adopt(tmp_path / "mine.parquet")
    taken = pq.read_table(tmp_path / "out.parquet")
    assert taken.equals(rows())
    assert taken.schema.remove_metadata().equals(declared(DATASET, DATASET.names))
    assert (tmp_path / "mine.parquet").read_bytes() == content


def test_rows_in_another_order_are_sorted_and_the_lineage_says_so(adopt, tmp_path):
    for order in ([6, 7, 0, 1, 2, 3, 4, 5], [1, 0, 2, 3, 4, 5, 6, 7], [7, 5, 3, 1, 0, 2, 4, 6]):
        pq.write_table(rows().take(order), tmp_path / "mine.parquet", row_group_size=2)
        adopt(tmp_path / "mine.parquet")
        assert pq.read_table(tmp_path / "out.parquet").equals(rows())
        assert read_lineage(tmp_path / "out.parquet")["notes"]["released"]["sorted_here"] is True
    pq.write_table(rows(), tmp_path / "mine.parquet", row_group_size=3)
    adopt(tmp_path / "mine.parquet")
    assert read_lineage(tmp_path / "out.parquet")["notes"]["released"]["sorted_here"] is False


@given(order=st.permutations(range(40)), part=st.integers(1, 60), repeats=st.integers(1, 20))
def test_any_order_and_any_parts_give_the_same(tmp_path_factory, order, part, repeats):
    folder = tmp_path_factory.mktemp("order")
    ids = list(range(1, 41))
    patches = [f"p{(number - 1) // repeats:02d}" for number in ids]
    table = pa.concat_tables([rows()] * 5)
    for place, (name, values) in ((0, ("ID", ids)), (2, ("patch_id", patches))):
        table = table.set_column(place, DATASET.field(name), pa.array(values))
    pq.write_table(table.take(order), folder / "mine.parquet", row_group_size=7)
    found = look_at_order(folder / "mine.parquet", part)
    assert (found.rows, found.ordered) == (40, order == list(range(40)))
    copy_released(folder / "mine.parquet", found, folder / "out.parquet", Lineage("p", {}, "", {}))
    assert pq.read_table(folder / "out.parquet").equals(table)


def test_the_published_file_is_known_by_its_hash(adopt, tmp_path):
    pq.write_table(rows(), tmp_path / "mine.parquet")
    content = (tmp_path / "mine.parquet").read_bytes()
    adopt(tmp_path / "mine.parquet", published=content, path=None)
    about = json.loads((tmp_path / "about.json").read_text())
    notes = read_lineage(tmp_path / "out.parquet")["notes"]["released"]
    assert notes == {key: value for key, value in about.items() if key != "lineage"}
    assert notes["published"] is True
    assert (notes["repository"], notes["revision"]) == ("owner/name", REVISION)
    assert (notes["bytes"], notes["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert notes["rows"] == 8


def test_another_file_is_not_called_the_published_one(adopt, tmp_path):
    pq.write_table(rows(), tmp_path / "mine.parquet")
    adopt(tmp_path / "mine.parquet", published=b"another")
    notes = read_lineage(tmp_path / "out.parquet")["notes"]["released"]
    assert notes["published"] is False
    assert not {"repository", "revision"} & set(notes)


def test_a_download_that_was_changed_since_is_refused_with_both_hashes(adopt, tmp_path):
    pq.write_table(rows(), tmp_path / "mine.parquet")
    done = adopt(tmp_path / "mine.parquet", published=b"another", path=None, check=False)
    assert done.returncode == 1
    for content in (b"another", (tmp_path / "mine.parquet").read_bytes()):
        assert hashlib.sha256(content).hexdigest() in done.stderr
    assert not (tmp_path / "out.parquet").exists()
    assert not (tmp_path / "about.json").exists()


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("type", "vqa", "'vqa presence' is no known type and category"),
        ("category", "colour", "'binary colour' is no known type and category"),
        ("category", "point", "'binary point' is no known type and category"),
        ("split", "dev", "'dev' is no known split"),
    ],
)
def test_a_row_of_unknown_words_is_named_and_nothing_is_written(adopt, tmp_path, column, value, words):
    values = rows()[column].to_pylist()
    values[4] = value
    pq.write_table(rows(**{column: values}), tmp_path / "mine.parquet")
    done = adopt(tmp_path / "mine.parquet", check=False)
    assert done.returncode == 1
    assert words in done.stderr
    assert "ID 5, patch S2A_c" in done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"mine.parquet", "sources.tsv"}


def test_files_that_are_no_data_set(adopt, tmp_path):
    path = tmp_path / "mine.parquet"
    for table, words in (
        (rows().drop_columns(["season", "input"]), "columns missing: input, season"),
        (rows(ID=[1, 2, 3, 4, 5, 6, 7, 7]), "ID is there twice"),
        (rows().slice(0, 0), "holds no row"),
        (rows().set_column(0, "ID", pa.array(list("12345678"))), "column ID is of type string; expected int"),
    ):
        pq.write_table(table, path)
        done = adopt(path, check=False)
        assert (done.returncode, words in done.stderr) == (1, True), done.stderr
        assert str(path) in done.stderr
    path.write_text("not found on this server")
    assert "neither Parquet nor JSON" in adopt(path, check=False).stderr
    assert "is not there" in adopt(tmp_path / "absent.parquet", check=False).stderr
    assert "a folder, not one Parquet file" in adopt(tmp_path, check=False).stderr
    assert not (tmp_path / "out.parquet").exists()


def test_the_file_is_not_overwritten_by_its_copy(adopt, tmp_path):
    pq.write_table(rows(), tmp_path / "mine.parquet")
    (tmp_path / "out.parquet").hardlink_to(tmp_path / "mine.parquet")
    content = (tmp_path / "mine.parquet").read_bytes()
    done = adopt(tmp_path / "mine.parquet", check=False)
    assert "would be overwritten" in done.stderr
    assert (tmp_path / "mine.parquet").read_bytes() == content


def test_an_id_twice_in_different_parts_of_the_file(tmp_path):
    pq.write_table(rows(ID=[1, 2, 3, 4, 5, 6, 7, 2]), tmp_path / "mine.parquet", row_group_size=2)
    with pytest.raises(InputError, match="ID is there twice") as caught:
        look_at_order(tmp_path / "mine.parquet")
    assert caught.value.item == "ID 2"
