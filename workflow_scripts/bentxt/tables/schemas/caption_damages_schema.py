"""Schema of captions that were damaged on purpose, or changed without harm, as the check judged them."""

import pyarrow as pa

from bentxt.tables.columns import column

CAPTION_DAMAGES = pa.schema(
    [
        column("patch_id", pa.string(), "patch"),
        column("wording", pa.string(), "whose caption was changed: grammar or model"),
        column(
            "group",
            pa.string(),
            "what was damaged: facts, omissions, language or artifacts; harmless: nothing; undamaged",
        ),
        column("kind", pa.string(), "kind of the damage or change; undamaged: the caption itself"),
        column("caption", pa.string(), "the caption as it was checked"),
        column("passed", pa.bool_(), "whether the check accepts it"),
        column(
            "by_criterion",
            pa.bool_(),
            "of a damage: whether the criterion that it breaks fails; of others: whether any criterion does",
        ),
        column("findings", pa.string(), "what the check objects to; empty if nothing"),
    ]
)
