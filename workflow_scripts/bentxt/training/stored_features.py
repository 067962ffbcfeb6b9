"""Features of all patches on disk: computed once by the frozen parts, read by every fine-tuning.

A row of each part (RGB, Sentinel-2, Sentinel-1) is one patch. At the published size that is (256 × 896 +
2 × 225 × 768) numbers: 1.15 MB a patch in bfloat16, 399 GB for the 347,209 patches that are trained on.
"""

from __future__ import annotations

import hashlib
import json
import os
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bentxt.atomic import remove, write_text
from bentxt.errors import InputError
from bentxt.models.modalities import MODALITIES, Make
from bentxt.models.rs_internvl import Features
from bentxt.program.progress_bars import progress
from bentxt.training.mapped_arrays import AGAIN, GrowingNames, Names, open_arrays, read_about, write_about
from bentxt.training.patch_inputs import PatchInputs
from bentxt.training.read_ahead import read_ahead

#: How far a killed encoding came, in the folder that it fills.
DONE = "done.json"
#: NumPy has no bfloat16: its bits are stored.
_STORED: dict[torch.dtype, np.dtype] = {
    torch.float32: np.dtype("<f4"),
    torch.bfloat16: np.dtype("<u2"),
    torch.float16: np.dtype("<f2"),
}


def encode_features(
    patch_ids: Sequence[str],
    read: Callable[[Sequence[int]], PatchInputs],
    encode: Callable[[Sequence[torch.Tensor]], Features],
    folder: str | Path,
    out: str | Path,
    about: Mapping[str, Any],
    workers: int = 0,
    prefetch: int = 2,
    together: int = 32,
) -> None:
    """Encode all patches, going on where a killed run of the same description ended.

    Parameters
    ----------
    patch_ids : sequence of str
        Sorted.
    read, encode : callable
        As of :class:`bentxt.training.feature_store.FeatureStore`.
    folder : str or Path
        Where the unfinished features are; on the file system of ``out``.
    out : str or Path
        For :func:`open_features`; appears whole.
    about : dict
        What the features depend on: another one begins again.
    workers, prefetch : int
        Of :func:`bentxt.training.read_ahead.read_ahead`.
    together : int
        Patches that are encoded and saved together.
    """
    folder, count = Path(folder), len(patch_ids)
    text = json.dumps([dict(about), list(patch_ids)], sort_keys=True)
    key = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    done = _done(folder, key)
    groups = (range(begin, min(begin + together, count)) for begin in range(done, count, together))
    with progress(total=count, initial=done, desc="encoding", unit=" patches") as bar:
        for inputs in read_ahead(groups, read, workers, prefetch):
            features = encode(inputs.owned().tensors)
            for name in MODALITIES:
                _write_rows(folder / f"{name}.npy", getattr(features, name), done, count)
            done += len(inputs.patches)
            write_text(folder / DONE, json.dumps({"key": key, "done": done}))
            bar.update(len(inputs.patches))
    with GrowingNames(folder, "patches") as names:
        names.append(patch_ids)
    write_about(folder, {**about, "patches": count})
    (folder / DONE).unlink()
    remove(Path(out))
    folder.rename(out)


def _done(folder, key):
    """Return how many patches a folder holds already; without the same description nothing is left in it."""
    try:
        found = json.loads((folder / DONE).read_text(encoding="utf-8"))
        if found["key"] == key:
            return int(found["done"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    remove(folder)
    folder.mkdir(parents=True)
    return 0


def _write_rows(path, values, at, count):
    """Put rows into a file of ``count`` rows, on the disk before this returns."""
    values = values.cpu().contiguous()
    stored = _STORED[values.dtype]
    rows = (values.view(torch.int16) if values.dtype == torch.bfloat16 else values).numpy().view(stored)
    with path.open("r+b" if at else "wb") as file:
        descr = np.lib.format.dtype_to_descr(stored)
        shape = {"descr": descr, "fortran_order": False, "shape": (count, *rows.shape[1:])}
        np.lib.format.write_array_header_1_0(file, shape)
        file.seek(at * rows[0].nbytes, os.SEEK_CUR)
        file.write(rows.data)
        file.flush()
        os.fsync(file.fileno())


class StoredReader:
    """Reads features of patches.

    Parameters
    ----------
    folder : str or Path
        For messages.
    names : sequence of str
        The patches of the rows, sorted.
    parts : list of numpy.ndarray or None
        Of each of :data:`bentxt.models.modalities.MODALITIES`; None: not seen.
    dtype : torch.dtype
    patch_ids : sequence of str
        Of the patches by the numbers that are asked for.
    """

    def __init__(
        self,
        folder: str | Path,
        names: Sequence[str],
        parts: Sequence[np.ndarray | None],
        dtype: torch.dtype,
        patch_ids: Sequence[str],
    ) -> None:
        self._folder, self._names, self._parts = folder, names, parts
        self._dtype, self._patch_ids = dtype, patch_ids

    def __call__(self, patches: Sequence[int]) -> PatchInputs:
        """Return the features of some patches as :class:`PatchInputs`.

        Raises
        ------
        InputError
            If a patch is not there.
        """
        rows = [self._row(self._patch_ids[patch]) for patch in patches]
        return PatchInputs(tuple(patches), tuple(self._tensor(part, rows) for part in self._parts))

    def _row(self, patch_id):
        row = bisect_left(self._names, patch_id)
        if row == len(self._names) or self._names[row] != patch_id:
            raise InputError("no features of this patch", file=self._folder, item=patch_id, remedy=AGAIN)
        return row

    def _tensor(self, part, rows):
        if part is None:
            return torch.zeros(len(rows), 0, dtype=self._dtype)
        values = torch.from_numpy(
            np.stack([part[row] for row in rows]).view(_WORDS.get(part.dtype, part.dtype))
        )
        return values.view(self._dtype)


#: Of what NumPy and PyTorch do not both know, the words with the same bits.
_WORDS = {np.dtype("<u2"): np.dtype("<i2")}


def open_features(
    folder: str | Path, patch_ids: Sequence[str], made_from: Mapping[str, Any], make: Make
) -> StoredReader:
    """Open features for the patches of a fine-tuning.

    Parameters
    ----------
    folder : str or Path
        From ``encode_features.py``.
    patch_ids : sequence of str
        Of the fine-tuning.
    made_from : dict
        What they must have been made from, as far as the fine-tuning knows it: identities of checkpoints,
        dtype and white.
    make : bentxt.models.modalities.Make

    Returns
    -------
    StoredReader

    Raises
    ------
    InputError
        If the folder is not whole, was made from something else, or a part that is to be trained is in what
        made them.
    """
    if trained := [part for part in ("rgb_projector", "encoders") if part in make.trained]:
        raise InputError(
            f"stored features are those of frozen parts; {', '.join(trained)} would be trained",
            item="finetuning.features",
            remedy="set it to computed",
        )
    about = read_about(folder, ("patches", "dtype"))
    for name, value in made_from.items():
        if about.get(name) != value:
            problem = f"made with {name} {about.get(name)}, the fine-tuning has {value}"
            raise InputError(problem, file=folder, item=name, remedy=AGAIN)
    text, ends = open_arrays(folder, ["patches", "patches_ends"])
    parts = [open_arrays(folder, [name])[0] if name in make.modalities else None for name in MODALITIES]
    for part in parts:
        if part is not None and len(part) != about["patches"]:
            problem = f"{len(part)} rows for {about['patches']} patches"
            raise InputError(problem, file=folder, remedy=AGAIN)
    return StoredReader(folder, Names(text, ends), parts, getattr(torch, about["dtype"]), patch_ids)
