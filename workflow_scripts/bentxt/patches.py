"""Patches of BigEarthNet v2.0, and the filter: no snow, cloud, shadow or unlabelled pixel (Section 3.1)."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bentxt.errors import InputError
from bentxt.nomenclature import COUNTRIES
from bentxt.schemas import KEPT_PATCHES, METADATA, check_table

#: Splits as published, in the order of the table of counts.
SPLITS = ("train", "validation", "test")

#: Columns of the table of counts.
COUNT_COLUMNS = ("step", "patches", *SPLITS)

_COLUMNS = ("patch_id", "split", "country", "s1_name", "contains_seasonal_snow", "contains_cloud_or_shadow")


def read_patch_ids(metadata, excluded_metadata):
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
    return _read(metadata, excluded_metadata, ["patch_id"])["patch_id"]


def read_patches(metadata, excluded_metadata):
    """Return both metadata files as one table, sorted by patch.

    Parameters
    ----------
    metadata, excluded_metadata : str or Path
        As for :func:`read_patch_ids`.

    Returns
    -------
    pyarrow.Table
        Columns patch_id, split, country, s1_name, contains_seasonal_snow, contains_cloud_or_shadow.

    Raises
    ------
    InputError
        As :func:`read_patch_ids`, and if a value is missing, or a split or country is none of BigEarthNet's.
    """
    table = _read(metadata, excluded_metadata, list(_COLUMNS))
    for column, known in (("split", SPLITS), ("country", COUNTRIES)):
        strange = pc.invert(pc.is_in(table[column], pa.array(known)))
        if pc.any(strange).as_py():
            row = table.filter(strange).slice(0, 1).to_pylist()[0]
            raise InputError(
                f"{column} is {row[column]!r}; expected one of {', '.join(known)}",
                file=metadata,
                item=row["patch_id"],
            )
    return table


def _read(metadata, excluded_metadata, columns):
    tables = []
    for file in (metadata, excluded_metadata):
        check_table(file, METADATA)
        table = pq.read_table(file, columns=columns, partitioning=None)
        for column in columns:
            if table[column].null_count:
                where = table.filter(pc.is_null(table[column]))["patch_id"][0].as_py()
                raise InputError(f"column {column} has no value", file=file, item=where)
        tables.append(table)
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


def keep_patches(patches, maps, maps_left_out=0):
    """Filter patches and count what each step leaves.

    Parameters
    ----------
    patches : pyarrow.Table
        From :func:`read_patches`.
    maps : pyarrow.Table
        Columns patch_id and unlabelled_pixels of ``maps.parquet``, all rows.
    maps_left_out : int
        Patches whose maps were missing or unreadable and have been reported; they are left out.

    Returns
    -------
    kept : pyarrow.Table
        Schema ``KEPT_PATCHES``.
    counts : list of tuple
        Rows of :data:`COUNT_COLUMNS`: all, without snow, without cloud or shadow, without unlabelled
        pixels; where maps were left out, ``with a readable map`` stands before the last.

    Raises
    ------
    InputError
        If patches and maps do not belong together, or a split is left empty.
    """
    index = pc.index_in(patches["patch_id"], maps["patch_id"].combine_chunks())
    missing = index.null_count
    if missing != maps_left_out or len(patches) - missing != len(maps):
        raise InputError(
            f"{len(maps)} maps do not belong to {len(patches)} patches of the metadata, "
            f"of which {maps_left_out} were reported to have no readable map",
            item=_first_stranger(patches["patch_id"], maps["patch_id"]),
            remedy="extract the attributes again from these metadata files",
        )
    clear = pc.invert(patches["contains_seasonal_snow"])
    cloudless = pc.and_(clear, pc.invert(patches["contains_cloud_or_shadow"]))
    mapped = pc.and_(cloudless, pc.is_valid(index))
    unlabelled = pc.take(maps["unlabelled_pixels"].combine_chunks(), index)
    labelled = pc.and_(mapped, pc.fill_null(pc.equal(unlabelled, 0), False))
    steps = [("all", None), ("without snow", clear), ("without cloud or shadow", cloudless)]
    if missing:
        steps.append(("with a readable map", mapped))
    steps.append(("without unlabelled pixels", labelled))
    counts = [(name, *_count(patches["split"], mask)) for name, mask in steps]
    for split, left in zip(SPLITS, counts[-1][2:], strict=True):
        if not left:
            raise InputError(
                f"no patch of the {split} split is left",
                item=split,
                remedy="see that the metadata names patches of every split and that their maps are labelled",
            )
    kept = patches.append_column("map_index", index.cast(pa.int32())).filter(labelled)
    return kept.select(KEPT_PATCHES.names).cast(KEPT_PATCHES), counts


def _first_stranger(names, others):
    """Return the first name that only one of two columns holds."""
    for one, other in ((others, names), (names, others)):
        strange = one.filter(pc.invert(pc.is_in(one, other.combine_chunks())))
        if len(strange):
            return strange[0].as_py()
    return None


def _count(splits, mask):
    """Return the number of rows, and of rows of each split, where ``mask`` is true (None: everywhere)."""
    left = splits if mask is None else splits.filter(mask)
    return (len(left), *(pc.sum(pc.equal(left, split)).as_py() or 0 for split in SPLITS))
