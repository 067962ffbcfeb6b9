"""A small world for the tests of questions: class maps, and their tables of attributes made by scipy."""

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
from scipy import ndimage

from bentxt.nomenclature import CLASSES, COUNTRIES, SIDE
from bentxt.program.lineage import Lineage
from bentxt.tables.schemas.adjacencies_schema import ADJACENCIES
from bentxt.tables.schemas.augmented_captions_schema import AUGMENTED_CAPTIONS
from bentxt.tables.schemas.instances_schema import INSTANCES
from bentxt.tables.schemas.maps_schema import MAPS
from bentxt.tables.schemas.patches_schema import PATCHES
from bentxt.tables.table_files import write_table

LINEAGE = Lineage("test", {"run": "mini"}, "", {})
SEASONS = ("Spring", "Summer", "Fall", "Winter")
ZONES = ("Cold, no dry season, warm summer", "Temperate, dry summer, hot summer", "Polar, tundra")
SPLITS = ("train", "validation", "test")

# scipy's default for two dimensions: pixels connect over edges, not corners.
EDGES = ndimage.generate_binary_structure(2, 1)


def mosaic(seed, classes, seeds):
    """Return a class map, uint8, shape (120, 120): the nearest of some random points gives the class."""
    random = np.random.default_rng(seed)
    places = random.integers(0, SIDE, (seeds, 2))
    kinds = random.choice(classes, seeds)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    distance = (rows[..., None] - places[:, 0]) ** 2 + (columns[..., None] - places[:, 1]) ** 2
    return kinds[distance.argmin(axis=-1)].astype(np.uint8)


def special_maps():
    """Return maps at the edge of what may happen, by name."""
    full = np.full((SIDE, SIDE), 9, np.uint8)
    ring = full.copy()
    ring[20:100, 20:100] = 2
    ring[40:80, 40:80] = 17
    checkerboard = np.full((SIDE, SIDE), 3, np.uint8)
    checkerboard[30:50, 60:90] = np.indices((20, 30)).sum(axis=0) % 2 + 3
    # Three classes with 10, 30 and 60 % of the patch: every area lies on a threshold.
    on_grid = np.full((SIDE, SIDE), 4, np.uint8)
    on_grid[:12], on_grid[12:48] = 8, 10
    corners = np.full((SIDE, SIDE), 0, np.uint8)
    corners[:60, :60], corners[60:, 60:] = 15, 15
    twins = np.full((SIDE, SIDE), 13, np.uint8)
    twins[10:40, 10:40], twins[70:100, 70:100] = 6, 6
    pixel = np.full((SIDE, SIDE), 18, np.uint8)
    pixel[0, 0] = 14
    # Seventeen classes leave two absent ones: too few wrong options for a question on presence.
    many = np.repeat(np.minimum(np.arange(SIDE) // 7, 16)[:, None], SIDE, axis=1).astype(np.uint8)
    islands = np.full((SIDE, SIDE), 18, np.uint8)
    for index, place in enumerate((5, 30, 55, 80)):
        islands[place : place + 20, (7 * place) % 95 : (7 * place) % 95 + 15] = index + 2
    halves = np.full((SIDE, SIDE), 5, np.uint8)
    halves[:, 60:] = 11
    all_classes = np.kron(np.arange(144).reshape(12, 12) % 19, np.ones((10, 10))).astype(np.uint8)
    return {
        "full": full,
        "ring": ring,
        "checkerboard": checkerboard,
        "on_grid": on_grid,
        "corners": corners,
        "twins": twins,
        "pixel": pixel,
        "many": many,
        "islands": islands,
        "halves": halves,
        "all_classes": all_classes,
    }


def instances_of(class_map):
    """Return the instances of a map: dicts with the columns of ``INSTANCES`` but ``map_index``, by class."""
    found = []
    for index in np.unique(class_map):
        labels, _ = ndimage.label(class_map == index, EDGES)
        for number, (rows, columns) in enumerate(ndimage.find_objects(labels), start=1):
            own = labels[rows, columns] == number
            inside_y, inside_x = ndimage.center_of_mass(own)
            x, y = columns.start + inside_x + 0.5, rows.start + inside_y + 0.5
            found.append(
                {
                    "class_index": int(index),
                    "pixels": int(own.sum()),
                    "x_min": columns.start,
                    "y_min": rows.start,
                    "x_max": columns.stop,
                    "y_max": rows.stop,
                    "centroid_x": x,
                    "centroid_y": y,
                    "centroid_inside": bool(own[int(inside_y + 0.5), int(inside_x + 0.5)]),
                }
            )
    return found


def borders_of(class_map):
    """Return ``{(first, second): pixel edges}`` of the classes that touch."""
    borders = {}
    for one, other in ((class_map[:, 1:], class_map[:, :-1]), (class_map[1:], class_map[:-1])):
        differ = one != other
        for pair in zip(one[differ].tolist(), other[differ].tolist(), strict=True):
            pair = tuple(sorted(pair))
            borders[pair] = borders.get(pair, 0) + 1
    return borders


def write_tables(folder, maps):
    """Write ``patches``, ``maps``, ``instances`` and ``adjacencies`` for class maps by patch id.

    Every fifth map is of a patch that was not kept. Returns paths and the rows of the patches by id.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = {name: [] for name in ("patches", "maps", "instances", "adjacencies")}
    for number, (patch_id, class_map) in enumerate(sorted(maps.items())):
        pixels = np.bincount(class_map.ravel(), minlength=len(CLASSES)).tolist()
        rows["maps"].append(
            {
                "patch_id": patch_id,
                "epsg": 32633,
                "left": 0.0,
                "top": 0.0,
                "unlabelled_pixels": 0,
                "class_pixels": pixels,
            }
        )
        rows["instances"] += [{"map_index": number, **instance} for instance in instances_of(class_map)]
        rows["adjacencies"] += [
            {"map_index": number, "first_class": pair[0], "second_class": pair[1], "border_length": length}
            for pair, length in sorted(borders_of(class_map).items())
        ]
        if number % 5 != 4:
            rows["patches"].append(
                {
                    "map_index": number,
                    "patch_id": patch_id,
                    "s1_name": f"S1_{patch_id}",
                    "country": COUNTRIES[number % len(COUNTRIES)],
                    "split": SPLITS[number % len(SPLITS)],
                    "season": SEASONS[number % len(SEASONS)],
                    "latitude": 40.0 + number / 7,
                    "longitude": 10.0 + number / 3,
                    "climate_zone": ZONES[number % len(ZONES)],
                }
            )
    schemas = {"patches": PATCHES, "maps": MAPS, "instances": INSTANCES, "adjacencies": ADJACENCIES}
    paths = {name: folder / f"{name}.parquet" for name in schemas}
    for name, schema in schemas.items():
        columns = {field.name: [row[field.name] for row in rows[name]] for field in schema}
        write_table(paths[name], columns, schema, LINEAGE)
    return SimpleNamespace(**paths, rows={row["patch_id"]: row for row in rows["patches"]})


def small_world(folder, patches=40):
    """Write the tables of some mosaics and of the special maps; return paths, patch rows and class maps."""
    random = np.random.default_rng(11)
    maps = {}
    for number in range(patches):
        classes = random.choice(len(CLASSES), random.integers(2, 7), replace=False)
        maps[f"P{number:03d}"] = mosaic(number, classes, int(random.integers(2, 14)))
    # Special maps between the others, four names each, so that some of each are kept in every split.
    for name, class_map in special_maps().items():
        maps |= {f"P{number:03d}_{name}": class_map for number in range(4)}
    world = write_tables(folder, maps)
    world.class_maps = {patch_id: maps[patch_id] for patch_id in world.rows}
    return world


def patch_table(splits):
    """Return a table of patches, one for each given split."""
    rows = [
        {
            "map_index": n,
            "patch_id": f"P{n:03d}",
            "s1_name": "S1",
            "country": ("Austria", "Serbia")[n % 2],
            "split": split,
            "season": "Fall",
            "latitude": 0.0,
            "longitude": 0.0,
            "climate_zone": "Polar, tundra",
        }
        for n, split in enumerate(splits)
    ]
    return pa.Table.from_pylist(rows, schema=PATCHES)


def question(patch, category, output, classes):
    """Return a row of a question table."""
    return {
        "patch_id": f"P{patch:03d}",
        "category": category,
        "input": "?",
        "output": output,
        "template": "t",
        "classes": classes,
    }


def captions_of(patch_ids):
    """Return rows of augmented captions that pass the check."""
    values = {pa.string(): "x", pa.bool_(): True}
    return [
        {
            **{field.name: values.get(field.type, []) for field in AUGMENTED_CAPTIONS},
            "patch_id": patch_id,
            "caption": f"Caption of {patch_id}.",
            "prompt_hash": "",
        }
        for patch_id in patch_ids
    ]
