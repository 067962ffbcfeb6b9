"""Tables of attributes from class maps, by scipy: the input of the caption stages in these tests."""

import numpy as np
from scipy import ndimage

from bentxt.captions.caption_check import Strictness
from bentxt.captions.caption_facts import Rules, caption_facts
from bentxt.nomenclature import SIDE
from bentxt.program.lineage import Lineage
from bentxt.tables.schemas.adjacencies_schema import ADJACENCIES
from bentxt.tables.schemas.instances_schema import INSTANCES
from bentxt.tables.schemas.maps_schema import MAPS
from bentxt.tables.schemas.patches_schema import PATCHES
from bentxt.tables.table_files import write_table

RULES = Rules(25, 5, 1000, 1)
STRICT = Strictness(borders=True, counts=True, words=())
SETTINGS = {
    "run": "mini",
    "seed": 7,
    "captions": {
        "tiers": {"primary": 25, "secondary": 5},
        "area_rounding": 1000,
        "adjacency_min_border": 1,
    },
    "caption_check": {"borders": True, "counts": True, "words": []},
}
CLIMATE = "Cold, no dry season, warm summer"


def instances_of(class_map):
    """Return {class: [pixels of each 4-connected region, descending]}."""
    found = {}
    for index in np.unique(class_map).tolist():
        labels, _ = ndimage.label(class_map == index)
        found[index] = sorted(np.bincount(labels.ravel())[1:].tolist(), reverse=True)
    return found


def pairs_of(class_map):
    """Return {(lower class, higher class): shared pixel edges}."""
    pairs = {}
    for one, other in ((class_map[:, 1:], class_map[:, :-1]), (class_map[1:], class_map[:-1])):
        for a, b in zip(one.ravel().tolist(), other.ravel().tolist(), strict=True):
            if a != b:
                pairs[min(a, b), max(a, b)] = pairs.get((min(a, b), max(a, b)), 0) + 1
    return pairs


def facts_of(class_map, patch_id="P", country="Austria", season="Summer", climate_zone=CLIMATE, rules=RULES):
    """Return the facts of one class map."""
    pairs = [pair for pair, length in pairs_of(class_map).items() if length >= rules.min_border]
    return caption_facts(patch_id, country, season, climate_zone, instances_of(class_map), pairs, rules)


def random_map(seed, classes=None, regions=None):
    """Return a class map (uint8, 120 x 120) of convex regions of random classes."""
    draws = np.random.default_rng(seed)
    regions = int(draws.integers(1, 14)) if regions is None else regions
    chosen = draws.choice(19, int(draws.integers(1, 9)), replace=False) if classes is None else classes
    centres = draws.uniform(0, SIDE, (regions, 2))
    y, x = np.mgrid[:SIDE, :SIDE]
    nearest = np.hypot(x[..., None] - centres[:, 0], y[..., None] - centres[:, 1]).argmin(-1)
    return draws.choice(chosen, regions)[nearest].astype(np.uint8)


def write_tables(folder, maps, places=None):
    """Write patches, maps, instances and adjacencies of some class maps; return the four paths.

    One more map, of no patch, comes first, so that rows of the two tables differ.
    """
    places = places or [("Austria", "Summer", CLIMATE, "test")] * len(maps)
    everything = [np.full((SIDE, SIDE), 2, np.uint8), *maps]
    names = [f"PATCH_{i:04d}" for i in range(len(everything))]
    lineage = Lineage("test", {"run": "mini"}, "", {})
    paths = [folder / f"{name}.parquet" for name in ("patches", "maps", "instances", "adjacencies")]
    count = len(maps)
    write_table(
        paths[0],
        {
            "map_index": range(1, count + 1),
            "patch_id": names[1:],
            "s1_name": [f"S1_{name}" for name in names[1:]],
            "country": [place[0] for place in places],
            "split": [place[3] for place in places],
            "season": [place[1] for place in places],
            "latitude": [48.0] * count,
            "longitude": [15.0] * count,
            "climate_zone": [place[2] for place in places],
        },
        PATCHES,
        lineage,
    )
    write_table(
        paths[1],
        {
            "patch_id": names,
            "epsg": [32633] * len(names),
            "left": [300000.0] * len(names),
            "top": [5300040.0] * len(names),
            "unlabelled_pixels": [0] * len(names),
            "class_pixels": [np.bincount(m.ravel(), minlength=19).tolist() for m in everything],
        },
        MAPS,
        lineage,
    )
    rows = [
        (i, index, pixels)
        for i, class_map in enumerate(everything)
        for index, sizes in instances_of(class_map).items()
        for pixels in sizes
    ]
    edge = {"x_min": 0, "y_min": 0, "x_max": 1, "y_max": 1, "centroid_x": 0.5, "centroid_y": 0.5}
    write_table(
        paths[2],
        {
            "map_index": [row[0] for row in rows],
            "class_index": [row[1] for row in rows],
            "pixels": [row[2] for row in rows],
            **{name: [value] * len(rows) for name, value in edge.items()},
            "centroid_inside": [True] * len(rows),
        },
        INSTANCES,
        lineage,
    )
    rows = [
        (i, *pair, length)
        for i, class_map in enumerate(everything)
        for pair, length in sorted(pairs_of(class_map).items())
    ]
    names = ("map_index", "first_class", "second_class", "border_length")
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    write_table(paths[3], dict(zip(names, map(list, columns), strict=True)), ADJACENCIES, lineage)
    return paths
