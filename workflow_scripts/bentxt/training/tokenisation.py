"""From the data set to tokens: the annotations of one task, streamed and tokenised once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bentxt.atomic import atomic_directory
from bentxt.errors import InputError
from bentxt.models.instructions import write_instruction
from bentxt.models.visual_prompts import Prompts
from bentxt.program.progress_bars import progress
from bentxt.release import TASKS
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_streams import TableStream
from bentxt.training.mapped_arrays import GrowingArray, GrowingNames, file_hashes, write_about

#: Splits that the paper trains on (Section 4.2).
TRAINED_SPLITS = ("train", "validation")
#: Rows of the data set that are looked at together.
ROWS = 1 << 15


def tokenise(
    dataset_path: str | Path, task: str, prompts: Prompts, folder: str | Path, lineage: dict[str, Any]
) -> None:
    """Write the tokens of a task's annotations in the training and validation splits (Section 4.2).

    Memory holds some ten thousand rows, however many there are.

    Parameters
    ----------
    dataset_path : str or Path
        The data set as one table, sorted by patch.
    task : str
        Of :data:`bentxt.release.TASKS`.
    prompts : bentxt.models.visual_prompts.Prompts
        Of the base.
    folder : str or Path
        For :func:`bentxt.training.annotation_tokens.open_tokens`; appears whole or not at all.
    lineage : dict
        Of the program.

    Raises
    ------
    InputError
        If there is no annotation, the table is not sorted by patch, or a patch has two Sentinel-1 names or is
        in two splits.
    """
    with atomic_directory(folder) as part:
        patches, annotations = _write(dataset_path, task, prompts, part)
        if not annotations:
            raise InputError(
                f"no {task} annotation in the training and validation splits",
                file=dataset_path,
                remedy="make the data set again, from more patches",
            )
        files = file_hashes(part)
        content = json.dumps(files, sort_keys=True).encode()
        about = {
            "task": task,
            "patches": patches,
            "annotations": annotations,
            "files": files,
            "content": hashlib.blake2b(content, digest_size=16).hexdigest(),
            "prompts": prompts.identity(),
            "lineage": lineage,
        }
        write_about(part, about)


def _write(dataset_path, task, prompts, folder):
    """Write the arrays and return the numbers of patches and of annotations."""
    last, patches, annotations, end = None, 0, 0, 0
    with ExitStack() as stack:
        kinds = {
            "first": np.int64,
            "starts": np.int64,
            "asked": np.int32,
            "tokens": np.int32,
            "ids": np.int64,
            "validation": np.bool_,
        }
        into = {
            name: stack.enter_context(GrowingArray(folder / f"{name}.npy", kind))
            for name, kind in kinds.items()
        }
        names = [stack.enter_context(GrowingNames(folder, name)) for name in ("patches", "s1_names")]
        for rows in trained_rows(dataset_path, ["ID", "input", "output", "category"], TASKS[task]):
            columns = (rows[name].to_pylist() for name in ("patch_id", "s1_name", "split"))
            for patch, group in groupby(zip(*columns, strict=True)):
                if last is None or patch[0] != last[0]:
                    into["first"].append([annotations])
                    into["validation"].append([patch[2] == "validation"])
                    for column, name in zip(names, patch[:2], strict=True):
                        column.append([name])
                    patches += 1
                elif patch != last:
                    kind, number = ("Sentinel-1 patches", 1) if patch[1] != last[1] else ("splits", 2)
                    problem = f"two {kind}: {last[number]} and {patch[number]}"
                    raise InputError(
                        problem, file=dataset_path, item=patch[0], remedy="make the data set again"
                    )
                last = patch
                annotations += len(list(group))
            asked, said = _tokens(rows, task, prompts)
            lengths = np.array([len(a) + len(b) for a, b in zip(asked, said, strict=True)], np.int64)
            into["starts"].append(end + np.cumsum(lengths) - lengths)
            end += int(lengths.sum())
            into["asked"].append([len(tokens) for tokens in asked])
            into["tokens"].append(
                np.concatenate([of for pair in zip(asked, said, strict=True) for of in pair])
            )
            into["ids"].append(rows["ID"].to_numpy())
        into["first"].append([annotations])
        into["starts"].append([end])
    return patches, annotations


def trained_rows(
    dataset_path: str | Path, columns: Sequence[str], kind: str | None = None
) -> Iterator[pa.Table]:
    """Yield the rows of the splits that are trained on, in order, some ten thousand at a time.

    Parameters
    ----------
    dataset_path : str or Path
        The data set as one table, sorted by patch.
    columns : sequence of str
        Besides ``patch_id``, ``s1_name`` and ``split``.
    kind : str, optional
        Type of annotation; all by default.

    Yields
    ------
    pyarrow.Table
        Not empty.

    Raises
    ------
    InputError
        If the table is not sorted by patch, or cannot be read.
    """
    names = ["patch_id", "s1_name", "split", *columns]
    stream = TableStream(dataset_path, DATASET, "patch_id", [*names, "type"])
    with progress(total=stream.rows, desc="reading annotations", unit=" rows") as bar:
        while rows := stream.take(ROWS):
            bar.update(len(rows))
            chosen = pc.is_in(rows["split"], pa.array(TRAINED_SPLITS))
            if kind is not None:
                chosen = pc.and_(chosen, pc.equal(rows["type"], kind))
            rows = rows.filter(chosen).select(names)
            if len(rows):
                yield rows


def trained_patches(dataset_path: str | Path) -> tuple[list[str], list[str]]:
    """Return the patches of the splits that are trained on, sorted, and the Sentinel-1 name of each."""
    pairs: dict[str, str] = {}
    for rows in trained_rows(dataset_path, []):
        pairs |= zip(rows["patch_id"].to_pylist(), rows["s1_name"].to_pylist(), strict=True)
    return list(pairs), list(pairs.values())


def _tokens(rows, task, prompts):
    """Return the tokens of the instructions and of the answers; equal texts are tokenised once."""
    written = [
        write_instruction({}, task, category, text)
        for category, text in zip(rows["category"].to_pylist(), rows["input"].to_pylist(), strict=True)
    ]
    return _once(written, prompts.instructions), _once(rows["output"].to_pylist(), prompts.answers)


def _once(texts, tokens_of):
    """Return the tokens of each text as arrays, from those of the distinct texts."""
    numbers: dict[str, int] = {}
    places = [numbers.setdefault(text, len(numbers)) for text in texts]
    distinct = [np.array(tokens, np.int32) for tokens in tokens_of(list(numbers))]
    return [distinct[place] for place in places]
