"""The attributes of each patch, gathered from the tables block by block; texts are about them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

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

#: Patches held in memory at a time. Results do not depend on it.
BLOCK = 8192


class _InstanceFields(NamedTuple):
    class_index: int
    pixels: int
    x_min: int | None = None
    y_min: int | None = None
    x_max: int | None = None
    y_max: int | None = None
    centroid_x: float | None = None
    centroid_y: float | None = None
    centroid_inside: bool | None = None


class Instance(_InstanceFields):
    """One connected component of one class, as in ``instances.parquet``.

    Attributes
    ----------
    class_index : int
        0–18.
    pixels : int
    x_min, y_min, x_max, y_max : int or None
        Pixel edges in 0–120, maximum exclusive; y runs downwards.
    centroid_x, centroid_y : float or None
        Mean pixel index + 0.5, in pixels from the patch's left and upper edge.
    centroid_inside : bool or None
        Whether the pixel under the centroid belongs to the instance.
    """

    __slots__ = ()

    # Twice as fast as functions of Python, and read for every instance of a patch.
    box = property(attrgetter("x_min", "y_min", "x_max", "y_max"), doc="The four pixel edges, as a tuple.")
    centroid = property(attrgetter("centroid_x", "centroid_y"), doc="Both coordinates, as a tuple.")


#: Fields of an instance to read. The first two are always read, for they are checked against the map.
SIZES = ("class_index", "pixels")
BOXES = (*SIZES, "x_min", "y_min", "x_max", "y_max")


@dataclass(slots=True)
class PatchAttributes:
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
    instances : list of Instance
        In the order of ``instances.parquet``; empty where no field of them was asked for.
    """

    patch_id: str
    country: str
    season: str
    climate_zone: str
    split: str
    classes: list[int]
    pixels: list[int]
    counts: list[int]
    borders: list[tuple[int, int, int]]
    instances: list[Instance]

    def adjacent(self, min_border: int) -> list[tuple[int, int]]:
        """Return the pairs of classes that share at least ``min_border`` pixel edges."""
        return [(first, second) for first, second, border in self.borders if border >= min_border]

    def touching(self) -> set[tuple[int, int]]:
        """Return the set of pairs of classes that share any pixel edge."""
        return {(first, second) for first, second, _ in self.borders}

    def instances_by_class(self) -> dict[int, list[Instance]]:
        """Return a dict of each present class, ascending, to the list of its instances."""
        found: dict[int, list[Instance]] = {index: [] for index in self.classes}
        for instance in self.instances:
            found[instance.class_index].append(instance)
        return found

    def sizes_by_class(self) -> dict[int, list[int]]:
        """Return a dict of each present class, ascending, to the pixels of its instances, descending."""
        found: dict[int, list[int]] = {index: [] for index in self.classes}
        for instance in self.instances:
            found[instance.class_index].append(instance.pixels)
        for sizes in found.values():
            sizes.sort(reverse=True)
        return found


_DESCRIPTION = ("patch_id", "country", "season", "climate_zone", "split")


def read_patch_attributes(
    patches: Path | str,
    maps: Path | str,
    instances: Path | str,
    adjacencies: Path | str,
    start: int = 0,
    stop: int | None = None,
    instance_fields: tuple[str, ...] = Instance._fields,
    block: int = BLOCK,
) -> Iterator[list[PatchAttributes]]:
    """Yield the attributes of the patches in rows [start, stop) of their table, in blocks, in patch order.

    Parameters
    ----------
    patches, maps, instances, adjacencies : str or Path
        The tables of these names.
    start, stop : int, optional
        Rows of the table of patches, as of a shard of the captions; all by default.
    instance_fields : tuple of str
        Fields of :class:`Instance` to read; the others are None. With none at all instances are counted, but
        not listed.
    block : int
        Patches to a block.

    Yields
    ------
    list of PatchAttributes

    Raises
    ------
    InputError
        If tables are missing, of another schema, unsorted, or do not belong together.
    """
    kept = TableStream(patches, PATCHES, "map_index", ["map_index", *_DESCRIPTION])
    areas = TableStream(maps, MAPS, "patch_id", ["patch_id", "class_pixels"])
    wanted = [name for name in Instance._fields if name in {*SIZES, *instance_fields}]
    parts = TableStream(instances, INSTANCES, "map_index", ["map_index", *wanted])
    borders = TableStream(adjacencies, ADJACENCIES, "map_index")
    kept.skip_rows(start)
    missing = (kept.rows if stop is None else stop) - start
    first = None
    while missing > 0 and len(rows := kept.take(min(block, missing))):
        missing -= len(rows)
        map_index = rows["map_index"].to_numpy()
        if first is None:
            first = int(map_index[0])
            areas.skip_rows(first)
            for stream in (parts, borders):
                stream.skip_below(first)
        limit = int(map_index[-1])
        own = _match_maps(rows, map_index - first, areas.take(limit + 1 - first), maps)
        first = limit + 1
        pixels = own["class_pixels"].combine_chunks().flatten().to_numpy().reshape(-1, len(CLASSES))
        yield gather_patch_attributes(
            rows,
            pixels,
            parts.until(limit),
            borders.until(limit),
            (maps, instances, adjacencies),
            instance_fields,
        )


def _match_maps(rows, places, areas, maps):
    """Return the rows ``places`` of ``areas``; raise unless they are those of the patches ``rows``."""
    there = (places >= 0) & (places < len(areas))
    found = areas.take(pa.array(places[there]))
    same = pc.equal(found["patch_id"], rows["patch_id"].filter(pa.array(there))).to_numpy()
    if not (there.all() and same.all()):
        there[there] = same
        raise _of_another_run(
            "the table of maps does not hold this patch where the table of patches says", maps, rows, ~there
        )
    return found


def _of_another_run(problem, file, rows, wrong):
    """Return the error about the first of the patches ``rows`` that is ``wrong``, a bool array."""
    return InputError(
        problem,
        file=file,
        item=rows["patch_id"][int(wrong.argmax())].as_py(),
        remedy="make attributes and patches again: the tables are not of one run",
    )


def gather_patch_attributes(
    rows: pa.Table,
    pixels: np.ndarray,
    instances: pa.Table,
    borders: pa.Table,
    files: tuple[Path | str, ...],
    instance_fields: tuple[str, ...] = Instance._fields,
) -> list[PatchAttributes]:
    """Put the attributes of some maps together.

    Parameters
    ----------
    rows : pyarrow.Table
        Columns map_index (ascending), patch_id, country, season, climate_zone and split; one row or more.
    pixels : numpy.ndarray
        int, shape (n, 19): pixels of each class.
    instances, borders : pyarrow.Table
        Of schemas ``INSTANCES``, at least with the fields asked for, and ``ADJACENCIES``, both sorted; rows
        of other maps are left out.
    files : tuple of str or Path
        Of maps, instances and adjacencies, for messages.
    instance_fields : tuple of str
        As of :func:`read_patch_attributes`.

    Returns
    -------
    list of PatchAttributes

    Raises
    ------
    InputError
        If instances do not add up to the pixels, pixels not to a whole patch, or a class without pixels
        touches another.
    """
    maps, instances_file, adjacencies = files
    map_index = rows["map_index"].to_numpy()
    owner, own_instances = _own_rows(map_index, instances)
    counts = _check_areas(rows, pixels, owner, own_instances, maps, instances_file)
    border_owner, own_borders = _own_rows(map_index, borders)
    _check_borders(rows, pixels, border_owner, own_borders, adjacencies)
    own_patch, present = np.nonzero(pixels)
    numbers = range(len(rows))
    return [
        PatchAttributes(*attributes)
        for attributes in zip(
            *(rows[name].to_pylist() for name in _DESCRIPTION),
            _parts(present.tolist(), own_patch, numbers),
            pixels.tolist(),
            counts.tolist(),
            _parts(_border_rows(own_borders), border_owner, numbers),
            _instance_lists(owner, own_instances, instance_fields, numbers),
            strict=True,
        )
    ]


def _own_rows(map_index, table):
    """Return which patch of the block each row belongs to, and the table, without rows of other maps."""
    keys = table["map_index"].to_numpy()
    where = np.searchsorted(map_index, keys)
    own = map_index[np.minimum(where, len(map_index) - 1)] == keys
    return (where, table) if own.all() else (where[own], table.filter(own))


def _check_areas(rows, pixels, where, instances, maps, instances_file):
    """Return the number of instances, int of shape (n, 19); raise unless they make up the pixels."""
    cell = where * len(CLASSES) + instances["class_index"].to_numpy()
    counts = np.bincount(cell, minlength=pixels.size).reshape(pixels.shape)
    sums = np.bincount(cell, weights=instances["pixels"].to_numpy(), minlength=pixels.size)
    wrong = (sums.reshape(pixels.shape) != pixels).any(axis=1)
    if wrong.any():
        raise _of_another_run(
            "the instances of this patch do not add up to the pixels of its classes",
            instances_file,
            rows,
            wrong,
        )
    wrong = pixels.sum(axis=1) != PIXELS
    if wrong.any():
        raise _of_another_run(
            f"the classes of this patch do not add up to {PIXELS} pixels", maps, rows, wrong
        )
    return counts


def _check_borders(rows, pixels, where, borders, adjacencies):
    """Raise if a class that touches another has no pixels."""
    absent = np.zeros(len(rows), np.bool_)
    for name in ("first_class", "second_class"):
        absent[where[pixels[where, borders[name].to_numpy()] == 0]] = True
    if absent.any():
        raise _of_another_run(
            "classes of this patch touch others but have no instance", adjacencies, rows, absent
        )


def _border_rows(borders):
    names = ("first_class", "second_class", "border_length")
    return list(zip(*(borders[name].to_numpy().tolist() for name in names), strict=True))


def _instance_lists(where, instances, fields, numbers):
    """Return the instances of each patch, with the given fields."""
    if not fields:
        return ([] for _ in numbers)
    wanted = {*SIZES, *fields}
    columns = [
        instances[name].to_numpy().tolist() if name in wanted else repeat(None, len(instances))
        for name in Instance._fields
    ]
    return _parts(list(map(Instance._make, zip(*columns, strict=True))), where, numbers)


def _parts(values, where, numbers):
    """Yield the values of each patch; ``where``, ascending, says whose each is."""
    start = 0
    for stop in np.searchsorted(where, numbers, side="right").tolist():
        yield values[start:stop]
        start = stop
