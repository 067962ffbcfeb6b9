"""Data sets made of given questions and answers, in the release's 13 columns."""

import pyarrow.parquet as pq

from bentxt.program.lineage import Lineage
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_files import read_table, write_table

LINEAGE = Lineage("test", {"run": "mini"}, "", {})


def write_rows(path, rows):
    """Write (patch, split, type, category, input, output) tuples, with IDs from 1; return the path."""
    columns = {name: [] for name in DATASET.names}
    names = ("patch_id", "split", "type", "category", "input", "output")
    for number, row in enumerate(rows, start=1):
        values = dict(zip(names, row, strict=True)) | {"ID": number, "latitude": 0.0, "longitude": 0.0}
        for name in DATASET.names:
            columns[name].append(values.get(name, "x"))
    write_table(path, columns, DATASET, LINEAGE)
    return path


def changed(path, target, order=None, row_group_size=None, **columns):
    """Write a data set again with other values in some columns, or its rows in another order."""
    table = read_table(path, DATASET)
    for name, values in columns.items():
        table = table.set_column(table.column_names.index(name), DATASET.field(name), [values])
    if order is not None:
        table = table.take(order)
    pq.write_table(table, target, row_group_size=row_group_size)
    return target
