"""One real patch from its GeoTIFF to areas, boxes, and its referring expressions in the release.

Patch 33UUP_26_57 is published with all its annotations; the rules of referring detection (Section 3.1)
must give exactly its reference and point rows.
"""

import json
import re

import numpy as np
import pytest

from bentxt.bigearthnet.reference_maps import read_reference_map
from bentxt.nomenclature import CLASSES, PIXEL_AREA, PIXELS
from bentxt.patches.attribute_kernel import adjacency_columns, extract, instance_columns
from bentxt.questions.box_notation import box_text, point_text

PATCH = "S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP_26_57"


@pytest.fixture(scope="module")
def published_rows(real_data):
    """Rows of the release, by category."""
    rows = {}
    for line in (real_data / "annotation_rows.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["patch_id"] == PATCH:
            rows.setdefault(row["category"], []).append(row)
    assert len(rows["reference"]) == 5
    assert len(rows["point"]) == 4
    return rows


@pytest.fixture(scope="module")
def reference_map(real_data):
    tile = PATCH.rsplit("_", 2)[0]
    path = real_data / "Reference_Maps" / tile / PATCH / f"{PATCH}_reference_map.tif"
    return read_reference_map(path.read_bytes(), path.name)


@pytest.fixture(scope="module")
def attributes(reference_map):
    return extract(reference_map.codes[None])


@pytest.fixture(scope="module")
def instances(attributes):
    """Instances as dicts with their class names."""
    columns = instance_columns(attributes.instances, attributes.instances["map"])
    rows = [
        dict(zip(columns, row, strict=True))
        for row in zip(*(column.tolist() for column in columns.values()), strict=True)
    ]
    return [row | {"name": CLASSES[row["class_index"]]} for row in rows]


def box(instance):
    return box_text(*(instance[edge] for edge in ("x_min", "y_min", "x_max", "y_max")))


def share(instance):
    return 100 * instance["pixels"] / PIXELS


def test_place(reference_map):
    assert (reference_map.epsg, reference_map.left, reference_map.top) == (32633, 331200.0, 5331600.0)


def test_areas(attributes):
    areas = {
        CLASSES[index]: int(pixels) * PIXEL_AREA for index, pixels in enumerate(attributes.class_pixels[0])
    }
    assert {name: area for name, area in areas.items() if area} == {
        "Arable land": 707_500,
        "Pastures": 115_400,
        "Broad-leaved forest": 413_100,
        "Mixed forest": 204_000,
    }
    assert attributes.unlabelled_pixels[0] == 0


def test_instances(instances):
    assert [(row["name"], row["pixels"], box(row), row["centroid_inside"]) for row in instances] == [
        ("Arable land", 7075, "[0.0 0.0, 0.7 1.0]", True),
        ("Pastures", 388, "[0.0 0.2, 0.16 0.51]", True),
        ("Pastures", 766, "[0.0 0.33, 0.28 0.8]", True),
        ("Broad-leaved forest", 4131, "[0.45 0.0, 1.0 1.0]", False),
        ("Mixed forest", 2040, "[0.64 0.0, 1.0 0.71]", True),
    ]


def test_adjacencies(attributes):
    columns = adjacency_columns(attributes.adjacencies, attributes.adjacencies["map"])
    pairs = {
        (CLASSES[first], CLASSES[second])
        for first, second in zip(columns["first_class"], columns["second_class"], strict=True)
    }
    # The release asks for arable land and pastures (yes), broad-leaved forest and pastures (no).
    assert pairs == {
        ("Arable land", "Pastures"),
        ("Arable land", "Broad-leaved forest"),
        ("Broad-leaved forest", "Mixed forest"),
    }


def test_point_rows_are_those_of_the_release(instances, published_rows):
    ours = {
        (point_text(row["centroid_x"], row["centroid_y"]), box(row))
        for row in instances
        if row["centroid_inside"] and share(row) >= 1
    }
    published = {
        (re.search(r"<point>(.*)</point>", row["input"])[1], row["output"]) for row in published_rows["point"]
    }
    assert ours == published


def test_reference_rows_are_those_of_the_release(instances, published_rows):
    ours = set()
    for name in {row["name"] for row in instances}:
        mine = sorted((row for row in instances if row["name"] == name), key=lambda row: row["pixels"])
        if len(mine) == 1:
            candidates = {name.lower(): mine[0]}
        else:
            candidates = {
                f"largest connected region of {name.lower()}": mine[-1],
                f"smallest connected region of {name.lower()}": mine[0],
            }
        for text, row in candidates.items():
            size = (row["x_max"] - row["x_min"]) * (row["y_max"] - row["y_min"])
            if 1 <= share(row) <= 50 and row["pixels"] >= 0.4 * size:
                ours.add((text, box(row)))
    published = {
        (re.search(r"<ref>(.*)</ref>", row["input"])[1], row["output"]) for row in published_rows["reference"]
    }
    assert ours == published


def test_other_eight_maps_agree_with_their_boxes(real_data):
    """Every published box of a patch whose map is available is the box of one of its instances."""
    checked = 0
    for line in (real_data / "annotation_rows.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        tile = row["patch_id"].rsplit("_", 2)[0]
        path = real_data / "Reference_Maps" / tile / row["patch_id"] / f"{row['patch_id']}_reference_map.tif"
        if row["type"] == "bounding box" and path.exists():
            found = extract(read_reference_map(path.read_bytes(), path.name).codes[None]).instances
            edges = (found[edge] for edge in ("x_min", "y_min", "x_max", "y_max"))
            assert row["output"] in {box_text(*map(int, box)) for box in zip(*edges, strict=True)}
            checked += 1
    assert checked > 9


def test_centroids_are_means_of_pixel_centres(reference_map, instances):
    mixed = next(row for row in instances if row["name"] == "Mixed forest")
    y, x = np.nonzero(reference_map.codes == 313)
    assert (mixed["centroid_x"], mixed["centroid_y"]) == pytest.approx((x.mean() + 0.5, y.mean() + 0.5))
