"""Which patches stay: no snow, cloud, shadow or unlabelled pixels (Section 3.1), counted step by step."""

import pyarrow as pa
import pyarrow.compute as pc

from bentxt.errors import InputError
from bentxt.release import SPLITS
from bentxt.tables.schemas.kept_patches_schema import KEPT_PATCHES

#: Columns of the table of counts.
COUNT_COLUMNS = ("step", "patches", *SPLITS)


def keep_patches(patches: pa.Table, maps: pa.Table, maps_left_out: int = 0) -> tuple[pa.Table, list[tuple]]:
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
