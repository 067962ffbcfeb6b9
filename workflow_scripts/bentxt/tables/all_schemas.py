"""Every table by its name in ``docs/data_model.md``."""

from bentxt.tables.annotation_schemas import BENCHMARK_ROWS, DATASET, QUESTIONS
from bentxt.tables.caption_schemas import AUGMENTED_CAPTIONS, TEMPLATE_CAPTIONS
from bentxt.tables.patch_schemas import ADJACENCIES, INSTANCES, KEPT_PATCHES, MAPS, METADATA, PATCHES
from bentxt.tables.result_schemas import CAPTION_STATISTICS, PREDICTIONS

#: Every table by the name that ``docs/data_model.md`` gives it.
TABLES = {
    "metadata": METADATA,
    "maps": MAPS,
    "instances": INSTANCES,
    "adjacencies": ADJACENCIES,
    "kept_patches": KEPT_PATCHES,
    "patches": PATCHES,
    "template_captions": TEMPLATE_CAPTIONS,
    "augmented_captions": AUGMENTED_CAPTIONS,
    "questions": QUESTIONS,
    "benchmark_rows": BENCHMARK_ROWS,
    "dataset": DATASET,
    "caption_statistics": CAPTION_STATISTICS,
    "predictions": PREDICTIONS,
}
