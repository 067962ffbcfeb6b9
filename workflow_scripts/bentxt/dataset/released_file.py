"""The released data set as the data set of a run: the same rows, in patch order, in this project's form."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bentxt.errors import InputError
from bentxt.program.lineage import Lineage
from bentxt.release import SPLITS, TYPE_CATEGORIES
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_files import TableWriter, as_declared, check_table, declared
from bentxt.tables.table_streams import read_batches

_LOG = logging.getLogger(__name__)
_ORDER = ["patch_id", "ID"]
#: Rows that are sorted at a time, about; without effect on the result.
PART = 1 << 20
#: Of so many rows one is looked at to divide the file into parts.
_SAMPLED = 16
_KNOWN = {
    "type and category": {f"{name} {category}" for name, category in TYPE_CATEGORIES},
    "split": {*SPLITS, "bench"},
}


@dataclass(frozen=True)
class FileOrder:
    """What a first look at patches and IDs found.

    Attributes
    ----------
    rows : int
    ordered : bool
        Whether rows stand by patch, then by ID, as in the release.
    limits : tuple of str
        Patches that divide the file into parts of about equal length; empty for an ordered one.
    """

    rows: int
    ordered: bool
    limits: tuple[str, ...] = ()


def look_at_order(path: Path | str, part: int = PART) -> FileOrder:
    """Look whether the rows of a data set stand in patch order, and whether each has an ID of its own.

    Parameters
    ----------
    path : str or Path
        Parquet with the release's 13 columns, whoever wrote it.
    part : int
        Rows of a part, about.

    Returns
    -------
    FileOrder

    Raises
    ------
    InputError
        If the file is unreadable or lacks a column or a row, or an ID is there twice.
    """
    check_table(path, DATASET)
    ordered, last, numbers, sample = True, None, [], []
    for batch in read_batches(path, _ORDER):
        table = as_declared(batch, DATASET, _ORDER, path).combine_chunks()
        patches, ids = (table[name].combine_chunks() for name in _ORDER)
        if len(table):
            first = (patches[0].as_py(), ids[0].as_py())
            ordered = ordered and (last is None or last < first) and _ascending(patches, ids)
            last = (patches[-1].as_py(), ids[-1].as_py())
        numbers.append(ids.to_numpy())
        sample += patches[::_SAMPLED].to_pylist()
    every = np.sort(np.concatenate([np.empty(0, np.int64), *numbers]))
    if not len(every):
        raise InputError("the data set holds no row", file=path)
    twice = every[1:][every[1:] == every[:-1]]
    if len(twice):
        raise InputError(f"ID is there twice ({len(twice)} such rows)", file=path, item=f"ID {twice[0]}")
    if ordered:
        return FileOrder(len(every), True)
    step = max(part // _SAMPLED, 1)
    return FileOrder(len(every), False, tuple(dict.fromkeys(sorted(sample)[step::step])))


def _ascending(patches, ids):
    later = pc.greater(patches[1:], patches[:-1])
    within = pc.and_(pc.equal(patches[1:], patches[:-1]), pc.greater(ids[1:], ids[:-1]))
    return pc.all(pc.or_(later, within), min_count=0).as_py()


def copy_released(
    path: Path | str,
    order: FileOrder,
    out: Path | str,
    lineage: Lineage,
    watch: Callable[[Iterable], Iterable] = iter,
) -> None:
    """Write the rows of a data set from elsewhere as this project writes its own; ``path`` is only read.

    Parameters
    ----------
    path : str or Path
        As for :func:`look_at_order`.
    order : FileOrder
        Rows in another order are sorted, part by part: the file is read once for each.
    out : str or Path
        Appears when it is complete.
    lineage : bentxt.program.lineage.Lineage
    watch : callable
        Wraps the blocks of rows, to show progress.

    Raises
    ------
    InputError
        If a row lacks a value, or is of an unknown type, category or split.
    """
    blocks = _blocks(path) if order.ordered else _sorted_blocks(path, order)
    with TableWriter(out, DATASET, lineage) as writer:
        for block in watch(blocks):
            _check_words(block, path)
            writer.write(block)


def _blocks(path):
    for batch in read_batches(path, DATASET.names):
        yield as_declared(batch, DATASET, DATASET.names, path)


def _sorted_blocks(path, order):
    parts = list(pairwise([None, *order.limits, None]))
    _LOG.warning("%s is not in patch order; its %d rows are sorted in %d parts", path, order.rows, len(parts))
    for lower, upper in parts:
        found = [declared(DATASET, DATASET.names).empty_table()]
        for block in _blocks(path):
            if lower is not None:
                block = block.filter(pc.greater_equal(block["patch_id"], lower))
            if upper is not None:
                block = block.filter(pc.less(block["patch_id"], upper))
            found.append(block.combine_chunks())
        own = pa.concat_tables(found).sort_by([(name, "ascending") for name in _ORDER])
        for start in range(0, len(own), 1 << 16):
            yield own.slice(start, 1 << 16)


def _check_words(rows, path):
    """Refuse a row whose type, category or split is none of the release's."""
    found = {
        "type and category": pc.binary_join_element_wise(rows["type"], rows["category"], " "),
        "split": rows["split"],
    }
    for what, column in found.items():
        known = pc.is_in(column, pa.array(sorted(_KNOWN[what])))
        if not pc.all(known, min_count=0).as_py():
            row = pc.index(known, False).as_py()
            raise InputError(
                f"{column[row].as_py()!r} is no known {what}",
                file=path,
                item=f"ID {rows['ID'][row].as_py()}, patch {rows['patch_id'][row].as_py()}",
                remedy="docs/data_model.md says what the columns of the data set hold",
            )
