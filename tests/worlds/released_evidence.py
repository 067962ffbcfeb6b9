"""Rows of the release at hand, read, with what the maps at hand say of their patches."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import rasterio
from scipy import ndimage

from bentxt.agreement.answers_from_maps import answer_row
from bentxt.agreement.evidence import Evidence
from bentxt.agreement.question_reading import Reading
from bentxt.agreement.row_meaning import parse_row
from bentxt.nomenclature import CLASSES, class_lookup
from bentxt.patches.climate_legend import CLIMATE_ZONES
from bentxt.patches.patch_attributes import PatchAttributes

FILES = ("annotation_rows.jsonl", "quoted_rows.jsonl")
CORNERS = np.ones((3, 3), int)


@dataclass
class ReleasedRow:
    """A row with its meaning, and the attributes of its patch where there is a map."""

    fields: dict
    reading: object
    patch: PatchAttributes | None
    classes: np.ndarray | None

    @property
    def key(self):
        return self.fields["type"], self.fields["category"]

    @property
    def text(self):
        return self.fields["input"]

    @property
    def asked_of_the_map(self):
        """Whether it is a question that a map answers and there is the map."""
        place = ("country", "season", "climate zone", "None")
        return self.patch is not None and self.fields["category"] not in place

    def agrees(self, **changed):
        """Whether its answer follows from the map, with other attributes than ours where any are given."""
        assert isinstance(self.reading, Reading)
        return answer_row(self.reading, replace(self.patch, **changed), 1).agrees


def released_rows(folder, scratch):
    """Return the rows of both files under a folder of real data."""
    folder = Path(folder)
    fields = [
        json.loads(line)
        for name in FILES
        for line in (folder / name).read_text(encoding="utf-8").splitlines()
    ]
    patches = sorted({row["patch_id"] for row in fields if row["patch_id"]})
    sources = (folder / "Reference_Maps", folder / "metadata.parquet")
    known = Evidence(patches, *sources, scratch, "stop", 4096, CLIMATE_ZONES).of(patches)
    maps = {
        path.name.removesuffix("_reference_map.tif"): _classes(path)
        for path in (folder / "Reference_Maps").glob("*/*/*.tif")
    }
    rows = []
    for row in fields:
        evidence = known.get(row["patch_id"])
        patch = evidence.patch if evidence and evidence.has_map else None
        rows.append(ReleasedRow(row, parse_row(row), patch, maps.get(row["patch_id"])))
    return rows


def _classes(path):
    with rasterio.open(path) as dataset:
        return class_lookup()[dataset.read(1)]


def counts_over_corners(classes):
    """Return the instances of each class if pixels that touch at a corner are one instance."""
    return [ndimage.label(classes == index, CORNERS)[1] for index in range(len(CLASSES))]


def borders_over_corners(classes):
    """Return the pairs of classes that touch at an edge or a corner, as ``PatchAttributes.borders``."""
    pairs = set()
    for one, other in (
        (classes[:, 1:], classes[:, :-1]),
        (classes[1:], classes[:-1]),
        (classes[1:, 1:], classes[:-1, :-1]),
        (classes[1:, :-1], classes[:-1, 1:]),
    ):
        differ = one != other
        pairs |= {
            tuple(sorted(pair)) for pair in zip(one[differ].tolist(), other[differ].tolist(), strict=True)
        }
    return [(*pair, 1) for pair in sorted(pairs)]
