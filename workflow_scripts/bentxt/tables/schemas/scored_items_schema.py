"""Schema of scored items: what a model said to each item of a task, how it was read, and what it scored."""

import pyarrow as pa

from bentxt.tables.columns import column, optional_column

_NUMBERS = pa.list_(pa.float64())

SCORED_ITEMS = pa.schema(
    [
        column("ID", pa.int64(), "annotation in the data set"),
        column("patch_id", pa.string(), "Sentinel-2 patch"),
        column("category", pa.string(), "task within the type, None for captions"),
        column("country", pa.string(), "one of the ten countries"),
        column("season", pa.string(), "Spring, Summer, Fall or Winter"),
        column("climate_zone", pa.string(), "Köppen-Geiger zone"),
        column("input", pa.string(), "the instruction"),
        column("output", pa.string(), "the reference: the data set's answer"),
        column("answer", pa.string(), "the model's text, as generated; empty where there is none"),
        optional_column("failure", pa.string(), "why there is none, or not the whole; null where there is"),
        optional_column(
            "extracted",
            pa.string(),
            "what was read in it: yes or no, a letter, a box as the release writes it, the caption that is "
            "scored; null where unparsed",
        ),
        optional_column(
            "box", _NUMBERS, "x_min, y_min, x_max, y_max of that box, 0 to 1; null for other tasks"
        ),
        column("level", pa.string(), "strict, lenient or unparsed"),
        optional_column(
            "score",
            pa.float64(),
            "0 to 1: right or wrong, intersection over union, of captions the ROUGE-L F-measure (null where "
            "that could not be computed)",
        ),
        optional_column(
            "bleu4_counts",
            _NUMBERS,
            "of captions: matching n-grams of length 1 to 4, possible ones, tokens of answer and reference",
        ),
        optional_column("meteor", pa.float64(), "of captions, 0 to 1; null where it could not be computed"),
        optional_column("cider", pa.float64(), "of captions, 0 to 10; null as above"),
        optional_column("bertscore", pa.float64(), "of captions, F1; null as above"),
        optional_column("sbert_cosine", pa.float64(), "of captions, -1 to 1; null as above"),
        optional_column("clair", pa.float64(), "of captions, 0 to 1; null as above, or without a judgement"),
    ]
)
