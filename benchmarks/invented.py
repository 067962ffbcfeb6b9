"""Input of the benchmarks: BigEarthNet v2.0's archive of reference maps and metadata, with invented maps.

Some hundreds of maps of the miniature world, each under many names of patches; countries, splits, snow and
cloud in the published proportions. ``python benchmarks/invented.py FOLDER MAPS`` writes it.
"""

import sys
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path

import numpy as np
import pyarrow as pa

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "workflow_scripts"), str(ROOT / "tests")]

from bentxt.bigearthnet import geotiff  # noqa: E402
from bentxt.bigearthnet.archives import write_archive  # noqa: E402
from bentxt.bigearthnet.patch_names import reference_map_member  # noqa: E402
from bentxt.miniature import landscape  # noqa: E402
from bentxt.miniature.scenes import SCENES, tile_corner  # noqa: E402
from bentxt.miniature.world import labels  # noqa: E402
from bentxt.nomenclature import COUNTRIES  # noqa: E402
from bentxt.program.lineage import Lineage  # noqa: E402
from bentxt.tables.schemas.metadata_schema import METADATA  # noqa: E402
from bentxt.tables.table_files import write_table  # noqa: E402

#: Patches of BigEarthNet v2.0.
FULL = 549_488

#: Patches of metadata.parquet, and of the file of those with snow, cloud or shadow, by country and split.
CLEAR = {
    "country": {
        "Finland": 155_227,
        "Portugal": 89_792,
        "Serbia": 73_385,
        "Lithuania": 48_365,
        "Ireland": 48_326,
        "Austria": 43_797,
        "Belgium": 11_196,
        "Switzerland": 4_874,
        "Luxembourg": 3_460,
        "Kosovo": 1_616,
    },
    "split": {"train": 237_871, "validation": 122_342, "test": 119_825},
    "sky": {"clear": 480_038},
}
EXCLUDED = {
    "country": {
        "Finland": 56_722,
        "Ireland": 3_379,
        "Lithuania": 3_173,
        "Serbia": 3_140,
        "Austria": 2_094,
        "Kosovo": 584,
        "Luxembourg": 163,
        "Belgium": 118,
        "Portugal": 63,
        "Switzerland": 14,
    },
    "split": {"train": 34_673, "validation": 17_235, "test": 17_542},
    "sky": {"snow": 60_773, "cloud": 8_677},
}

#: Distinct maps of each country without and with unlabelled pixels; of so many patches one has the latter.
LABELLED, UNLABELLED, ONE_IN = 40, 3, 30

#: Patches of one acquisition over one tile; BigEarthNet's 115 tiles have 4,800 each.
_PER_ACQUISITION = 4_800
_ROWS_OF_TILE = 91

PLACE = {"epsg": 32633, "left": 300_000, "top": 5_400_000, "pixel": 10, "nodata": 0}


def invent_maps():
    """Return 400 labelled maps, the countries in turn: uint16, shape (400, 120, 120)."""
    return np.array(
        [invented_map(country, number) for number in range(LABELLED) for country in COUNTRIES], np.uint16
    )


@cache
def invented_map(country, number):
    """Return one of a country's distinct maps, those with unlabelled pixels last: uint16, (120, 120)."""
    rng = np.random.default_rng([COUNTRIES.index(country), number])
    code = landscape.UNLABELLED[number % len(landscape.UNLABELLED)] if number >= LABELLED else None
    return landscape.invent(rng, country, code).codes


@cache
def _map_labels(country, number):
    return labels(invented_map(country, number))


@cache
def _map_file(country, number, scene):
    """Return the GeoTIFF of a map in a corner of the scene's part of its tile; all its patches lie there."""
    epsg, left, top = tile_corner(scene.square)
    place = {"epsg": epsg, "left": left + 1200 * scene.columns[0], "top": top - 1200 * scene.rows[0]}
    return geotiff.encode(invented_map(country, number), **PLACE | place, deflate=True)


def patches(count):
    """Invent patches in the published proportions.

    Parameters
    ----------
    count : int
        Of both metadata files together.

    Yields
    ------
    tuple
        A row of ``METADATA``, the number of the patch's map and its scene, country by country.
    """
    clear = round(count * 480_038 / FULL)
    drawn = [_drawn(CLEAR, clear, 1), _drawn(EXCLUDED, count - clear, 2)]
    for country in COUNTRIES:
        scenes = sorted(
            {scene.square: scene for scene in SCENES if scene.country == country}.values(), key=str
        )
        own = [(split, sky) for group in drawn for place, split, sky in group if place == country]
        for number, (split, sky) in enumerate(own):
            acquisition, position = divmod(number, _PER_ACQUISITION)
            scene = scenes[acquisition % len(scenes)]
            day = date(2017, 6, 1) + timedelta(days=37 * acquisition % 365)
            column, row = divmod(position, _ROWS_OF_TILE)
            kind = number % LABELLED
            if number % ONE_IN == ONE_IN - 1:
                kind = LABELLED + number // ONE_IN % UNLABELLED
            values = (
                f"S2A_MSIL2A_{day:%Y%m%d}T101031_N9999_R022_T{scene.square}_{column:02d}_{row:02d}",
                _map_labels(country, kind),
                split,
                country,
                f"S1A_IW_GRDH_1SDV_{day:%Y%m%d}T050937_{scene.square}_{column}_{row}",
                f"S2A_MSIL2A_{day:%Y%m%d}T101031_{column}_{row}",
                sky == "snow",
                sky == "cloud",
            )
            yield values, kind, scene


def _drawn(published, count, seed):
    """Return country, split and sky of ``count`` patches, in the published proportions."""
    rng = np.random.default_rng(seed)
    columns = []
    for numbers in published.values():
        ends = [round(count * end / sum(numbers.values())) for end in accumulate(numbers.values())]
        columns.append(rng.permutation(np.repeat(list(numbers), np.diff(ends, prepend=0))).tolist())
    return list(zip(*columns, strict=True))


def write_input(folder, count):
    """Write archive and metadata of ``count`` patches.

    Parameters
    ----------
    folder : Path
    count : int

    Returns
    -------
    dict
        ``reference_maps``, ``metadata`` and ``excluded_metadata``: paths.
    """
    names = {
        "reference_maps": "Reference_Maps.tar.zst",
        "metadata": "metadata.parquet",
        "excluded_metadata": "metadata_for_patches_with_snow_cloud_or_shadow.parquet",
    }
    paths = {key: folder / name for key, name in names.items()}
    rows = {"metadata": [], "excluded_metadata": []}
    with write_archive(paths["reference_maps"]) as archive:
        for values, number, scene in sorted(patches(count), key=lambda patch: patch[0][0]):
            archive.add(reference_map_member(values[0]), _map_file(values[3], number, scene))
            rows["excluded_metadata" if values[-1] or values[-2] else "metadata"].append(values)
    for key, found in rows.items():
        columns = zip(*found, strict=True)
        table = pa.table(dict(zip(METADATA.names, map(list, columns), strict=True)), schema=METADATA)
        write_table(paths[key], table, METADATA, Lineage("benchmark", {"run": "mini"}, "", {}))
    return paths


if __name__ == "__main__" and len(sys.argv) > 1:
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    write_input(Path(sys.argv[1]), int(sys.argv[2]))
