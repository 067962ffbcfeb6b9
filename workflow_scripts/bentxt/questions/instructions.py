"""Instructions that ask for a caption, and the captions as their answers (Section 3.3)."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bentxt.errors import InputError
from bentxt.questions.rows import QuestionRows
from bentxt.randomness import generator
from bentxt.schemas import AUGMENTED_CAPTIONS, PATCHES, QUESTIONS, TableWriter, check_table
from bentxt.table_streams import TableStream

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
        Patches held in memory at a time, beside the captions; without effect on the result.

    Raises
    ------
    InputError
        If a patch has no caption or two, or a caption no patch.
    """
    found = read_captions(captions, ["patch_id", "caption"])
    stream = TableStream(patches, PATCHES, "patch_id", ["patch_id"])
    if stream.rows != len(found):
        raise InputError(
            f"{len(found)} captions for {stream.rows} patches", file=patches, remedy="make the captions again"
        )
    rows = QuestionRows()
    with TableWriter(out, QUESTIONS, lineage) as writer:
        while len(kept := stream.take(block)["patch_id"]):
            places = pc.index_in(kept, value_set=found["patch_id"].combine_chunks())
            if places.null_count:
                missing = kept.filter(pc.is_null(places))[0].as_py()
                raise InputError("patch without caption", file=patches, item=missing)
            texts = found["caption"].take(places)
            for patch_id, caption in zip(kept.to_pylist(), texts.to_pylist(), strict=True):
                template = templates.pick(
                    CATEGORY, generator(seed, "captioning instructions", patch_id).random()
                )
                rows.extend(patch_id, [(CATEGORY, template.render({}), caption, template.id, [], False)])
            writer.write(rows.take())


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
