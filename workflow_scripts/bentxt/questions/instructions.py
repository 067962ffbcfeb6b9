"""Instructions that ask for a caption, and the captions as their answers (Section 3.3)."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bentxt.errors import InputError
from bentxt.questions.rows import QuestionRows
from bentxt.randomness import generator
from bentxt.schemas import AUGMENTED_CAPTIONS, PATCHES, QUESTIONS, TableWriter, check_table, read_table

#: The release's category of captions, a string.
CATEGORY = "None"

BLOCK = 8192


def generate_instructions(seed, templates, patches, captions, out, lineage, block=BLOCK):
    """Write one captioning instruction per patch, answered by its caption.

    Parameters
    ----------
    seed : int
        The run's seed.
    templates : TemplateSet
        Of type ``captioning``.
    patches : str or Path
        ``patches.parquet``.
    captions : list of str or Path
        Shards of the augmented captions; together one caption a patch, in any order.
    out : str or Path
        Target, schema ``QUESTIONS``.
    lineage : Lineage
    block : int
        Patches held in memory at a time, beside a shard of captions; without effect on the result.

    Raises
    ------
    InputError
        If a patch has no caption or two, or a caption no patch.
    """
    patch_ids = read_table(patches, PATCHES, ["patch_id"])["patch_id"]
    ids = read_captions(captions, ["patch_id"])["patch_id"]
    if len(patch_ids) != len(ids):
        raise InputError(
            f"{len(ids)} captions for {len(patch_ids)} patches",
            file=patches,
            remedy="make the captions again",
        )
    places = pc.index_in(patch_ids, value_set=ids.combine_chunks())
    if places.null_count:
        missing = patch_ids.filter(pc.is_null(places))[0].as_py()
        raise InputError("patch without caption", file=patches, item=missing)
    places, texts = places.to_numpy(), _Captions(captions)
    rows = QuestionRows()
    with TableWriter(out, QUESTIONS, lineage) as writer:
        for first in range(0, len(places), block):
            kept = patch_ids.slice(first, block).to_pylist()
            for patch_id, caption in zip(kept, texts.at(places[first : first + block]), strict=True):
                template = templates.pick(
                    CATEGORY, generator(seed, "captioning instructions", patch_id).random()
                )
                rows.extend(patch_id, [(CATEGORY, template.render({}), caption, template.id, [], False)])
            writer.write(rows.take())


class _Captions:
    """The captions of all shards, one in memory at a time; a shard of the workflow is a range of patches."""

    def __init__(self, paths):
        self._paths = paths
        self._ends = np.cumsum([pq.read_metadata(path).num_rows for path in paths])
        self._read, self._texts = None, None

    def at(self, places):
        """Return the captions (list of str) at the given rows of all shards together."""
        shards = np.searchsorted(self._ends, places, side="right")
        captions = np.empty(len(places), object)
        for shard in np.unique(shards):
            own = shards == shard
            first = self._ends[shard - 1] if shard else 0
            captions[own] = self._shard(shard).take(pa.array(places[own] - first)).to_pylist()
        return captions.tolist()

    def _shard(self, shard):
        """Return the captions of a shard, read when it is another one than last time."""
        if shard != self._read:
            self._texts = pq.read_table(self._paths[shard], columns=["caption"])["caption"]
            self._read = shard
        return self._texts


def read_captions(paths, columns):
    """Return columns of all shards of the augmented captions as one table.

    Raises
    ------
    InputError
        If a shard is unreadable or a patch is in them twice.
    """
    for path in paths:
        check_table(path, AUGMENTED_CAPTIONS)
    table = pa.concat_tables(
        [pq.read_table(path, columns=columns).replace_schema_metadata() for path in paths]
    )
    if pc.count_distinct(table["patch_id"]).as_py() != len(table):
        counts = pc.value_counts(table["patch_id"])
        twice = next(entry["values"] for entry in counts.to_pylist() if entry["counts"] > 1)
        raise InputError("two captions of one patch", file=", ".join(map(str, paths)), item=twice)
    return table
