"""A small data set with images, and the settings of prediction."""

from pathlib import Path

import lmdb
import numpy as np
import yaml
from safetensors.numpy import save

from bentxt.bigearthnet.image_store import S2_BANDS
from bentxt.models.answering_model import PatchImages
from bentxt.program.lineage import Lineage
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_files import write_table

ROOT = Path(__file__).parents[2]
PREDICTION = yaml.safe_load((ROOT / "config.yaml").read_text())["prediction"]

#: Annotation, patch, type, category, instruction, split; rows of a patch are not one after the other.
ROWS = [
    (1, 0, "binary", "presence", "Is there pasture?", "bench"),
    (2, 1, "binary", "area", "Do pastures cover more than half?", "bench"),
    (3, 0, "binary", "count", "Are there two pastures?", "bench"),
    (4, 0, "mcq", "count", "How many? a) 1, b) 2, c) 3, d) 4", "bench"),
    (5, 2, "binary", "presence", "Is there an airport?", "bench"),
    (6, 1, "binary", "presence", "Is there a beach?", "bench"),
    (7, 3, "binary", "presence", "Is there a mine?", "test"),
    (8, 0, "captioning", "None", "Describe it.", "bench"),
    (9, 2, "binary", "presence", "Is there water?", "bench"),
    (10, 0, "binary", "presence", "Is there snow?", "bench"),
]


def patch(seed):
    """Return a patch of noise round a level of its own."""
    rng = np.random.default_rng(seed)
    level = rng.integers(200, 2500)
    s2 = {
        band: rng.integers(level // 2, level * 2, (side, side)).astype(np.uint16)
        for band, side in S2_BANDS.items()
    }
    s1 = {band: rng.normal(-12, 3, (120, 120)).astype(np.float32) for band in ("VV", "VH")}
    return PatchImages(f"PATCH_{seed}", s2, s1, 3000)


def write_world(folder, rows=ROWS):
    """Write ``dataset.parquet`` and ``images.lmdb``, of four patches."""
    columns = {name: [] for name in DATASET.names}
    for annotation, number, kind, category, text, split in rows:
        row = {
            "ID": annotation,
            "patch_id": f"PATCH_{number}",
            "s1_name": f"S1_{number}",
            "type": kind,
            "category": category,
            "input": text,
            "split": split,
            "latitude": 50.0,
            "longitude": 10.0,
        }
        for name in DATASET.names:
            columns[name].append(row.get(name, "x"))
    write_table(folder / "dataset.parquet", columns, DATASET, Lineage("test", {"run": "mini"}, "c0de", {}))
    with (
        lmdb.open(str(folder / "images.lmdb"), map_size=1 << 26) as environment,
        environment.begin(write=True) as transaction,
    ):
        for number in range(4):
            transaction.put(f"PATCH_{number}".encode(), save(patch(number).s2))
            transaction.put(f"S1_{number}".encode(), save(patch(number).s1))
    return folder
