"""The tables that pass between stages: columns, types and units, in one place.

``docs/data_model.md`` says the same in prose; a test compares the two.
"""

import json
from contextlib import ExitStack
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet as pq

from bentxt.atomic import atomic_path
from bentxt.errors import InputError


def _field(name, kind, description):
    return pa.field(name, kind, nullable=False, metadata={"description": description})


#: Patches as BigEarthNet v2.0 publishes them (both metadata files).
METADATA = pa.schema(
    [
        pa.field("patch_id", pa.string()),
        pa.field("labels", pa.list_(pa.field("element", pa.string()))),
        pa.field("split", pa.string()),
        pa.field("country", pa.string()),
        pa.field("s1_name", pa.string()),
        pa.field("s2v1_name", pa.string()),
        pa.field("contains_seasonal_snow", pa.bool_()),
        pa.field("contains_cloud_or_shadow", pa.bool_()),
    ]
)

MAPS = pa.schema(
    [
        _field("patch_id", pa.string(), "patch; rows are sorted by it, the row number is the map_index"),
        _field("epsg", pa.int32(), "EPSG code of the UTM zone"),
        _field("left", pa.float64(), "easting of the patch's left edge, m"),
        _field("top", pa.float64(), "northing of the patch's upper edge, m"),
        _field("unlabelled_pixels", pa.int32(), "pixels whose CORINE code belongs to no class"),
        _field(
            "class_pixels",
            pa.list_(pa.field("element", pa.int32()), 19),
            "pixels of each of the 19 classes, nomenclature order",
        ),
    ]
)

INSTANCES = pa.schema(
    [
        _field("map_index", pa.int32(), "row of the map in maps.parquet"),
        _field("class_index", pa.int8(), "class, 0-18 in nomenclature order"),
        _field("pixels", pa.int32(), "pixels of the instance"),
        _field("x_min", pa.int16(), "left pixel edge, 0-119"),
        _field("y_min", pa.int16(), "upper pixel edge, 0-119"),
        _field("x_max", pa.int16(), "right pixel edge, exclusive, 1-120"),
        _field("y_max", pa.int16(), "lower pixel edge, exclusive, 1-120"),
        _field("centroid_x", pa.float64(), "mean pixel index + 0.5, in pixels from the left"),
        _field("centroid_y", pa.float64(), "mean pixel index + 0.5, in pixels from the top"),
        _field("centroid_inside", pa.bool_(), "whether the pixel under the centroid belongs to the instance"),
    ]
)

ADJACENCIES = pa.schema(
    [
        _field("map_index", pa.int32(), "row of the map in maps.parquet"),
        _field("first_class", pa.int8(), "class, 0-18; first_class < second_class"),
        _field("second_class", pa.int8(), "class, 0-18"),
        _field("border_length", pa.int32(), "pixel edges that the two classes share (10 m each)"),
    ]
)

KEPT_PATCHES = pa.schema(
    [
        _field("map_index", pa.int32(), "row of the patch in maps.parquet"),
        _field("patch_id", pa.string(), "patch; rows are sorted by it"),
        _field("s1_name", pa.string(), "Sentinel-1 patch of the pair"),
        _field("country", pa.string(), "one of the ten countries"),
        _field("split", pa.string(), "train, validation or test, as published"),
    ]
)

PATCHES = pa.schema(
    [
        *KEPT_PATCHES,
        _field("season", pa.string(), "Spring, Summer, Fall or Winter (meteorological)"),
        _field("latitude", pa.float64(), "WGS84 latitude of the patch centre, degrees"),
        _field("longitude", pa.float64(), "WGS84 longitude of the patch centre, degrees"),
        _field("climate_zone", pa.string(), "Köppen-Geiger zone in the words of Beck et al.'s legend"),
    ]
)

TEMPLATE_CAPTIONS = pa.schema(
    [
        _field("patch_id", pa.string(), "patch"),
        _field("caption", pa.string(), "the template caption: facts only, class names in quotation marks"),
    ]
)

AUGMENTED_CAPTIONS = pa.schema(
    [
        _field("patch_id", pa.string(), "patch"),
        _field("template", pa.string(), "the template caption that was rewritten"),
        _field("paraphrased", pa.string(), "the first turn's answer"),
        _field("refined", pa.string(), "the second turn's answer"),
        _field("caption", pa.string(), "the caption that goes into the data set"),
        _field("used", pa.string(), "refined, paraphrased or template: which one passed the check"),
        _field("linguistically_correct", pa.bool_(), "the caption is whole sentences without repetition"),
        _field("factually_accurate", pa.bool_(), "no class, area, count or place that the attributes refute"),
        _field("complete", pa.bool_(), "classes, season, country and climate zone are all there"),
        _field("free_of_artifacts", pa.bool_(), "no prefix, quotation marks round classes, or foreign text"),
        _field("findings", pa.string(), "what the check objected to in rejected versions; empty if nothing"),
        _field("backend", pa.string(), "grammar, vllm or openai"),
        _field("model", pa.string(), "the language model, empty for the grammar"),
        _field("prompt_hash", pa.string(), "hash of the prompts, empty for the grammar"),
    ]
)

QUESTIONS = pa.schema(
    [
        _field("patch_id", pa.string(), "patch; rows are in patch order, then by category as released"),
        _field("category", pa.string(), "the release's category, None for captions"),
        _field("input", pa.string(), "the instruction"),
        _field("output", pa.string(), "the answer"),
        _field("template", pa.string(), "identifier of the template in resources/templates"),
        _field(
            "classes",
            pa.list_(pa.field("element", pa.int8())),
            "classes the instruction names, 0-18, those of the right answer first",
        ),
        _field(
            "reserve", pa.bool_(), "further row of a test patch, for the benchmark split only; else left out"
        ),
    ]
)

BENCHMARK_ROWS = pa.schema(
    [
        _field("type", pa.string(), "binary, mcq, bounding box or captioning"),
        _field("row", pa.int64(), "row in the question table of that type"),
        _field("patch_id", pa.string(), "patch, out of the test split"),
    ]
)

#: The release's 13 columns, in its order.
DATASET = pa.schema(
    [
        _field("ID", pa.int64(), "annotation, from 1, in patch order"),
        _field("s1_name", pa.string(), "Sentinel-1 patch"),
        _field("patch_id", pa.string(), "Sentinel-2 patch"),
        _field("input", pa.string(), "the instruction"),
        _field("output", pa.string(), "the answer"),
        _field("type", pa.string(), "binary, mcq, bounding box or captioning"),
        _field("category", pa.string(), "task within the type, None for captions"),
        _field("split", pa.string(), "train, validation, test or bench"),
        _field("latitude", pa.float64(), "WGS84 latitude of the patch centre, degrees"),
        _field("longitude", pa.float64(), "WGS84 longitude of the patch centre, degrees"),
        _field("country", pa.string(), "one of the ten countries"),
        _field("season", pa.string(), "Spring, Summer, Fall or Winter"),
        _field("climate_zone", pa.string(), "Köppen-Geiger zone"),
    ]
)

CAPTION_STATISTICS = pa.schema(
    [
        _field("patch_id", pa.string(), "patch"),
        _field("split", pa.string(), "train, validation, test or bench"),
        _field("words", pa.int32(), "words of the caption"),
        _field("sentences", pa.int32(), "sentences of the caption"),
    ]
)

PREDICTIONS = pa.schema(
    [
        _field("ID", pa.int64(), "annotation in the data set"),
        _field("answer", pa.string(), "the model's text, as generated"),
    ]
)

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

#: Annotation types of the release, in its order within a patch.
TYPES = ("binary", "bounding box", "captioning", "mcq")

#: The categories of each type, and each (type, category) of the release.
CATEGORIES = {
    "binary": ("presence", "area", "count", "adjacency"),
    "mcq": ("presence", "area", "count", "adjacency", "relative pos", "country", "season", "climate zone"),
    "bounding box": ("point", "reference"),
    "captioning": ("None",),
}
KINDS = tuple((name, category) for name, categories in CATEGORIES.items() for category in categories)

#: The four tasks of Tables 2 and 8 and the annotation type of each.
TASKS = {"captioning": "captioning", "binary": "binary", "mcq": "mcq", "referring": "bounding box"}


@dataclass(frozen=True)
class Lineage:
    """How a file was made; stored inside it, and gathered into the provenance of tables and figures.

    Attributes
    ----------
    program : str
        The program that wrote the file.
    settings : dict
        The settings the program was given (``run`` is ``mini`` or ``paper``).
    code : str
        Fingerprint of the program's code.
    notes : dict
        What else a reader must know, as which climate map was used or which weights were loaded.
    upstream : list of dict
        Program, settings, code and notes of everything that the file was made from, each once.
    """

    program: str
    settings: dict
    code: str
    notes: dict
    upstream: list = field(default_factory=list)

    def to_dict(self):
        """Return the fields as a plain dict."""
        return {
            "program": self.program,
            "settings": self.settings,
            "code": self.code,
            "notes": self.notes,
            "upstream": self.upstream,
        }


class TableWriter:
    """Write one table of a given schema in parts, atomically: ``with TableWriter(...) as writer``.

    Parameters
    ----------
    path : str or Path
        Target; appears only when the block ends without an exception.
    schema : pyarrow.Schema
        One of the schemas of this module.
    lineage : Lineage
        Stored in the file's metadata under ``bentxt``.
    """

    def __init__(self, path, schema, lineage):
        metadata = {b"bentxt": json.dumps(lineage.to_dict(), sort_keys=True).encode()}
        self.path, self.schema = path, schema.with_metadata(metadata)
        self.rows = 0

    def __enter__(self):
        with ExitStack() as stack:
            part = stack.enter_context(atomic_path(self.path))
            self._writer = stack.enter_context(pq.ParquetWriter(part, self.schema, compression="zstd"))
            self._stack = stack.pop_all()
        return self

    def write(self, table):
        """Append a table, or a dict of columns, as one row group. Raises if a column does not fit."""
        if not isinstance(table, pa.Table):
            table = pa.table(table, schema=self.schema)
        self._writer.write_table(table.select(self.schema.names).cast(self.schema))
        self.rows += len(table)

    def __exit__(self, *error):
        return self._stack.__exit__(*error)


def write_table(path, table, schema, lineage):
    """Write a whole table (pyarrow table or dict of columns) with ``schema`` and ``lineage``, atomically."""
    with TableWriter(path, schema, lineage) as writer:
        writer.write(table)


def read_table(path, schema, columns=None):
    """Read a table and refuse one that does not have ``schema``.

    Parameters
    ----------
    path : str or Path
    schema : pyarrow.Schema
        The expected schema; names, order and types are compared, metadata is not.
    columns : list of str, optional
        Read only these.

    Returns
    -------
    pyarrow.Table

    Raises
    ------
    InputError
        If the file is missing, unreadable or of another schema.
    """
    check_table(path, schema)
    try:
        # Without partitioning a folder named key=value would not become a column.
        return pq.read_table(path, columns=columns, partitioning=None)
    except (pa.ArrowInvalid, OSError) as error:
        raise _unreadable(path, error) from error


def check_table(path, schema):
    """Raise :class:`InputError` unless ``path`` is a Parquet file with the names and types of ``schema``."""
    try:
        found = pq.read_schema(path)
    except FileNotFoundError:
        raise InputError("file not found", file=path, remedy="make it with snakemake") from None
    except (pa.ArrowInvalid, OSError) as error:
        raise _unreadable(path, error) from error
    expected = [(field.name, str(field.type)) for field in schema]
    present = [(field.name, str(field.type)) for field in found]
    if expected != present:
        missing = [name for name, _ in expected if name not in found.names]
        detail = f"columns missing: {', '.join(missing)}" if missing else f"columns are {present}"
        raise InputError(
            f"table of another schema, {detail}; expected {expected}",
            file=path,
            remedy="see docs/data_model.md for the columns of each table",
        )


def _unreadable(path, error):
    problem = f"not a readable Parquet file: {error}"
    return InputError(problem, file=path, remedy="delete it and make it again")


def read_lineage(path):
    """Return the lineage stored in a Parquet file as a dict, or None where there is none."""
    metadata = pq.read_schema(path).metadata or {}
    return json.loads(metadata[b"bentxt"]) if b"bentxt" in metadata else None
