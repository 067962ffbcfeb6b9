"""Images of both sensors in one LMDB, read at random (Section 3.1); ``image_encoding`` fills it.

The layout is that of rico-hdl: the key is the name of the Sentinel-1 or Sentinel-2 patch (UTF-8), the value
a safetensors blob with a tensor for each band at its own resolution, named by the band. So either tool's
output can be read by either.
"""

import hashlib
import json
import os
import struct
from functools import lru_cache
from pathlib import Path
from typing import Any

import lmdb
import numpy as np

from bentxt.errors import InputError

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
_DTYPES: dict[str, np.dtype] = {"U16": np.dtype("<u2"), "F32": np.dtype("<f4")}
LINEAGE = "lineage.json"


def open_images(path: Path | str) -> "Images":
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

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._environment: lmdb.Environment | None = None
        self._process: int | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self.path, "_environment": None, "_process": None}

    def _begin(self) -> lmdb.Transaction:
        if self._environment is None or self._process != os.getpid():
            self._environment = _environment(self.path)
            self._process = os.getpid()
        return self._environment.begin()

    def __len__(self) -> int:
        """Return the number of patches, of both sensors together."""
        with self._begin() as transaction:
            return transaction.stat()["entries"]

    def __contains__(self, name: str) -> bool:
        """Return whether a patch of either sensor is there."""
        with self._begin() as transaction, transaction.cursor() as cursor:
            return cursor.set_key(name.encode())

    def _blob(self, name):
        with self._begin() as transaction:
            blob = transaction.get(name.encode())
        if blob is None:
            remedy = "set images.splits in the config to its split, or to all, and run snakemake again"
            raise InputError("patch not in the LMDB", file=self.path, item=name, remedy=remedy)
        return blob

    def fingerprint(self, name: str) -> str:
        """Return the hash of a patch of either sensor as it is stored, bands and their names.

        Parameters
        ----------
        name : str

        Returns
        -------
        str
            32 hexadecimal digits.

        Raises
        ------
        InputError
            If the patch is not there.
        """
        return hashlib.blake2b(self._blob(name), digest_size=16).hexdigest()

    def _read(self, name):
        blob = self._blob(name)
        try:
            (length,) = struct.unpack_from("<Q", blob)
            return {
                band: np.frombuffer(blob, dtype, count, 8 + length + start).reshape(shape)
                for band, dtype, count, shape, start in _tensors(blob[8 : 8 + length])
            }
        except (struct.error, ValueError, KeyError) as error:
            remedy = "delete the LMDB and make it again"
            raise InputError(f"corrupt blob: {error}", file=self.path, item=name, remedy=remedy) from error

    def s2(self, patch_id: str) -> dict[str, np.ndarray]:
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

    def s1(self, s1_name: str) -> dict[str, np.ndarray]:
        """Return the polarisations VV and VH of a Sentinel-1 patch: float32, 120×120, dB; as :meth:`s2`."""
        return self._read(s1_name)

    def sample(self, patch_id: str, s1_name: str) -> dict[str, np.ndarray]:
        """Return all 14 bands of a pair of patches in one dict; see :meth:`s2` and :meth:`s1`."""
        return self.s2(patch_id) | self.s1(s1_name)


#: Environments by the file they read, each with the process that opened it.
_environments: dict[tuple[int, int], tuple[int, lmdb.Environment]] = {}


def _environment(path: Path) -> lmdb.Environment:
    """Open an LMDB for reading, once a file and process: LMDB allows neither twice nor across a fork."""
    try:
        file = (path / "data.mdb").stat()
        key = (file.st_dev, file.st_ino)
        process, environment = _environments.get(key, (None, None))
        if environment is None or process != os.getpid():
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
