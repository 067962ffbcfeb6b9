"""Where a data set comes from is read from its lineage; without one it was not made here."""

import pyarrow.parquet as pq

from bentxt.program.lineage import Lineage
from bentxt.reporting.dataset_origin import read_origin
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_files import write_table


def test_origin_of_a_data_set(tmp_path):
    path, rows = tmp_path / "d.parquet", DATASET.empty_table()
    write_table(path, rows, DATASET, Lineage("assemble_dataset.py", {"run": "mini"}, "", {}))
    assert read_origin(path) is None
    released = {"published": False, "sha256": "0123"}
    notes = {"released": released}
    write_table(path, rows, DATASET, Lineage("adopt_release.py", {"run": "mini"}, "", notes))
    assert read_origin(path) == released
    pq.write_table(rows, path)
    assert read_origin(path) == {}
