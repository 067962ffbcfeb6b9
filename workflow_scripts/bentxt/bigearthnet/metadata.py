"""Patches of BigEarthNet v2.0, and the filter: no snow, cloud, shadow or unlabelled pixel (Section 3.1)."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from bentxt.bigearthnet.omissions import Omissions
from bentxt.errors import InputError
from bentxt.nomenclature import COUNTRIES
from bentxt.release import SPLITS
from bentxt.tables.schemas.metadata_schema import METADATA
from bentxt.tables.table_files import read_table

_KNOWN = {"split": SPLITS, "country": COUNTRIES}
_COLUMNS = ("patch_id", "split", "country", "s1_name", "contains_seasonal_snow", "contains_cloud_or_shadow")


def read_patch_ids(metadata: Path | str, excluded_metadata: Path | str) -> pa.ChunkedArray:
    """Return the names of all patches of both metadata files, sorted.

    Parameters
    ----------
    metadata, excluded_metadata : str or Path
        ``metadata.parquet`` and ``metadata_for_patches_with_snow_cloud_or_shadow.parquet``.

    Returns
    -------
    pyarrow.ChunkedArray
        string, ascending.

    Raises
    ------
    InputError
        If a file is unreadable, has other columns, or a patch is there twice.
    """
    return _read(metadata, excluded_metadata, ["patch_id"], Omissions("stop"))["patch_id"]


def read_patches(
    metadata: Path | str, excluded_metadata: Path | str, omissions: Omissions | None = None
) -> pa.Table:
    """Return both metadata files as one table, sorted by patch.

    Parameters
    ----------
    metadata, excluded_metadata : str or Path
        As for :func:`read_patch_ids`.
    omissions : bentxt.bigearthnet.omissions.Omissions, optional
        What to do about a patch without a value, or whose split or country is none of BigEarthNet's; by
        default the first one is an error.

    Returns
    -------
    pyarrow.Table
        Columns patch_id, split, country, s1_name, contains_seasonal_snow, contains_cloud_or_shadow, and
        ``usable``, false where ``omissions`` took note of the patch.

    Raises
    ------
    InputError
        As :func:`read_patch_ids`, and at a patch that cannot be used, unless ``omissions`` collects them.
    """
    return _read(metadata, excluded_metadata, list(_COLUMNS), omissions or Omissions("stop"))


def _read(metadata, excluded_metadata, columns, omissions):
    tables = []
    for file in (metadata, excluded_metadata):
        table = read_table(file, METADATA, columns)
        nameless = pc.is_null(table["patch_id"])
        if pc.any(nameless).as_py():
            row = pc.index(nameless, True).as_py()
            raise InputError("column patch_id has no value", file=file, item=f"row {row}, counted from 0")
        tables.append(table.append_column("usable", _usable(table, file, omissions)))
    table = pa.concat_tables(tables).sort_by("patch_id")
    names = table["patch_id"].combine_chunks()
    twice = pc.equal(names[1:], names[:-1])
    if pc.any(twice).as_py():
        raise InputError(
            "patch is listed twice in the metadata",
            file=f"{metadata}, {excluded_metadata}",
            item=names[1:].filter(twice)[0].as_py(),
            remedy="fetch both files again; a patch stands in one of them, once",
        )
    return table.set_column(0, "patch_id", names)


def _usable(table, file, omissions):
    """Return which rows have every value, and a known split and country; report the others."""
    usable = pa.chunked_array([pa.repeat(True, len(table))])
    for column in table.column_names[1:]:
        good = pc.is_valid(table[column])
        if column in _KNOWN:
            good = pc.is_in(table[column], pa.array(_KNOWN[column]))
        # A patch is reported once, for the first thing that is wrong with it.
        for row in table.filter(pc.and_(usable, pc.invert(good))).select(["patch_id", column]).to_pylist():
            problem = f"column {column} has no value"
            if row[column] is not None:
                problem = f"{column} is {row[column]!r}; expected one of {', '.join(_KNOWN[column])}"
            remedy = "fetch the metadata again, or set reference_maps.on_error to skip"
            error = InputError(problem, file=file, item=row["patch_id"], remedy=remedy)
            omissions.add(error, "unusable metadata", row["patch_id"])
        usable = pc.and_(usable, good)
    return usable
