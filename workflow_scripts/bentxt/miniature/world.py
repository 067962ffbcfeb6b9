"""The miniature world: BigEarthNet v2.0's five files in the published layout, with invented patches."""

import multiprocessing
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from bentxt.bigearthnet import geotiff
from bentxt.bigearthnet.archives import write_archive
from bentxt.bigearthnet.patch_names import acquisition_date, reference_map_member, s1_member, s2_member
from bentxt.miniature import backscatter, landscape, reflectance
from bentxt.miniature.scenes import SCENES, Scene, tile_corner
from bentxt.nomenclature import CLASSES, UNKNOWN, UNLABELLED, class_lookup
from bentxt.program.lineage import Lineage
from bentxt.randomness import generator
from bentxt.tables.schemas.metadata_schema import METADATA
from bentxt.tables.table_files import write_table

_LOOKUP = class_lookup()
#: Patches that a worker invents at a time.
_CHUNK = 8
#: Side of a block of patches that share a split, in patches, and the splits that blocks take in turn.
_BLOCK = 5
_SPLITS = ("train", "validation", "train", "test")


@dataclass(frozen=True)
class InventedPatch:
    """One patch of the miniature world: where and when, not yet what it shows.

    Attributes
    ----------
    scene : Scene
    column, row : int
        Place in the scene's tile.
    sky : str
        ``clear``, ``snow`` or ``cloud``.
    unlabelled : int or None
        Code without a class that its reference map holds.
    """

    scene: Scene
    column: int
    row: int
    sky: str
    unlabelled: int | None

    @property
    def patch_id(self) -> str:
        """Name of the Sentinel-2 patch."""
        return f"{self.scene.s2}_{self.column:02d}_{self.row:02d}"

    @property
    def s1_name(self) -> str:
        """Name of the Sentinel-1 patch."""
        return f"{self.scene.s1}_{self.scene.square}_{self.column}_{self.row}"

    @property
    def s2v1_name(self) -> str:
        """Name of the patch in BigEarthNet v1.0."""
        return f"{self.scene.s2[:26]}_{self.column}_{self.row}"

    @property
    def split(self) -> str:
        """Split of the block of patches around it: half train, a quarter each validation and test."""
        shift = crc32(self.scene.square.encode())
        return _SPLITS[(self.column // _BLOCK + 2 * (self.row // _BLOCK) + shift) % 4]


def plan(
    seed: int, patches: int, snow_patches: int, cloud_patches: int, unlabelled_share: float
) -> list[InventedPatch]:
    """Decide where and when the patches lie.

    Parameters
    ----------
    seed : int
    patches : int
        Patches with a clear sky.
    snow_patches, cloud_patches : int
        Patches that the second metadata file lists.
    unlabelled_share : float
        Share of the clear patches whose maps hold a code without a class, 0 to 1.

    Returns
    -------
    list of InventedPatch
        Sorted by patch_id.
    """
    free: dict[Scene, list[int]] = {}
    for scene in SCENES:
        draw = generator(seed, "miniature places", scene.country, scene.s2)
        free.setdefault(scene, list(draw.permutation(scene.positions())))
    winter = [scene for scene in SCENES if scene.s2[15:17] in ("12", "01", "02")]
    planned = []
    for sky, count, scenes in (
        ("clear", patches, SCENES),
        ("snow", snow_patches, winter),
        ("cloud", cloud_patches, SCENES[::-1]),
    ):
        for index in range(count):
            scene = scenes[index % len(scenes)]
            row, column = divmod(int(free[scene].pop()), scene.columns[1] - scene.columns[0] + 1)
            column, row = column + scene.columns[0], row + scene.rows[0]
            # Every 1/share-th clear patch, with the codes without a class in turn.
            turn = int((index + 1) * unlabelled_share)
            chosen = sky == "clear" and turn > int(index * unlabelled_share)
            code = landscape.UNLABELLED[turn % len(landscape.UNLABELLED)] if chosen else None
            planned.append(InventedPatch(scene, column, row, sky, code))
    return sorted(planned, key=lambda patch: patch.patch_id)


#: Of a patch: its reference map as codes, and its files by archive and path.
Invented = tuple[np.ndarray, dict[str, dict[str, bytes]]]


def make_files(patch: InventedPatch, seed: int) -> Invented:
    """Invent what a patch shows.

    Parameters
    ----------
    patch : InventedPatch
    seed : int

    Returns
    -------
    codes : numpy.ndarray
        uint16, shape (120, 120): the reference map.
    files : dict of str to dict of str to bytes
        ``maps``, ``s1`` and ``s2``: path in the archive to GeoTIFF.
    """
    land = landscape.invent(
        generator(seed, "miniature land cover", patch.patch_id), patch.scene.country, patch.unlabelled
    )
    day = acquisition_date(patch.patch_id).timetuple().tm_yday
    invent = {
        "clear": reflectance.invent,
        "snow": reflectance.invent_snow,
        "cloud": reflectance.invent_cloud,
    }[patch.sky]
    optical = invent(generator(seed, "miniature s2", patch.patch_id), land, patch.scene.country, day)
    radar = backscatter.invent(generator(seed, "miniature s1", patch.patch_id), land, day)
    epsg, left, top = tile_corner(patch.scene.square)
    place: dict[str, Any] = {"epsg": epsg, "left": left + 1200 * patch.column, "top": top - 1200 * patch.row}
    name = patch.patch_id
    return land.codes, {
        "maps": {
            reference_map_member(name): geotiff.encode(land.codes, **place, pixel=10, nodata=0, deflate=True)
        },
        "s1": {
            s1_member(patch.s1_name, band): geotiff.encode(array, **place, pixel=10)
            for band, array in sorted(radar.items())
        },
        "s2": {
            s2_member(name, band): geotiff.encode(array, **place, pixel=1200 // len(array), nodata=0)
            for band, array in sorted(optical.items())
        },
    }


def labels(codes: np.ndarray) -> list[str]:
    """Return the names of the classes in a reference map, in alphabetical order."""
    present = np.unique(_LOOKUP[codes])
    return sorted(CLASSES[index] for index in present if index not in (UNLABELLED, UNKNOWN))


@contextmanager
def _invented(planned: list[InventedPatch], seed: int, workers: int) -> Iterator[Iterable[Invented]]:
    """Give the files of each patch in the order of the patches, made by so many processes."""
    make = partial(make_files, seed=seed)
    if workers == 1:
        yield map(make, planned)
        return
    # Not forked: the process that asks may have threads.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        try:
            yield pool.map(make, planned, chunksize=_CHUNK)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def write_world(
    planned: list[InventedPatch],
    seed: int,
    *,
    reference_maps: Path | str,
    s1: Path | str,
    s2: Path | str,
    metadata: Path | str,
    excluded_metadata: Path | str,
    lineage: Lineage,
    workers: int = 1,
    watch: Callable[[list[InventedPatch]], Iterable[InventedPatch]] = iter,
) -> None:
    """Write the three archives and the two metadata files, each atomically.

    Parameters
    ----------
    planned : list of InventedPatch
    seed : int
    reference_maps, s1, s2, metadata, excluded_metadata : str or Path
        Targets.
    lineage : bentxt.program.lineage.Lineage
        Stored in the metadata files; says that the patches are invented.
    workers : int
        Processes that invent patches. The files do not depend on it: draws are seeded by patch.
    watch : callable
        Wraps the list of patches, to show progress.
    """
    rows: dict[bool, dict[str, list]] = {True: defaultdict(list), False: defaultdict(list)}
    with ExitStack() as stack:
        archives = {
            kind: stack.enter_context(write_archive(path))
            for kind, path in (("maps", reference_maps), ("s1", s1), ("s2", s2))
        }
        invented = stack.enter_context(_invented(planned, seed, workers))
        for patch, (codes, files) in zip(watch(planned), invented, strict=True):
            for kind, archive in archives.items():
                for member, data in files[kind].items():
                    archive.add(member, data)
            values = (
                patch.patch_id,
                labels(codes),
                patch.split,
                patch.scene.country,
                patch.s1_name,
                patch.s2v1_name,
                patch.sky == "snow",
                patch.sky == "cloud",
            )
            for column, value in zip(METADATA.names, values, strict=True):
                rows[patch.sky == "clear"][column].append(value)
    for clear, path in ((True, metadata), (False, excluded_metadata)):
        columns = {name: rows[clear][name] for name in METADATA.names}
        write_table(path, columns, METADATA, lineage)
