"""The pairs of patches that a table is about, whatever else it holds."""

from collections.abc import Collection
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bentxt.errors import InputError
from bentxt.tables.table_streams import read_batches


def read_pairs(path: Path | str, splits: Collection[str] | None = None) -> dict[str, str]:
    """Read the distinct pairs of Sentinel-2 and Sentinel-1 patches of a Parquet file.

    Memory holds a batch of rows and each pair once, however many rows are about a pair.

    Parameters
    ----------
    path : str or Path
        With the columns ``patch_id`` and ``s1_name``, as the data set, its released file and
        ``patches.parquet`` have them; texts of any kind that Parquet knows.
    splits : collection of str, optional
        Only pairs in rows whose ``split`` is one of these; the column is asked for only then.

    Returns
    -------
    dict of str to str
        ``patch_id`` to ``s1_name``, in the order of the file.

    Raises
    ------
    InputError
        If the file is missing, unreadable or lacks a column; if there is no such row, a name is missing, or a
        patch has two partners.
    """
    columns = ["patch_id", "s1_name", *(["split"] if splits is not None else [])]
    _check_columns(path, columns)
    pairs: dict[str, str] = {}
    for batch in read_batches(path, columns):
        rows = _texts(batch, path)
        if splits is not None:
            rows = rows.filter(pc.is_in(rows["split"], pa.array(list(splits), pa.string())))
        for row in rows.select(columns[:2]).group_by(columns[:2]).aggregate([]).to_pylist():
            patch, partner = row["patch_id"], row["s1_name"]
            if patch is None or partner is None:
                missing = "patch_id" if patch is None else "s1_name"
                raise InputError(f"a row without {missing}", file=path, item=patch or partner)
            if pairs.setdefault(patch, partner) != partner:
                problem = f"a patch with two partners of Sentinel-1, {pairs[patch]} and {partner}"
                raise InputError(problem, file=path, item=patch)
    if not pairs:
        of = "" if splits is None else f" of the split {' or '.join(splits)}"
        remedy = None if splits is None else "choose other images.splits"
        raise InputError(f"no patch{of}", file=path, remedy=remedy)
    return pairs


def _check_columns(path, columns):
    try:
        names = pq.read_schema(path).names
    except FileNotFoundError:
        raise InputError("file not found", file=path, remedy="make it with snakemake") from None
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"not a readable Parquet file: {error}", file=path) from error
    missing = [name for name in columns if name not in names]
    if missing:
        raise InputError(
            f"columns missing: {', '.join(missing)}; expected {', '.join(columns)}",
            file=path,
            remedy="a table with one row or more for each patch, as the data set",
        )


def _texts(batch, path):
    """Return a batch as a table of strings: pandas, polars and the hub write texts in several ways."""
    try:
        return pa.table({name: batch[name].cast(pa.string()) for name in batch.schema.names})
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        kinds = ", ".join(f"{field.name} {field.type}" for field in batch.schema)
        raise InputError(f"columns that are no texts: {kinds}", file=path) from error
