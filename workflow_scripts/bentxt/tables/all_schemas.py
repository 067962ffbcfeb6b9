"""Every table by its name in ``docs/data_model.md``."""

from bentxt.tables.schemas.adjacencies_schema import ADJACENCIES
from bentxt.tables.schemas.augmented_captions_schema import AUGMENTED_CAPTIONS
from bentxt.tables.schemas.benchmark_rows_schema import BENCHMARK_ROWS
from bentxt.tables.schemas.caption_damages_schema import CAPTION_DAMAGES
from bentxt.tables.schemas.caption_statistics_schema import CAPTION_STATISTICS
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.schemas.instances_schema import INSTANCES
from bentxt.tables.schemas.kept_patches_schema import KEPT_PATCHES
from bentxt.tables.schemas.maps_schema import MAPS
from bentxt.tables.schemas.metadata_schema import METADATA
from bentxt.tables.schemas.patches_schema import PATCHES
from bentxt.tables.schemas.predictions_schema import PREDICTIONS
from bentxt.tables.schemas.questions_schema import QUESTIONS
from bentxt.tables.schemas.reference_embeddings_schema import REFERENCE_EMBEDDINGS
from bentxt.tables.schemas.scored_items_schema import SCORED_ITEMS
from bentxt.tables.schemas.template_captions_schema import TEMPLATE_CAPTIONS

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
    "caption_damages": CAPTION_DAMAGES,
    "questions": QUESTIONS,
    "benchmark_rows": BENCHMARK_ROWS,
    "dataset": DATASET,
    "caption_statistics": CAPTION_STATISTICS,
    "predictions": PREDICTIONS,
    "reference_embeddings": REFERENCE_EMBEDDINGS,
    "scored_items": SCORED_ITEMS,
}
