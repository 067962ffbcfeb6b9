"""The miniature world: published formats, a realistic mixture, pixels from which one can learn."""

import json
import resource
from collections import Counter
from datetime import date
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import rasterio
from rasterio.warp import transform
from scipy.ndimage import label

from bentxt.bigearthnet.archives import members
from bentxt.bigearthnet.geotiff import read_band
from bentxt.bigearthnet.patch_names import (
    acquisition_date,
    reference_map_member,
    s1_acquisition_date,
    s1_member,
    s2_member,
)
from bentxt.errors import InputError
from bentxt.miniature import backscatter, landscape, reflectance
from bentxt.miniature.alike_classes import ALIKE_IN_RGB
from bentxt.miniature.scenes import SCENES, tile_corner
from bentxt.miniature.world import labels, make_files, plan
from bentxt.nomenclature import (
    CLASS_INDEX,
    CLASSES,
    CODES,
    COUNTRIES,
    UNLABELLED,
    UNLABELLED_CODES,
    class_lookup,
)
from bentxt.program.lineage import read_lineage
from bentxt.randomness import generator
from bentxt.tables.schemas.metadata_schema import METADATA
from bentxt.tables.table_files import read_table

LOOKUP = class_lookup()


def opened(data):
    with rasterio.MemoryFile(data) as memory, memory.open() as dataset:
        return dataset.read(1), dataset


@cache
def maps(count=400):
    """Return country and reference map of many patches."""
    return [
        (patch.scene.country, landscape.invent(generator(1, patch.patch_id), patch.scene.country).codes)
        for patch in plan(11, count, 0, 0, 0.0)
    ]


# Tiles and scenes


@pytest.mark.parametrize(
    ("square", "corner"),
    [
        ("33UUP", (32633, 300000, 5400000)),
        ("32TMT", (32632, 399960, 5300040)),
        ("34TCR", (32634, 300000, 5100000)),
        ("29SNC", (32629, 499980, 4300020)),
        ("34TEQ", (32634, 499980, 5000040)),
        # Helsinki's tile.
        ("35VLG", (32635, 300000, 6700020)),
    ],
)
def test_corner_of_a_tile(square, corner):
    assert tile_corner(square) == corner


def test_tiles_lie_in_their_latitude_band():
    for scene in SCENES:
        epsg, left, top = tile_corner(scene.square)
        _, (latitude,) = transform(f"EPSG:{epsg}", "EPSG:4326", [left + 55_000], [top - 55_000])
        assert "CDEFGHJKLMNPQRSTUVWX"[int(latitude + 80) // 8] == scene.square[2]


def test_corners_of_published_files(real_data):
    found = 0
    for name, data in [
        *members(real_data / "Reference_Maps", "T33UUP_26_57_reference_map.tif"),
        *members(real_data / "BigEarthNet-S2", "B02.tif"),
        *members(real_data / "BigEarthNet-S1", "VV.tif"),
    ]:
        *_, column, row = name.split("/")[2].split("_")
        epsg, left, top = tile_corner("33UUP")
        _, dataset = opened(data)
        assert dataset.crs.to_epsg() == epsg
        assert (dataset.transform.c, dataset.transform.f) == (
            left + 1200 * int(column),
            top - 1200 * int(row),
        )
        found += 1
    assert found == 3


@pytest.mark.parametrize("square", ["33UAP", "33UUI", "33LUP"])
def test_squares_that_do_not_exist(square):
    with pytest.raises(InputError, match="not a 100 km square"):
        tile_corner(square)


def test_scenes_cover_countries_and_seasons():
    assert {scene.country for scene in SCENES} == set(COUNTRIES)
    months = Counter(int(scene.s2[15:17]) % 12 // 3 for scene in SCENES)
    assert set(months) == {0, 1, 2, 3}
    assert min(months.values()) >= 6


def test_scenes_are_real(real_data):
    planned = plan(5, 400, 0, 0, 0.0)
    table = pq.read_table(real_data / "metadata.parquet", columns=["patch_id", "country", "s1_name"])
    table = table.filter(pc.is_in(table["patch_id"], pa.array([patch.patch_id for patch in planned])))
    published = {(row["patch_id"], row["country"], row["s1_name"]) for row in table.to_pylist()}
    assert published == {(patch.patch_id, patch.scene.country, patch.s1_name) for patch in planned}


# The plan


def test_plan_has_the_numbers_asked_for():
    planned = plan(3, patches=100, snow_patches=5, cloud_patches=4, unlabelled_share=0.13)
    assert Counter(patch.sky for patch in planned) == {"clear": 100, "snow": 5, "cloud": 4}
    assert sum(patch.unlabelled is not None for patch in planned) == 13
    names = [patch.patch_id for patch in planned]
    assert names == sorted(set(names))
    assert len({patch.s1_name for patch in planned}) == len(planned)


def test_snow_lies_in_winter():
    snowy = [patch for patch in plan(3, 40, 20, 0, 0.0) if patch.sky == "snow"]
    assert {acquisition_date(patch.patch_id).month for patch in snowy} <= {12, 1, 2}


def test_pairs_are_days_apart_and_within_the_year():
    for patch in plan(3, 60, 2, 2, 0.0):
        day = acquisition_date(patch.patch_id)
        assert date(2017, 6, 1) <= day <= date(2018, 5, 31)
        assert abs((day - s1_acquisition_date(patch.s1_name)).days) <= 3


def test_splits_are_blocks_of_about_the_published_shares():
    planned = plan(3, 480, 0, 0, 0.0)
    shares = {split: count / 480 for split, count in Counter(patch.split for patch in planned).items()}
    assert shares["train"] == pytest.approx(0.5, abs=0.08)
    assert shares["validation"] == pytest.approx(0.25, abs=0.06)
    assert shares["test"] == pytest.approx(0.25, abs=0.06)
    blocks = {}
    for patch in planned:
        block = (patch.scene.square, patch.column // 5, patch.row // 5)
        assert blocks.setdefault(block, patch.split) == patch.split


# Land cover


def test_number_of_classes_is_as_published():
    counts = Counter(len(labels(codes)) for _, codes in maps())
    mean = sum(number * times for number, times in counts.items()) / 400
    assert mean == pytest.approx(2.95, abs=0.25)
    assert counts[1] / 400 == pytest.approx(0.18, abs=0.05)
    assert max(counts) >= 6


def test_classes_occur_where_they_do_in_reality():
    found = {}
    for country, codes in maps():
        found.setdefault(country, Counter()).update(labels(codes))
    assert set().union(*found.values()) == set(CLASSES)
    assert [country for country in found if found[country]["Agro-forestry areas"]] == ["Portugal"]
    for country in ("Austria", "Kosovo", "Luxembourg", "Serbia", "Switzerland"):
        assert not found[country]["Marine waters"]


def test_instances_of_varied_number_and_size():
    numbers, sizes = Counter(), []
    for _, codes in maps()[:150]:
        classes = LOOKUP[codes]
        for index in np.unique(classes):
            areas, count = label(classes == index)
            numbers[min(count, 5)] += 1
            sizes += np.bincount(areas.ravel())[1:].tolist()
    assert set(numbers) == {1, 2, 3, 4, 5}
    assert min(sizes) < 144
    assert max(sizes) == 14400
    assert np.mean(np.array(sizes) > 144) > 0.7


@pytest.mark.parametrize("code", landscape.UNLABELLED)
def test_unlabelled_code_covers_part_of_the_map(code):
    codes = landscape.invent(generator(1, code), "Austria", unlabelled=code).codes
    assert 0 < (LOOKUP[codes] == UNLABELLED).sum() < codes.size
    assert code in codes


def test_codes_are_corine_codes():
    assert set(landscape.UNLABELLED) == set(UNLABELLED_CODES) - {0}
    for _, codes in maps():
        assert codes.dtype == np.uint16
        assert LOOKUP[codes].max() < len(CLASSES)


# Pixels


def uniform(code):
    parcels = np.arange(14400, dtype=np.int16).reshape(120, 120) // 400
    return landscape.Landscape(np.full((120, 120), code, np.uint16), parcels)


def ndvi(code, day, country="Austria"):
    bands = reflectance.invent(generator(1, code, day), uniform(code), country, day)
    red, infrared = bands["B04"].astype(float).mean(), bands["B08"].astype(float).mean()
    return (infrared - red) / (infrared + red)


def test_forest_is_green_in_summer_and_bare_in_winter():
    assert ndvi(311, 190) > 0.8
    summer, winter = (
        {code: reflectance.invent(generator(1, code), uniform(code), "Austria", day) for code in (311, 312)}
        for day in (190, 15)
    )
    assert winter[311]["B08"].mean() < 0.4 * summer[311]["B08"].mean()
    assert winter[312]["B08"].mean() > 0.6 * summer[312]["B08"].mean()


def test_fields_are_green_before_the_harvest():
    assert ndvi(211, 140) > 0.75 > 0.65 > ndvi(211, 260)


def test_water_is_dark_and_sand_is_bright():
    water = reflectance.invent(generator(1), uniform(523), "Portugal", 200)
    sand = reflectance.invent(generator(1), uniform(331), "Portugal", 200)
    assert water["B08"].mean() < 200 < 2500 < sand["B08"].mean()


def test_bands_have_their_type_and_resolution():
    bands = reflectance.invent(generator(1), uniform(211), "Austria", 100)
    assert {name: len(array) for name, array in bands.items()} == {
        name: 1200 // pixel for name, pixel in reflectance.BANDS.items()
    }
    assert all(array.dtype == np.uint16 and array.min() > 0 for array in bands.values())


def test_clouds_and_snow_are_white():
    ground = uniform(312)
    clear = reflectance.invent(generator(1), ground, "Finland", 40)["B02"].mean()
    assert reflectance.invent_snow(generator(1), ground, "Finland", 40)["B02"].mean() > 5 * clear
    cloudy = reflectance.invent_cloud(generator(1), ground, "Finland", 40)["B02"]
    assert np.percentile(cloudy, 98) > 4000
    assert np.percentile(cloudy, 5) < clear


def test_countries_differ_in_colour():
    means = {
        country: tuple(
            round(float(array.mean()) / 20)
            for array in reflectance.invent(generator(1), uniform(231), country, 180).values()
        )
        for country in COUNTRIES
    }
    assert len(set(means.values())) == len(COUNTRIES)


def test_backscatter_of_built_up_areas_forest_and_water():
    mean = {
        code: backscatter.invent(generator(1), uniform(code), 180)["VV"].mean() for code in (112, 311, 512)
    }
    assert mean[112] > mean[311] > mean[512] + 5


def test_speckle_is_that_of_a_few_looks():
    bands = backscatter.invent(generator(1), uniform(311), 180)
    assert all(array.dtype == np.float32 and array.shape == (120, 120) for array in bands.values())
    assert 1.0 < bands["VH"].std() < 3.5


def test_every_code_has_pixels():
    for code in reflectance.ALL_CODES:
        assert reflectance.invent(generator(1), uniform(code), "Serbia", 100)["B02"].mean() > 50
        assert -30 < backscatter.invent(generator(1), uniform(code), 100)["VH"].mean() < 0


def test_pixels_are_in_the_range_of_real_ones(real_data, miniature_world):
    real = {name[-7:-4]: opened(data)[0] for name, data in members(real_data / "BigEarthNet-S2")}
    ours = {band: [] for band in real}
    for name, data in members(miniature_world.s2):
        ours[name[-7:-4]].append(opened(data)[0])
    for band, values in real.items():
        low, high = np.percentile(np.concatenate([array.ravel() for array in ours[band]]), (0.5, 99.5))
        inside = (values >= low * 0.7) & (values <= high * 1.3)
        assert inside.mean() > 0.95, band


def test_classes_can_be_told_from_pixels():
    """The nearest mean spectrum of a class, among ten, finds it in most pixels of other patches."""
    codes = (112, 211, 231, 244, 311, 312, 331, 412, 512, 523)
    spectra = {True: [], False: []}
    for code in codes:
        for known in (True, False):
            draw = generator(1 if known else 2, code)
            bands = reflectance.invent(draw, uniform(code), "Portugal", 190)
            coarse = [
                array.reshape(20, len(array) // 20, 20, -1).mean((1, 3)).ravel() for array in bands.values()
            ]
            spectra[known].append(np.log(np.stack(coarse, -1)))
    means = np.stack([pixels.mean(0) for pixels in spectra[True]])
    for index, pixels in enumerate(spectra[False]):
        nearest = np.abs(pixels[:, None] - means).mean(-1).argmin(-1)
        assert (nearest == index).mean() > 0.75, codes[index]


# Classes that are alike in RGB

RGB = ("B02", "B03", "B04")


def codes_of(name):
    return CODES[CLASS_INDEX[name]]


@pytest.mark.parametrize(("shown", "names"), ALIKE_IN_RGB.items())
def test_classes_alike_in_rgb_have_the_same_visible_bands(shown, names):
    """From the same draws, whatever the season and the country: values, texture and noise are the same."""
    for country, day in (("Finland", 20), ("Portugal", 140), ("Austria", 190), ("Serbia", 280)):
        expected = reflectance.invent(generator(1, day), uniform(shown), country, day)
        for code in (code for name in names for code in codes_of(name)):
            bands = reflectance.invent(generator(1, day), uniform(code), country, day)
            same = {band for band, array in bands.items() if (array == expected[band]).all()}
            assert set(reflectance.VISIBLE) <= same
            assert LOOKUP[code] == LOOKUP[shown] or same == set(reflectance.VISIBLE)


def cells_of(name, first, patches, bands):
    """Return mean and standard deviation of each band in cells of 60 m, over uniform patches of a class.

    Shape (patches x 400, 2 x bands). Countries and days are the same for every class; codes take turns.
    """
    found = []
    for number in range(first, first + patches):
        draw, day = generator(7, name, number), int(generator(7, number).integers(1, 366))
        code, country = codes_of(name)[number % len(codes_of(name))], COUNTRIES[number % len(COUNTRIES)]
        arrays = reflectance.invent(draw, uniform(code), country, day)
        arrays |= backscatter.invent(draw, uniform(code), day)
        cells = [
            np.log(array) if band in reflectance.BANDS else array.astype(float)
            for band, array in arrays.items()
            if band in bands
        ]
        cells = [array.reshape(20, len(array) // 20, 20, len(array) // 20) for array in cells]
        found.append(np.stack([part for array in cells for part in (array.mean((1, 3)), array.std((1, 3)))]))
    return np.concatenate([cells.reshape(len(cells), -1) for cells in found], 1).T


def share_told(names, bands, patches=24):
    """Return the share of cells of other patches that least squares on the cells' bands gives their class."""
    features, answers = {}, {}
    for part, first in (("known", 0), ("other", patches)):
        cells = [cells_of(name, first, patches, bands) for name in names]
        features[part] = np.concatenate(cells)
        answers[part] = np.repeat(np.arange(len(names)), [len(some) for some in cells])
    mean, scale = features["known"].mean(0), features["known"].std(0) + 1e-6
    scaled = {part: np.c_[(values - mean) / scale, np.ones(len(values))] for part, values in features.items()}
    weights = np.linalg.lstsq(scaled["known"], np.eye(len(names))[answers["known"]], rcond=None)[0]
    return float(((scaled["other"] @ weights).argmax(1) == answers["other"]).mean())


@pytest.mark.parametrize("names", ALIKE_IN_RGB.values())
def test_classes_alike_in_rgb_are_told_by_the_other_bands_only(names):
    everything = (*reflectance.BANDS, "VV", "VH")
    optical, radar = everything[len(reflectance.VISIBLE) : -2], everything[-2:]
    chance = 1 / len(names)
    assert share_told(names, RGB) < chance + 0.06
    assert share_told(names, everything) > 0.95
    assert share_told(names, (*RGB, *optical)) > 0.95
    assert share_told(names, (*RGB, *radar)) > chance + 0.25


def test_classes_alike_in_rgb_occur_often():
    found = Counter(name for _, codes in maps() for name in labels(codes))
    assert all(found[name] >= 20 for names in ALIKE_IN_RGB.values() for name in names)


# The files


def test_archives_hold_every_patch_of_both_metadata_files(miniature_world):
    rows = read_table(miniature_world.metadata, METADATA).to_pylist()
    excluded = read_table(miniature_world.excluded_metadata, METADATA).to_pylist()
    assert (len(rows), len(excluded)) == (24, 4)
    everything = rows + excluded
    expected = {reference_map_member(row["patch_id"]) for row in everything}
    assert {name for name, _ in members(miniature_world.reference_maps)} == expected
    expected = {s1_member(row["s1_name"], band) for row in everything for band in ("VH", "VV")}
    assert {name for name, _ in members(miniature_world.s1)} == expected
    expected = {s2_member(row["patch_id"], band) for row in everything for band in reflectance.BANDS}
    assert {name for name, _ in members(miniature_world.s2)} == expected
    assert max(map(len, expected)) > 100


def test_metadata_is_as_published(miniature_world, real_data):
    for ours, real in (
        (miniature_world.metadata, "metadata.parquet"),
        (miniature_world.excluded_metadata, "metadata_for_patches_with_snow_cloud_or_shadow.parquet"),
    ):
        assert pq.read_schema(ours).remove_metadata() == pq.read_schema(real_data / real).remove_metadata()
    ours = read_table(miniature_world.metadata, METADATA)
    real = pq.read_table(real_data / "metadata.parquet", columns=["patch_id", "s1_name", "s2v1_name"])
    real = real.filter(pc.is_in(real["patch_id"], ours["patch_id"].combine_chunks()))
    published = {row["patch_id"]: row for row in real.to_pylist()}
    for row in ours.to_pylist():
        # What BigEarthNet v1.0 called a patch differs by a second in some scenes.
        found = published[row["patch_id"]]
        assert row["s1_name"] == found["s1_name"]
        assert row["s2v1_name"].split("_")[-2:] == found["s2v1_name"].split("_")[-2:]


def test_metadata_columns(miniature_world):
    codes = {name.split("/")[2]: opened(data)[0] for name, data in members(miniature_world.reference_maps)}
    for path, excluded in ((miniature_world.metadata, False), (miniature_world.excluded_metadata, True)):
        for row in read_table(path, METADATA).to_pylist():
            present = {CLASSES[index] for index in np.unique(LOOKUP[codes[row["patch_id"]]]) if index < 19}
            assert row["labels"] == sorted(present)
            assert (row["contains_seasonal_snow"] or row["contains_cloud_or_shadow"]) == excluded
            assert row["split"] in ("train", "validation", "test")
    unlabelled = [name for name, map_codes in codes.items() if (LOOKUP[map_codes] == UNLABELLED).any()]
    assert len(unlabelled) == 2


def test_a_small_world_has_what_tests_need(miniature_world):
    clear = [patch for patch in miniature_world.planned if patch.sky == "clear"]
    assert {patch.scene.country for patch in clear} == set(COUNTRIES)
    assert {patch.split for patch in clear} == {"train", "validation", "test"}
    assert {acquisition_date(patch.patch_id).month % 12 // 3 for patch in clear} == {0, 1, 2, 3}


def test_invented_patches_say_so(miniature_world):
    assert read_lineage(miniature_world.metadata)["settings"]["run"] == "mini"
    assert "invented" in read_lineage(miniature_world.excluded_metadata)["notes"]["source"]


def test_georeferencing(miniature_world):
    for name, data in members(miniature_world.s2):
        patch_id = name.split("/")[2]
        column, row = int(patch_id[-5:-3]), int(patch_id[-2:])
        epsg, left, top = tile_corner(patch_id[-11:-6])
        _, dataset = opened(data)
        assert dataset.crs.to_epsg() == epsg
        assert dataset.bounds == (
            left + 1200 * column,
            top - 1200 * (row + 1),
            left + 1200 * (column + 1),
            top - 1200 * row,
        )


def test_a_patch_does_not_depend_on_the_others(miniature_world):
    one = miniature_world.planned[5]
    _, files = make_files(one, miniature_world.seed)
    stored = dict(members(miniature_world.s2))
    for name, data in files["s2"].items():
        assert stored[name] == data
        band = name[-7:-4]
        assert read_band(data, "uint16", 1200 // reflectance.BANDS[band]).any()


def settings_of(patches, seed=4):
    miniature = {"patches": patches, "snow_patches": 1, "cloud_patches": 1, "unlabelled_share": 0.5}
    return json.dumps({"run": "mini", "seed": seed, "miniature": miniature})


def targets(folder):
    return {
        "--reference-maps": folder / "Reference_Maps.tar.zst",
        "--s1": folder / "BigEarthNet-S1.tar.zst",
        "--s2": folder / "BigEarthNet-S2.tar.zst",
        "--metadata": folder / "metadata.parquet",
        "--excluded-metadata": folder / "excluded.parquet",
    }


def test_program_is_deterministic_byte_for_byte(tmp_path, run_program):
    contents = []
    # The number of processes changes nothing either.
    for folder, seed, threads in (("a", 4, 1), ("b", 4, 2), ("c", 5, 1)):
        files = targets(tmp_path / folder)
        pairs = [part for pair in files.items() for part in pair]
        given = ("--threads", threads, "--settings", settings_of(30, seed))
        run_program("make_miniature_world", *pairs, *given)
        contents.append([path.read_bytes() for path in files.values()])
    assert contents[0] == contents[1]
    assert all(first != other for first, other in zip(contents[0], contents[2], strict=True))


def test_program_names_a_missing_setting(tmp_path, run_program):
    pairs = [part for pair in targets(tmp_path).items() for part in pair]
    failed = run_program(
        "make_miniature_world", *pairs, "--settings", '{"run": "mini", "seed": 1}', check=False
    )
    assert failed.returncode == 1
    assert "miniature.patches" in failed.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("threads", [1, 2])
def test_full_disk_names_the_archive_and_leaves_nothing(tmp_path, run_program, threads):
    pairs = [part for pair in targets(tmp_path).items() for part in pair]
    # A limit on file sizes stands in for a full disk: writing fails in the same way.
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    try:
        given = ("--threads", threads, "--settings", settings_of(12))
        failed = run_program("make_miniature_world", *pairs, *given, check=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert failed.returncode == 1
    assert "Traceback" not in failed.stderr
    assert str(tmp_path / "BigEarthNet-S") in failed.stderr
    assert list(tmp_path.iterdir()) == []
