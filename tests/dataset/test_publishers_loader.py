"""The loader that is published with the release reads our data set and images; ours reads rico-hdl's."""

import re
import shutil

import lmdb
import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import save

from bentxt.bigearthnet.image_store import S1_BANDS, S2_BANDS, open_images
from bentxt.release import SPLITS
from worlds.publishers_loader import BAND_SETS, COLUMNS, STAGES, PublishersLoader, check_images
from worlds.small_release import CAPTION, geotiffs_of, write_small_release


@pytest.fixture(scope="module")
def release(miniature_world, tmp_path_factory):
    return write_small_release(miniature_world, tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="module")
def geotiffs(miniature_world):
    return geotiffs_of(miniature_world.s1, miniature_world.s2)


@pytest.fixture(scope="module")
def rico_hdl(geotiffs, release, tmp_path_factory):
    """An LMDB in the layout of rico-hdl, from the GeoTIFFs themselves.

    One safetensors dictionary a patch, under its name; the reference map under the name of its file, as
    ``Data``; the lock file left behind, the map larger than the disk.
    """
    folder = tmp_path_factory.mktemp("rico") / "Encoded-BigEarthNet"
    patches = {}
    for (name, band), array in sorted(geotiffs.items()):
        patches.setdefault(name, {})[band] = array
    with lmdb.open(str(folder), map_size=1 << 40) as environment:
        for name, bands in patches.items():
            with environment.begin(write=True) as transaction:
                transaction.put(name.encode(), save(bands))
                if name.startswith("S2"):
                    classes = save({"Data": np.full((120, 120), 211, np.uint16)})
                    transaction.put(f"{name}_reference_map".encode(), classes)
    assert (folder / "lock.mdb").exists()
    return folder


@pytest.fixture
def load(release, tmp_path):
    """Open a loader on a copy of the LMDB, for this process may have the original open."""
    opened = []

    def open_loader(images=release.images, **options):
        copy = tmp_path / f"images-{len(opened)}.lmdb"
        shutil.copytree(images, copy)
        opened.append(PublishersLoader(copy, release.dataset, **options))
        return opened[-1]

    yield open_loader
    for loader in opened:
        loader.close()


@pytest.fixture(scope="module")
def table(release):
    return pd.read_parquet(release.dataset)


def test_the_columns_are_there_and_none_holds_a_gap(table):
    assert tuple(table.columns) == COLUMNS
    assert not table.isna().any().any()
    assert list(table["ID"]) == list(range(1, len(table) + 1))
    assert (table.loc[table["type"] == "captioning", "category"] == "None").all()


@pytest.mark.parametrize("band_set", BAND_SETS)
@pytest.mark.parametrize("side", [120, 60, 224])
def test_images_are_those_of_the_geotiffs(load, geotiffs, band_set, side):
    loader = load(bands=band_set, img_size=side)
    patches = loader.table["patch_id"].nunique()
    assert patches > 15
    assert check_images(loader, geotiffs, band_set, side) == patches * len(BAND_SETS[band_set])


@pytest.mark.parametrize("band_set", BAND_SETS)
def test_images_of_rico_hdl_are_those_of_the_geotiffs(load, geotiffs, rico_hdl, band_set):
    assert check_images(load(rico_hdl, bands=band_set), geotiffs, band_set, 120)


def test_our_store_reads_what_rico_hdl_wrote(geotiffs, rico_hdl, table):
    images = open_images(rico_hdl)
    for patch_id, s1_name in table[["patch_id", "s1_name"]].drop_duplicates().itertuples(index=False):
        assert patch_id in images
        sample = images.sample(patch_id, s1_name)
        assert sample.keys() == S1_BANDS.keys() | S2_BANDS.keys()
        for band, array in sample.items():
            np.testing.assert_array_equal(array, geotiffs[s1_name if band in S1_BANDS else patch_id, band])
    assert "absent" not in images


def test_our_blobs_are_byte_for_byte_those_of_rico_hdl(release, rico_hdl, table):
    ours, theirs = open_images(release.images), open_images(rico_hdl)
    for name in {*table["patch_id"], *table["s1_name"]}:
        assert ours.fingerprint(name) == theirs.fingerprint(name)


@pytest.mark.parametrize(
    ("option", "column"),
    [
        ("types", "type"),
        ("categories", "category"),
        ("countries", "country"),
        ("seasons", "season"),
        ("climate_zones", "climate_zone"),
        ("splits", "split"),
    ],
)
def test_filters_keep_the_rows_that_have_the_value(load, table, option, column):
    values = sorted(table[column].unique())
    assert len(values) > 1, column
    kept = load(**{option: values[:1]}).table
    assert list(kept["ID"]) == list(table.loc[table[column] == values[0], "ID"])
    assert 0 < len(kept) < len(table)


def test_stages_share_the_rows_out_and_test_has_the_benchmark_split(load, table):
    found = {stage: load(splits=splits).table for stage, splits in STAGES.items()}
    assert sum(map(len, found.values())) == len(table)
    assert set(found["test"]["split"]) == {"test", "bench"}
    assert set(table["split"]) == {*SPLITS, "bench"}


def test_filters_add_up(load, table):
    loader = load(types=["bounding box"], categories=["point"], splits=STAGES["fit"])
    wanted = (table["type"] == "bounding box") & (table["category"] == "point") & (table["split"] == "train")
    assert list(loader.table["ID"]) == list(table.loc[wanted, "ID"])
    assert len(loader)


def test_tags_are_removed_and_what_they_enclose_stays(load):
    loader = load(types=["bounding box"])
    seen = set()
    for place, row in enumerate(loader.table.itertuples()):
        item = loader[place]
        assert not re.search(r"</?(?:point|ref)>", item["text_input"])
        assert item["reference_output"] == row.output
        (enclosed,) = set(re.findall(r"<(?:point|ref)>(.+?)</(?:point|ref)>", row.input))
        assert enclosed in item["text_input"]
        assert len(item["text_input"]) < len(row.input)
        seen.add(row.category)
    assert seen == {"point", "reference"}


def test_tags_are_replaced_by_tokens(load):
    tokens = {"point_token": ("[P]", "[/P]"), "ref_token": ("[R]", "[/R]")}
    loader = load(types=["bounding box"], **tokens)
    for place, row in enumerate(loader.table.itertuples()):
        expected = row.input
        for tag, letter in (("point", "P"), ("ref", "R")):
            expected = expected.replace(f"<{tag}>", f"[{letter}]").replace(f"</{tag}>", f"[/{letter}]")
        assert loader[place]["text_input"] == expected
        assert expected != row.input


def test_only_inputs_are_touched_and_a_transform_gets_the_image(load):
    loader = load(types=["captioning"], transform=lambda image: image.flip(-1), bands="S1S2-10m20m")
    plain = load(types=["captioning"], bands="S1S2-10m20m")
    assert loader[0]["reference_output"] == CAPTION
    assert loader[0]["image_input"].equal(plain[0]["image_input"].flip(-1))
