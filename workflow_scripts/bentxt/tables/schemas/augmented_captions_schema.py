"""Schema of a shard of augmented captions."""

import pyarrow as pa

from bentxt.tables.columns import column

AUGMENTED_CAPTIONS = pa.schema(
    [
        column("patch_id", pa.string(), "patch"),
        column("template", pa.string(), "the template caption that was rewritten"),
        column("paraphrased", pa.string(), "the first turn's answer"),
        column("refined", pa.string(), "the second turn's answer"),
        column("caption", pa.string(), "the caption that goes into the data set"),
        column("used", pa.string(), "refined, paraphrased or template: which one passed the check"),
        column("linguistically_correct", pa.bool_(), "the caption is whole sentences without repetition"),
        column("factually_accurate", pa.bool_(), "no class, area, count or place that the attributes refute"),
        column("complete", pa.bool_(), "classes, season, country and climate zone are all there"),
        column("free_of_artifacts", pa.bool_(), "no prefix, quotation marks round classes, or foreign text"),
        column("findings", pa.string(), "what the check objected to in rejected versions; empty if nothing"),
        column("backend", pa.string(), "grammar, vllm or openai"),
        column("model", pa.string(), "the language model, empty for the grammar"),
        column("prompt_hash", pa.string(), "hash of the prompts, empty for the grammar"),
    ]
)
