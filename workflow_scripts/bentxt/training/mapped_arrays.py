"""Folders of arrays that are opened memory-mapped: what many processes read at random, without loading it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self, overload

import numpy as np

from bentxt.errors import InputError

ABOUT = "about.json"


class GrowingArray:
    """An ``.npy`` file that is written in parts: ``with GrowingArray(...) as array``.

    Parameters
    ----------
    path : str or Path
    dtype : numpy.dtype or type
    """

    def __init__(self, path: str | Path, dtype: type | np.dtype) -> None:
        self._dtype, self._count = np.dtype(dtype), 0
        self._file = Path(path).open("wb")  # noqa: SIM115
        self._write_header()

    def append(self, values: Iterable[Any] | np.ndarray) -> None:
        """Add values at the end."""
        array = np.asarray(values, self._dtype)
        self._file.write(np.ascontiguousarray(array).data)
        self._count += len(array)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        with self._file:
            self._file.seek(0)
            self._write_header()

    def _write_header(self):
        # NumPy leaves room for a longer shape in the header of any array.
        descr = np.lib.format.dtype_to_descr(self._dtype)
        header = {"descr": descr, "fortran_order": False, "shape": (self._count,)}
        np.lib.format.write_array_header_1_0(self._file, header)


class GrowingNames:
    """Names as two arrays, their UTF-8 and where each ends; written as :class:`GrowingArray`.

    Parameters
    ----------
    folder : str or Path
    name : str
        Of the arrays: ``name.npy`` and ``name_ends.npy``.
    """

    def __init__(self, folder: str | Path, name: str) -> None:
        self._text = GrowingArray(Path(folder) / f"{name}.npy", np.uint8)
        self._ends = GrowingArray(Path(folder) / f"{name}_ends.npy", np.int64)
        self._end = 0

    def append(self, names: Iterable[str]) -> None:
        """Add names at the end."""
        for name in names:
            data = name.encode()
            self._end += len(data)
            self._text.append(np.frombuffer(data, np.uint8))
            self._ends.append([self._end])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        self._text.__exit__(*error)
        self._ends.__exit__(*error)


class Names(Sequence[str]):
    """Names that :class:`GrowingNames` wrote; each is decoded when it is asked for.

    Parameters
    ----------
    text : numpy.ndarray
        uint8.
    ends : numpy.ndarray
        int64, shape (names,).
    """

    def __init__(self, text: np.ndarray, ends: np.ndarray) -> None:
        self._text, self._ends = text, ends

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        number = range(len(self))[index]
        start = self._ends[number - 1] if number else 0
        return self._text[start : self._ends[number]].tobytes().decode()


def file_hashes(folder: str | Path) -> dict[str, str]:
    """Return the hash (32 hexadecimal digits) of each array of a folder."""
    hashes = {}
    for path in sorted(Path(folder).glob("*.npy")):
        with path.open("rb") as file:
            hashes[path.name] = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    return hashes


def write_about(folder: str | Path, about: dict[str, Any]) -> None:
    """Say in a folder what its arrays are."""
    text = json.dumps(about, indent=1, sort_keys=True) + "\n"
    (Path(folder) / ABOUT).write_text(text, encoding="utf-8")


def read_about(folder: str | Path, keys: Iterable[str]) -> dict[str, Any]:
    """Return what :func:`write_about` wrote.

    Raises
    ------
    InputError
        If the file is missing or lacks a key.
    """
    path = Path(folder) / ABOUT
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        if missing := [key for key in keys if key not in about]:
            raise KeyError(", ".join(missing))
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read: {error}"
        raise InputError(f"{ABOUT} {problem}", file=folder, remedy=AGAIN) from error
    return about


def open_arrays(folder: str | Path, names: Iterable[str]) -> list[np.ndarray]:
    """Open arrays of a folder, memory-mapped.

    Raises
    ------
    InputError
        If one is missing or shorter than it says.
    """
    return [_open(Path(folder) / f"{name}.npy") for name in names]


#: What helps where a folder is not as it was written.
AGAIN = "delete the folder and make it again with snakemake"


def _open(path):
    try:
        # An array without values cannot be mapped.
        with path.open("rb") as file:
            np.lib.format.read_magic(file)
            shape, _, _ = np.lib.format.read_array_header_1_0(file)
        return np.load(path, mmap_mode="r" if all(shape) else None, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"cannot be read: {error}", file=path, remedy=AGAIN) from error
