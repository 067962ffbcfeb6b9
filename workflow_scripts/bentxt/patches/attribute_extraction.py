"""From the archive of reference maps to the tables of attributes, in one pass and a shard at a time."""

import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bentxt.bigearthnet.archive_check import how_to_check
from bentxt.bigearthnet.archives import members
from bentxt.bigearthnet.omissions import Omissions
from bentxt.bigearthnet.patch_names import mgrs_square
from bentxt.bigearthnet.reference_maps import SUFFIX, MapShard, patch_of
from bentxt.errors import InputError
from bentxt.nomenclature import CLASSES, SIDE
from bentxt.patches import attribute_kernel
from bentxt.program.lineage import Lineage
from bentxt.program.progress_bars import progress
from bentxt.tables.schemas.adjacencies_schema import ADJACENCIES
from bentxt.tables.schemas.instances_schema import INSTANCES
from bentxt.tables.schemas.maps_schema import MAPS
from bentxt.tables.sorted_rows import SortedRows
from bentxt.tables.table_files import TableWriter

_MAP = np.dtype(
    [
        ("map", np.int32),
        ("epsg", np.int32),
        ("left", np.float64),
        ("top", np.float64),
        ("unlabelled_pixels", np.int32),
        ("class_pixels", np.int32, len(CLASSES)),
    ]
)

#: Ranks of patches that a row group of the tables covers; fixed, so that files do not depend on the shards.
_MAPS_PER_ROW_GROUP = 4096


class NoReferenceMap(InputError):
    """An archive holds no usable reference map of any patch that is asked for."""


def extract_attribute_tables(
    archive: Path | str,
    patch_ids: pa.Array | pa.ChunkedArray,
    targets: Sequence[Path | str],
    lineage: Callable[..., Lineage],
    on_error: str = "stop",
    maps_per_shard: int = 4096,
    omissions: Omissions | None = None,
) -> tuple[int, ...]:
    """Read all reference maps and write the tables of maps, instances and adjacencies.

    Memory holds a shard of maps and the names of the patches; rows wait in scratch files next to the
    first target, because the archive's order need not be that of the tables.

    Parameters
    ----------
    archive : str or Path
        ``Reference_Maps.tar.zst``, or a folder of its layout.
    patch_ids : pyarrow.Array or pyarrow.ChunkedArray
        Patches of both metadata files, ascending.
    targets : tuple of Path
        Where to write ``MAPS``, ``INSTANCES`` and ``ADJACENCIES``. The row of a map is its ``map_index``;
        the other two are sorted by it.
    lineage : callable
        Takes ``skipped`` (see :class:`~bentxt.bigearthnet.omissions.Omissions`) and
        ``patches_without_map`` (int), returns the :class:`~bentxt.program.lineage.Lineage`.
    on_error : {"stop", "skip"}
        What to do about a map that is unreadable, of an unknown patch, a duplicate or missing.
    maps_per_shard : int
        Maps in memory at a time. No result depends on it.
    omissions : Omissions, optional
        Instead of ``on_error``: collects the maps that cannot be used in its own way.

    Returns
    -------
    tuple of int
        Rows of the three tables.

    Raises
    ------
    InputError
        If the archive ends early; with ``stop`` at the first map that cannot be used.
    NoReferenceMap
        If it holds no usable map at all.
    """
    omissions = omissions or Omissions(on_error)
    scratch = Path(targets[0]).parent / f".{Path(targets[0]).name}.rows"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    try:
        reader = _Reader(archive, patch_ids, scratch, omissions, maps_per_shard)
        reader.read()
        present = reader.present
        if not present.any():
            raise NoReferenceMap("no reference map of any patch of the metadata", file=archive)
        made = lineage(skipped=omissions.to_dict(), patches_without_map=int((~present).sum()))
        return _write(reader, present, patch_ids, targets, made)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


class _Reader:
    """Goes through the archive and leaves rows in scratch files; ``map`` is the patch's rank by name."""

    def __init__(self, archive, patch_ids, scratch, omissions, maps_per_shard):
        self.archive, self.omissions = archive, omissions
        self.names = _encoded(patch_ids)
        self.present = np.zeros(len(self.names), np.bool_)
        self.met = np.zeros(len(self.names), np.bool_)
        self.shard = MapShard(min(maps_per_shard, max(len(self.names), 1)))
        self.ranks = np.empty(self.shard.capacity, np.int32)
        self.maps = SortedRows(scratch / "maps", _MAP)
        self.instances = SortedRows(scratch / "instances", attribute_kernel.INSTANCE)
        self.adjacencies = SortedRows(scratch / "adjacencies", attribute_kernel.ADJACENCY)

    def read(self):
        """Read every map of the archive."""
        stream = members(self.archive, suffix=SUFFIX)
        for member, data in progress(stream, total=len(self.names), unit="map", desc="reference maps"):
            self._add(member, data)
            if self.shard.count == self.shard.capacity:
                self._extract()
        self._extract()
        missing = self.names[~self.met]
        if len(missing):
            self.omissions.add_missing([name.decode() for name in missing], self.archive)

    def _add(self, member, data):
        patch = patch_of(member)
        encoded = patch.encode()
        rank = self.names.searchsorted(encoded)
        if rank == len(self.names) or self.names[rank] != encoded:
            problem = "reference map of a patch that neither metadata file lists"
            self.omissions.add_unlisted(self._error(problem, member), patch)
            return
        if self.present[rank]:
            problem = "the archive holds more than one map of this patch"
            self.omissions.add(self._error(problem, member), "duplicate map", patch)
            return
        self.met[rank] = True
        place = self.shard.count
        try:
            expected = _utm_zone(patch)
            self.shard.add(data, member, self.archive)
        except InputError as error:
            self.omissions.add(error, "unreadable map", patch)
            return
        if self.shard.epsg[place] != expected:
            self.shard.count = place
            problem = f"EPSG:{self.shard.epsg[place]}; expected EPSG:{expected} from the patch's name"
            self.omissions.add(self._error(problem, member), "unreadable map", patch)
            return
        self.present[rank] = True
        self.ranks[place] = rank

    def _error(self, problem, member):
        remedy = (
            f"archive and metadata must be of the same version; {how_to_check(self.archive)}; "
            "or set reference_maps.on_error to skip"
        )
        return InputError(problem, file=self.archive, item=member, remedy=remedy)

    def _extract(self):
        shard, count = self.shard, self.shard.count
        ranks = self.ranks[:count]
        codes = shard.decoded()
        found = attribute_kernel.extract(codes)
        for place in np.flatnonzero(found.unknown_pixel >= 0):
            self.present[ranks[place]] = False
            y, x = divmod(int(found.unknown_pixel[place]), SIDE)
            patch = self.names[ranks[place]].decode()
            problem = f"unknown CORINE code {codes[place, y, x]} at row {y}, column {x}"
            self.omissions.add(self._error(problem, patch), "unreadable map", patch)
        rows = np.zeros(count, _MAP)
        rows["map"] = ranks
        rows["epsg"], rows["left"], rows["top"] = shard.epsg[:count], shard.left[:count], shard.top[:count]
        rows["unlabelled_pixels"], rows["class_pixels"] = found.unlabelled_pixels, found.class_pixels
        self.maps.append(rows[found.unknown_pixel < 0])
        for target, part in ((self.instances, found.instances), (self.adjacencies, found.adjacencies)):
            part["map"] = ranks[part["map"]]
            target.append(part)
        shard.clear()


def _encoded(names):
    """Return names as an array of bytes, without an object for each of them at a time."""
    encoded = np.empty(len(names), f"S{pc.max(pc.binary_length(names)).as_py() or 1}")
    for first in range(0, len(names), _MAPS_PER_ROW_GROUP):
        part = names.slice(first, _MAPS_PER_ROW_GROUP)
        encoded[first : first + len(part)] = [name.encode() for name in part.to_pylist()]
    # Reading and sorting the metadata takes a multiple of the names; give that back before the maps come.
    pa.default_memory_pool().release_unused()
    return encoded


def _utm_zone(patch):
    """Return the EPSG code of the UTM zone of a patch's MGRS square, as 32633 of 33UUP."""
    square = mgrs_square(patch)
    return (32600 if square[2] >= "N" else 32700) + int(square[:2])


def _write(reader, present, patch_ids, targets, lineage):
    """Write the three tables from the scratch files; ranks become row numbers, without the absent maps."""
    row_of = np.cumsum(present, dtype=np.int32) - np.int32(1)

    def map_columns(rows):
        pixels = pa.array(rows["class_pixels"].ravel())
        return {
            "patch_id": patch_ids.take(pa.array(rows["map"])),
            **{name: rows[name] for name in ("epsg", "left", "top", "unlabelled_pixels")},
            "class_pixels": pa.FixedSizeListArray.from_arrays(pixels, len(CLASSES)),
        }

    def instance_columns(rows):
        return attribute_kernel.instance_columns(rows, row_of[rows["map"]])

    def adjacency_columns(rows):
        return attribute_kernel.adjacency_columns(rows, row_of[rows["map"]])

    tables = (
        (MAPS, reader.maps, map_columns),
        (INSTANCES, reader.instances, instance_columns),
        (ADJACENCIES, reader.adjacencies, adjacency_columns),
    )
    # All three appear together, once the last is whole.
    with ExitStack() as stack:
        writers = []
        for target, (schema, rows, columns) in zip(targets, tables, strict=True):
            writer = stack.enter_context(TableWriter(target, schema, lineage))
            for block in rows.blocks(len(present), _MAPS_PER_ROW_GROUP):
                if len(block):
                    writer.write(columns(block))
            writers.append(writer)
        return tuple(writer.rows for writer in writers)
