"""Instructions that ask for a caption, and the captions as their answers (Section 3.1)."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow.compute as pc

from bentxt.captions.caption_shards import CaptionShards, read_captions
from bentxt.errors import InputError
from bentxt.program.lineage import Lineage
from bentxt.questions.question_rows import QuestionRow, QuestionRows
from bentxt.questions.templates import TemplateSet
from bentxt.randomness import generator
from bentxt.tables.schemas.patches_schema import PATCHES
from bentxt.tables.schemas.questions_schema import QUESTIONS
from bentxt.tables.table_files import TableWriter, read_table

#: The release's category of captions, a string.
CATEGORY = "None"
BLOCK = 8192


def generate_instructions(
    seed: int,
    templates: TemplateSet,
    patches: Path | str,
    captions: Sequence[Path | str],
    out: Path | str,
    lineage: Lineage,
    block: int = BLOCK,
) -> None:
    """Write one captioning instruction per patch, answered by its caption.

    Parameters
    ----------
    seed : int
        The run's seed.
    templates : TemplateSet
        Of type ``captioning``.
    patches : str or Path
        ``patches.parquet``.
    captions : sequence of str or Path
        Shards of the augmented captions; together one caption a patch, in any order.
    out : str or Path
        Target, schema ``QUESTIONS``.
    lineage : Lineage
    block : int
        Patches held in memory at a time, next to a shard of captions; without effect on the result.

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
    places, texts = places.to_numpy(), CaptionShards(captions)
    rows = QuestionRows()
    with TableWriter(out, QUESTIONS, lineage) as writer:
        for first in range(0, len(places), block):
            kept = patch_ids.slice(first, block).to_pylist()
            for patch_id, caption in zip(kept, texts.at(places[first : first + block]), strict=True):
                template = templates.pick(
                    CATEGORY, generator(seed, "captioning instructions", patch_id).random()
                )
                rows.extend(patch_id, [QuestionRow(CATEGORY, template.render({}), caption, template.id, [])])
            writer.write(rows.take())
