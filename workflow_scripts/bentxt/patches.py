"""Patches of BigEarthNet v2.0, and the filter: no snow, cloud, shadow or unlabelled pixel (Section 3.1)."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bentxt.errors import InputError
from bentxt.nomenclature import COUNTRIES
from bentxt.omissions import Omissions
from bentxt.schemas import KEPT_PATCHES, METADATA, check_table

#: Splits as published, in the order of the table of counts.
SPLITS = ("train", "validation", "test")

#: Columns of the table of counts.
COUNT_COLUMNS = ("step", "patches", *SPLITS)

_KNOWN = {"split": SPLITS, "country": COUNTRIES}
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
    return _read(metadata, excluded_metadata, ["patch_id"], Omissions("stop"))["patch_id"]


def read_patches(metadata, excluded_metadata, omissions=None):
    """Return both metadata files as one table, sorted by patch.

    Parameters
    ----------
    metadata, excluded_metadata : str or Path
        As for :func:`read_patch_ids`.
    omissions : bentxt.omissions.Omissions, optional
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
        check_table(file, METADATA)
        table = pq.read_table(file, columns=columns, partitioning=None)
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
        pixels; where maps were left out, ``with a readable map`` stands before the last, and where patches
        were, ``with usable metadata`` before the second.

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
    usable = patches["usable"]
    # Patches that are not usable may lack these values too.
    snowy, cloudy = (
        pc.fill_null(patches[name], True) for name in ("contains_seasonal_snow", "contains_cloud_or_shadow")
    )
    clear = pc.and_(usable, pc.invert(snowy))
    cloudless = pc.and_(clear, pc.invert(cloudy))
    mapped = pc.and_(cloudless, pc.is_valid(index))
    unlabelled = pc.take(maps["unlabelled_pixels"].combine_chunks(), index)
    labelled = pc.and_(mapped, pc.fill_null(pc.equal(unlabelled, 0), False))
    steps = [("all", None)]
    if not pc.all(usable).as_py():
        steps.append(("with usable metadata", usable))
    steps += [("without snow", clear), ("without cloud or shadow", cloudless)]
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
