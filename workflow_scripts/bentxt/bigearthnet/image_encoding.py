"""Both sensors' archives into one LMDB, streamed."""

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path

import lmdb
import numpy as np
from safetensors.numpy import save

from bentxt.atomic import atomic_directory
from bentxt.bigearthnet.archives import members
from bentxt.bigearthnet.geotiff import read_band
from bentxt.bigearthnet.image_store import LINEAGE, S1_BANDS, S2_BANDS
from bentxt.errors import InputError
from bentxt.program.lineage import Lineage

_PATCHES_PER_TRANSACTION = 512


def encode_images(
    patch_ids: Iterable[str],
    s1_names: Iterable[str],
    s1: Path | str,
    s2: Path | str,
    out: Path | str,
    lineage: Lineage,
    watch: Callable[[Iterable], Iterable] = iter,
) -> None:
    """Fill an LMDB with the images of some patches, in one pass over each archive.

    Parameters
    ----------
    patch_ids, s1_names : iterable of str
        The patches wanted from either sensor; what else the archives hold is left out.
    s1, s2 : str or Path
        ``BigEarthNet-S1.tar.zst`` and ``BigEarthNet-S2.tar.zst``, or folders of the same layout.
    out : str or Path
        Directory of the LMDB; appears only when it is complete. Holds ``lineage.json`` too.
    lineage : bentxt.program.lineage.Lineage
    watch : callable
        Wraps the patches as they are finished, to show progress.

    Raises
    ------
    InputError
        If an archive cannot be read, or a wanted patch is missing from it, lacks a band, is there twice or
        holds a band of another type or shape. The message names archive and member.
    """
    sensors = ((s1, set(s1_names), S1_BANDS, "float32"), (s2, set(patch_ids), S2_BANDS, "uint16"))
    # Blobs take whole pages of 4 kB, and the tree some more.
    pages = sum(len(wanted) * (blob_bytes(bands, dtype) // 4096 + 3) for _, wanted, bands, dtype in sensors)
    with atomic_directory(out) as part:
        with _writing(part, out, int(1.05 * 4096 * pages) + (64 << 20)) as environment:
            for blobs in _batches(watch(_sensor_blobs(sensors)), _PATCHES_PER_TRANSACTION):
                with environment.begin(write=True) as transaction:
                    for name, blob in blobs:
                        transaction.put(name.encode(), blob)
        (part / "lock.mdb").unlink(missing_ok=True)
        text = json.dumps(lineage.to_dict(), indent=1, sort_keys=True) + "\n"
        (part / LINEAGE).write_text(text, encoding="utf-8")


@contextmanager
def _writing(folder, out, map_size):
    """Open an LMDB for writing; a full disk becomes an :class:`InputError`."""
    try:
        # A crash leaves no half-written LMDB behind, since the directory is renamed only at the end:
        # so there is no need to wait for the disk at each transaction.
        environment = lmdb.open(str(folder), map_size=map_size, sync=False, metasync=False, meminit=False)
        try:
            yield environment
            environment.sync(True)
        finally:
            environment.close()
    except lmdb.Error as error:
        remedy = f"the images take about {map_size >> 20} MiB: free space on this file system"
        raise InputError(f"cannot write the LMDB: {error}", file=out, remedy=remedy) from error


def blob_bytes(bands: Mapping[str, int], dtype: str) -> int:
    """Return the size of a patch's blob: a header of some 80 bytes a band, and the pixels."""
    return 100 * len(bands) + sum(side * side for side in bands.values()) * np.dtype(dtype).itemsize


def _batches(items, size):
    batch = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _sensor_blobs(sensors):
    for archive, wanted, bands, dtype in sensors:
        yield from _patch_blobs(archive, wanted, bands, dtype)


def _patch_blobs(archive, wanted, bands, dtype):
    """Yield name and blob of each wanted patch as soon as its last band has come."""
    incomplete: dict[str, dict[str, np.ndarray]] = {}
    finished: set[str] = set()
    for member, data in members(archive):
        name, _, band = member.rpartition("/")[2].removesuffix(".tif").rpartition("_")
        if name not in wanted:
            continue
        if band not in bands:
            expected = ", ".join(bands)
            raise InputError(f"unknown band {band}; expected {expected}", file=archive, item=member)
        arrays = incomplete.setdefault(name, {})
        if name in finished or band in arrays:
            raise InputError(f"band {band} of {name} is there twice", file=archive, item=member)
        try:
            arrays[band] = read_band(data, dtype, bands[band])
        except InputError as error:
            remedy = "fetch the archive again"
            raise InputError(error.problem, file=archive, item=member, remedy=remedy) from error
        if len(arrays) == len(bands):
            finished.add(name)
            del incomplete[name]
            yield name, save(arrays)
    if incomplete:
        name = min(incomplete)
        missing = ", ".join(band for band in bands if band not in incomplete[name])
        more = f", and {len(incomplete) - 1} more patches lack bands" if len(incomplete) > 1 else ""
        raise InputError(f"patch without band {missing}{more}", file=archive, item=name)
    if len(finished) < len(wanted):
        absent = sorted(wanted - finished)
        raise InputError(
            f"{len(absent)} of {len(wanted)} patches are not in the archive, the first is {absent[0]}",
            file=archive,
            item=absent[0],
            remedy="archive and metadata must be of the same version of BigEarthNet",
        )
