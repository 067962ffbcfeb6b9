"""Images of both sensors in one LMDB: filled by streaming the archives, read at random (Section 3.1).

The layout is that of rico-hdl: the key is the name of the Sentinel-1 or Sentinel-2 patch (UTF-8), the value
a safetensors blob with a tensor for each band at its own resolution, named by the band. So either tool's
output can be read by either.
"""

import json
import os
import struct
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import lmdb
import numpy as np
from safetensors.numpy import save

from bentxt.archives import members
from bentxt.atomic import atomic_directory
from bentxt.errors import InputError
from bentxt.geotiff import read_band

#: Bands of Sentinel-2 (no B10 in level 2A) and their sides in pixels; uint16, reflectance x 10,000.
S2_BANDS = {
    "B01": 20,
    "B02": 120,
    "B03": 120,
    "B04": 120,
    "B05": 60,
    "B06": 60,
    "B07": 60,
    "B08": 120,
    "B8A": 60,
    "B09": 20,
    "B11": 60,
    "B12": 60,
}

#: Polarisations of Sentinel-1 and their sides in pixels; float32, dB.
S1_BANDS = {"VV": 120, "VH": 120}

_DTYPES = {"U16": np.dtype("<u2"), "F32": np.dtype("<f4")}
_PATCHES_PER_TRANSACTION = 512
_LINEAGE = "lineage.json"


def encode_images(patch_ids, s1_names, s1, s2, out, lineage, watch=iter):
    """Fill an LMDB with the images of some patches, in one pass over each archive.

    Parameters
    ----------
    patch_ids, s1_names : iterable of str
        The patches wanted from either sensor; what else the archives hold is left out.
    s1, s2 : str or Path
        ``BigEarthNet-S1.tar.zst`` and ``BigEarthNet-S2.tar.zst``, or folders of the same layout.
    out : str or Path
        Directory of the LMDB; appears only when it is complete. Holds ``lineage.json`` too.
    lineage : bentxt.schemas.Lineage
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
    pages = sum(len(wanted) * (_blob_bytes(bands, dtype) // 4096 + 3) for _, wanted, bands, dtype in sensors)
    with atomic_directory(out) as part:
        with _writing(part, out, int(1.05 * 4096 * pages) + (64 << 20)) as environment:
            for blobs in _batches(watch(_sensor_blobs(sensors)), _PATCHES_PER_TRANSACTION):
                with environment.begin(write=True) as transaction:
                    for name, blob in blobs:
                        transaction.put(name.encode(), blob)
        (part / "lock.mdb").unlink(missing_ok=True)
        text = json.dumps(lineage.to_dict(), indent=1, sort_keys=True) + "\n"
        (part / _LINEAGE).write_text(text, encoding="utf-8")


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


def _blob_bytes(bands, dtype):
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
    incomplete, finished = {}, set()
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
        missing = sorted(wanted - finished)
        raise InputError(
            f"{len(missing)} of {len(wanted)} patches are not in the archive, the first is {missing[0]}",
            file=archive,
            item=missing[0],
            remedy="archive and metadata must be of the same version of BigEarthNet",
        )


def open_images(path):
    """Open an LMDB of images for reading.

    Parameters
    ----------
    path : str or Path
        Directory that :func:`encode_images` or rico-hdl wrote.

    Returns
    -------
    Images

    Raises
    ------
    InputError
        If there is no LMDB.
    """
    if not (Path(path) / "data.mdb").is_file():
        raise InputError("no LMDB of images there", file=path, remedy="make it with snakemake")
    return Images(path)


class Images:
    """Reads patches out of an LMDB; may be handed to worker processes, which open it for themselves."""

    def __init__(self, path):
        self.path = Path(path)
        self._environment, self._process = None, None

    def __getstate__(self):
        return {"path": self.path, "_environment": None, "_process": None}

    def _begin(self):
        if self._process != os.getpid():
            self._environment = _environment(self.path)
            self._process = os.getpid()
        return self._environment.begin()

    def __len__(self):
        """Return the number of patches, of both sensors together."""
        with self._begin() as transaction:
            return transaction.stat()["entries"]

    def __contains__(self, name):
        """Return whether a patch of either sensor is there."""
        with self._begin() as transaction, transaction.cursor() as cursor:
            return cursor.set_key(name.encode())

    def _read(self, name):
        with self._begin() as transaction:
            blob = transaction.get(name.encode())
        if blob is None:
            raise InputError("patch not in the LMDB", file=self.path, item=name, remedy="encode it again")
        try:
            (length,) = struct.unpack_from("<Q", blob)
            return {
                band: np.frombuffer(blob, dtype, count, 8 + length + start).reshape(shape)
                for band, dtype, count, shape, start in _tensors(blob[8 : 8 + length])
            }
        except (struct.error, ValueError, KeyError) as error:
            remedy = "delete the LMDB and make it again"
            raise InputError(f"corrupt blob: {error}", file=self.path, item=name, remedy=remedy) from error

    def s2(self, patch_id):
        """Return the 12 bands of a Sentinel-2 patch.

        Parameters
        ----------
        patch_id : str

        Returns
        -------
        dict of str to numpy.ndarray
            Band to uint16 array, 120×120, 60×60 or 20×20 pixels of reflectance x 10,000; read-only.

        Raises
        ------
        InputError
            If the patch is not there or its blob is corrupt.
        """
        return self._read(patch_id)

    def s1(self, s1_name):
        """Return the polarisations VV and VH of a Sentinel-1 patch: float32, 120×120, dB; as :meth:`s2`."""
        return self._read(s1_name)

    def sample(self, patch_id, s1_name):
        """Return all 14 bands of a pair of patches in one dict; see :meth:`s2` and :meth:`s1`."""
        return self.s2(patch_id) | self.s1(s1_name)


#: Environments by the file they read, each with the process that opened it.
_environments = {}


def _environment(path):
    """Open an LMDB for reading, once a file and process: LMDB allows neither twice nor across a fork."""
    try:
        file = (path / "data.mdb").stat()
        key = (file.st_dev, file.st_ino)
        process, environment = _environments.get(key, (None, None))
        if process != os.getpid():
            if environment is not None:
                environment.close()
            environment = lmdb.open(str(path), readonly=True, lock=False, readahead=False, max_spare_txns=16)
            _environments[key] = (os.getpid(), environment)
        return environment
    except (lmdb.Error, FileNotFoundError) as error:
        remedy = "delete it and make it again"
        raise InputError(f"cannot read the LMDB: {error}", file=path, remedy=remedy) from error


@lru_cache(maxsize=64)
def _tensors(header):
    """Parse a safetensors header: band, dtype, number of elements, shape and first byte of each tensor."""
    tensors = []
    for band, entry in json.loads(header).items():
        if band != "__metadata__":
            shape, dtype = tuple(entry["shape"]), _DTYPES[entry["dtype"]]
            count = int(np.prod(shape))
            start, end = entry["data_offsets"]
            if end - start != count * dtype.itemsize:
                raise ValueError(f"{band} takes {end - start} bytes, its shape is {shape}")
            tensors.append((band, dtype, count, shape, start))
    return tuple(tensors)
