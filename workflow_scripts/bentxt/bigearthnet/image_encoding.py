"""Both sensors' archives into one LMDB, streamed."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
from safetensors.numpy import load, save

from bentxt.bigearthnet.archive_check import how_to_check, label
from bentxt.bigearthnet.geotiff import read_band
from bentxt.bigearthnet.image_store import S1_BANDS, S2_BANDS
from bentxt.bigearthnet.image_writing import image_writer
from bentxt.bigearthnet.patch_folders import members_of
from bentxt.bigearthnet.sources import SourceStream
from bentxt.errors import InputError
from bentxt.program.lineage import Lineage


def encode_images(
    patch_ids: Iterable[str],
    s1_names: Iterable[str],
    s1: Path | str | SourceStream,
    s2: Path | str | SourceStream,
    out: Path | str,
    lineage: Lineage,
    watch: Callable[[Iterable], Iterable] = iter,
) -> int:
    """Fill an LMDB with the images of some patches, in one pass over each archive.

    Patches that an interrupted call has put there are read again, compared and not encoded again; an archive
    that it had read to its end is not read at all.

    Parameters
    ----------
    patch_ids, s1_names : iterable of str
        The patches wanted from either sensor; what else the archives hold is left out.
    s1, s2 : str, Path or bentxt.bigearthnet.sources.SourceStream
        ``BigEarthNet-S1.tar.zst`` and ``BigEarthNet-S2.tar.zst``; folders of the same layout, of which only
        the patches wanted are looked at; or the published archives as streams, which are read to their end:
        only there can their hash be compared.
    out : str or Path
        Directory of the LMDB; appears only when it is complete and every hash is right. Holds
        ``lineage.json`` too.
    lineage : bentxt.program.lineage.Lineage
    watch : callable
        Wraps the patches as they are finished, to show progress.

    Returns
    -------
    int
        Patches, of both sensors together, that were there from an interrupted call.

    Raises
    ------
    InputError
        If an archive cannot be read, or a wanted patch is missing from it, lacks a band, is there twice or
        holds a band of another type or shape. The message names archive and member.
    """
    sensors = (
        ("Sentinel-1", s1, set(s1_names), S1_BANDS, "float32"),
        ("Sentinel-2", s2, set(patch_ids), S2_BANDS, "uint16"),
    )
    # Blobs take whole pages of 4 kB, and the tree some more.
    pages = sum(
        len(wanted) * (blob_bytes(bands, dtype) // 4096 + 3) for _, _, wanted, bands, dtype in sensors
    )
    map_size, kept = int(1.05 * 4096 * pages) + (64 << 20), 0
    with image_writer(out, map_size, sensors[0][2] | sensors[1][2], lineage) as writer:
        for name, blob in watch(_sensor_blobs(sensors, writer)):
            if blob is None:
                kept += 1
            else:
                writer.put(name, blob)
    return kept


def blob_bytes(bands: Mapping[str, int], dtype: str) -> int:
    """Return the size of a patch's blob: a header of some 80 bytes a band, and the pixels."""
    return 100 * len(bands) + sum(side * side for side in bands.values()) * np.dtype(dtype).itemsize


def _sensor_blobs(sensors, writer):
    """Yield name and blob of each wanted patch of each sensor; None for the blob that is there already."""
    for sensor, archive, wanted, bands, dtype in sensors:
        identity, streamed = _identity(archive), isinstance(archive, SourceStream)
        if writer.is_complete(sensor, identity, wanted, streamed):
            yield from ((name, None) for name in wanted)
        else:
            yield from _patch_blobs(archive, wanted, bands, dtype, writer)
            writer.mark_complete(sensor, identity, streamed)


def _identity(archive):
    """Return what tells whether an archive is still the same; None for a folder, of which nothing does."""
    if isinstance(archive, SourceStream):
        return archive.source.checksum
    path = Path(archive)
    if not path.is_file():
        return None
    found = path.stat()
    return json.dumps([str(path.resolve()), found.st_size, found.st_mtime_ns])


def _patch_blobs(archive, wanted, bands, dtype, writer):
    """Yield name and blob of each wanted patch as soon as its last band has come."""
    incomplete: dict[str, dict[str, np.ndarray]] = {}
    finished: set[str] = set()
    for member, data in members_of(archive, wanted):
        name, _, band = member.rpartition("/")[2].removesuffix(".tif").rpartition("_")
        if name not in wanted:
            continue
        if band not in bands:
            expected = ", ".join(bands)
            raise _fault(f"unknown band {band}; expected {expected}", archive, member)
        arrays = incomplete.setdefault(name, {})
        if name in finished or band in arrays:
            raise _fault(f"band {band} of {name} is there twice", archive, member)
        try:
            arrays[band] = read_band(data, dtype, bands[band])
        except InputError as error:
            raise _fault(error.problem, archive, member) from error
        if len(arrays) == len(bands):
            finished.add(name)
            del incomplete[name]
            yield name, None if _is_stored(arrays, writer.stored(name)) else save(arrays)
    if isinstance(archive, SourceStream):
        archive.finish()
    if incomplete:
        name = min(incomplete)
        missing = ", ".join(band for band in bands if band not in incomplete[name])
        more = f", and {len(incomplete) - 1} more patches lack bands" if len(incomplete) > 1 else ""
        raise _fault(f"patch without band {missing}{more}", archive, name)
    if len(finished) < len(wanted):
        absent = sorted(wanted - finished)
        raise InputError(
            f"{len(absent)} of {len(wanted)} patches are not in the archive, the first is {absent[0]}",
            file=label(archive),
            item=absent[0],
            remedy=f"archive and patches must be of the same version of BigEarthNet; {how_to_check(archive)}",
        )


def _is_stored(arrays, blob):
    """Tell whether a blob holds just these arrays. An interrupted call may have been given other bytes."""
    if blob is None:
        return False
    stored = load(blob)
    return stored.keys() == arrays.keys() and all(
        stored[band].dtype == array.dtype and stored[band].tobytes() == array.tobytes()
        for band, array in arrays.items()
    )


def _fault(problem, archive, item):
    return InputError(problem, file=label(archive), item=item, remedy=how_to_check(archive))
