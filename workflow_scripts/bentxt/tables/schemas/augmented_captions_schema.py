"""Schema of a shard of augmented captions."""

import pyarrow as pa

from bentxt.tables.columns import column, optional_column

_MEANINGS = {
    "linguistically_correct": "whole sentences without repetition",
    "factually_accurate": "no class, area, count or place that the attributes refute",
    "complete": "classes, season, country and climate zone are all there",
    "free_of_artifacts": "no prefix, quotation marks round classes, or foreign text",
}

#: The four criteria, and the versions of a caption that a rewriter makes, in that order.
CRITERIA = tuple(_MEANINGS)
REWRITTEN = ("paraphrased", "refined")

#: What the check objects to: in which version, by which criterion, and where in the version's text.
_FINDING = pa.struct(
    [
        pa.field("version", pa.string(), nullable=False),
        pa.field("criterion", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("message", pa.string(), nullable=False),
        pa.field("start", pa.int32()),
        pa.field("stop", pa.int32()),
    ]
)

AUGMENTED_CAPTIONS = pa.schema(
    [
        column("patch_id", pa.string(), "patch"),
        column("template", pa.string(), "the template caption that was rewritten"),
        column("paraphrased", pa.string(), "the first turn's answer"),
        column("refined", pa.string(), "the second turn's answer"),
        column("caption", pa.string(), "the caption that goes into the data set"),
        column("used", pa.string(), "refined, paraphrased or template: which one passed the check"),
        *(column(name, pa.bool_(), f"the caption: {meaning}") for name, meaning in _MEANINGS.items()),
        *(
            optional_column(
                f"{version}_{name}", pa.bool_(), f"the {version} caption: {meaning}; null where there is none"
            )
            for version in REWRITTEN
            for name, meaning in _MEANINGS.items()
        ),
        column(
            "findings",
            pa.list_(_FINDING),
            "what the check objects to, of each version that it read (version refined, paraphrased, or "
            "template where that is used), with criterion, kind, message, and the letters from start to "
            "stop of its text; null where something is missing",
        ),
        column(
            "paraphrase_missing",
            pa.string(),
            "why there is no paraphrased caption, as cut, empty or refused; empty where there is one",
        ),
        column(
            "refinement_missing", pa.string(), "why there is no refined caption; empty where there is one"
        ),
        column("backend", pa.string(), "grammar, vllm or openai"),
        column("model", pa.string(), "the language model, empty for the grammar"),
        column("prompt_hash", pa.string(), "hash of the prompts, empty for the grammar"),
    ]
)
