"""What questions ask about: the attributes of each patch, gathered from the tables block by block."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bentxt.errors import InputError
from bentxt.nomenclature import CLASSES, PIXELS
from bentxt.tables.schemas.adjacencies_schema import ADJACENCIES
from bentxt.tables.schemas.instances_schema import INSTANCES
from bentxt.tables.schemas.maps_schema import MAPS
from bentxt.tables.schemas.patches_schema import PATCHES
from bentxt.tables.table_streams import TableStream


def match_maps(names, index, ids, maps):
    """Raise unless the maps ``index`` out of ``ids`` are those of the named patches."""
    found = ids.take(index).to_pylist() if int(index.max()) < len(ids) else None
    if found != names:
        item = names[0] if found is None else next(n for n, f in zip(names, found, strict=True) if n != f)
        raise InputError(
            "the table of maps does not hold this patch where the table of patches says",
            file=maps,
            item=item,
            remedy="make patches again: the tables are not of one run",
        )


def match_pixels(names, index, owner, class_index, pixels, areas, instances):
    """Raise unless the instances of each patch add up to its map's pixels, class by class."""
    low, width = int(index.min()), int(index.max()) - int(index.min()) + 1
    expected = areas.combine_chunks().flatten().to_numpy().reshape(width, 19)
    found = np.bincount(
        (owner.astype(np.int64) - low) * 19 + class_index, weights=pixels, minlength=width * 19
    ).reshape(width, 19)
    wrong = np.flatnonzero((found[index - low] != expected[index - low]).any(axis=1))
    if len(wrong):
        raise InputError(
            "the instances of this patch do not add up to the pixels of its classes",
            file=instances,
            item=names[wrong[0]],
            remedy="make attributes again: the tables are not of one run",
        )


#: Patches held in memory at a time. Results do not depend on it.
BLOCK = 8192


@dataclass(slots=True)
class Patch:
    """The attributes of one patch.

    Attributes
    ----------
    patch_id, country, season, climate_zone, split : str
        As in ``patches.parquet``.
    classes : list of int
        Present classes, ascending.
    pixels : list of int
        Pixels of each of the 19 classes.
    counts : list of int
        Instances of each of the 19 classes.
    borders : list of tuple of int
        Touching classes ``(first, second, pixel edges)``, first < second.
    instances : list of tuple
        ``(class, pixels, x_min, y_min, x_max, y_max, centroid_x, centroid_y, centroid_inside)`` in the order
        of ``instances.parquet``.
    """

    patch_id: str
    country: str
    season: str
    climate_zone: str
    split: str
    classes: list
    pixels: list
    counts: list
    borders: list
    instances: list

    def adjacent(self, min_border):
        """Return the pairs of classes that share at least ``min_border`` pixel edges."""
        return [(first, second) for first, second, border in self.borders if border >= min_border]

    def touching(self):
        """Return the set of pairs of classes that share any pixel edge."""
        return {(first, second) for first, second, _ in self.borders}


_INSTANCE_COLUMNS = (
    "class_index",
    "pixels",
    "x_min",
    "y_min",
    "x_max",
    "y_max",
    "centroid_x",
    "centroid_y",
    "centroid_inside",
)


def read_patches(patches, maps, instances, adjacencies, block=BLOCK):
    """Yield the attributes of every kept patch, in blocks, in patch order.

    Parameters
    ----------
    patches, maps, instances, adjacencies : str or Path
        The tables of these names.
    block : int
        Patches to a block.

    Yields
    ------
    list of Patch

    Raises
    ------
    InputError
        If tables are missing, of another schema, unsorted, or do not belong together.
    """
    kept = TableStream(patches, PATCHES, "map_index")
    parts = TableStream(instances, INSTANCES, "map_index")
    borders = TableStream(adjacencies, ADJACENCIES, "map_index")
    areas = TableStream(maps, MAPS, "patch_id", ["patch_id", "class_pixels"])
    first = 0
    while len(rows := kept.take(block)):
        limit = rows["map_index"][-1].as_py()
        if limit >= areas.rows:
            raise InputError("patches that are not among the maps", file=patches, remedy="make both again")
        next_areas = areas.take(limit + 1 - first)
        own = next_areas.take(pc.subtract(rows["map_index"], pa.scalar(first, pa.int32())))
        first = limit + 1
        if not own["patch_id"].equals(rows["patch_id"]):
            raise InputError(
                "map_index does not lead to the patch's map", file=patches, remedy="make it again"
            )
        pixels = own["class_pixels"].combine_chunks().flatten().to_numpy().reshape(-1, len(CLASSES))
        yield gather_patches(rows, pixels, parts.until(limit), borders.until(limit), instances)


def gather_patches(rows, pixels, instances, borders, instances_path):
    """Put the attributes of some maps together into patches.

    Parameters
    ----------
    rows : pyarrow.Table
        Columns map_index (ascending), patch_id, country, season, climate_zone and split.
    pixels : numpy.ndarray
        int, shape (n, 19): pixels of each class.
    instances, borders : pyarrow.Table
        Schemas ``INSTANCES`` and ``ADJACENCIES``, sorted; rows of other maps are left out.
    instances_path : str or Path
        For messages.

    Returns
    -------
    list of Patch

    Raises
    ------
    InputError
        If the instances do not add up to the pixels, or the pixels to a whole patch.
    """
    map_index = rows["map_index"].to_numpy()
    where, columns = _own_rows(map_index, instances, _INSTANCE_COLUMNS)
    classes = columns["class_index"].astype(np.int64)
    cell = where * len(CLASSES) + classes
    shape = pixels.shape
    counts = np.bincount(cell, minlength=pixels.size).reshape(shape)
    summed = np.bincount(cell, weights=columns["pixels"], minlength=pixels.size).reshape(shape)
    if not (np.array_equal(summed, pixels) and np.all(pixels.sum(axis=1) == PIXELS)):
        wrong = np.flatnonzero((summed != pixels).any(axis=1) | (pixels.sum(axis=1) != PIXELS))[0]
        raise InputError(
            f"instances do not add up to the map's areas, or the areas to {PIXELS} pixels",
            file=instances_path,
            item=rows["patch_id"][int(wrong)].as_py(),
            remedy="make maps, instances and patches from the same archive",
        )
    instance_rows = list(zip(*(columns[name].tolist() for name in _INSTANCE_COLUMNS), strict=True))
    instance_ends = np.searchsorted(where, np.arange(len(rows)), side="right").tolist()
    where, columns = _own_rows(map_index, borders, ("first_class", "second_class", "border_length"))
    border_rows = list(zip(*(column.tolist() for column in columns.values()), strict=True))
    border_ends = np.searchsorted(where, np.arange(len(rows)), side="right").tolist()
    own_patch, present = np.nonzero(pixels)
    present_ends = np.searchsorted(own_patch, np.arange(len(rows)), side="right").tolist()
    present = present.tolist()
    starts = (0, 0, 0)
    block = []
    names = ("patch_id", "country", "season", "climate_zone", "split")
    described = zip(*(rows[name].to_pylist() for name in names), strict=True)
    ends = zip(present_ends, border_ends, instance_ends, strict=True)
    areas = zip(pixels.tolist(), counts.tolist(), strict=True)
    for described_row, end, area in zip(described, ends, areas, strict=True):
        block.append(
            Patch(
                *described_row,
                present[starts[0] : end[0]],
                *area,
                border_rows[starts[1] : end[1]],
                instance_rows[starts[2] : end[2]],
            )
        )
        starts = end
    return block


def _own_rows(map_index, table, names):
    """Return which patch of the block each row belongs to, and columns, without rows of other maps."""
    keys = table["map_index"].to_numpy()
    where = np.searchsorted(map_index, keys)
    own = map_index[np.minimum(where, len(map_index) - 1)] == keys
    columns = {name: table[name].to_numpy()[own] for name in names}
    return where[own], columns
