"""Folders of unpacked patches: those that are wanted, without a look at the others."""

import numpy as np
import pytest

from bentxt.bigearthnet.archives import members
from bentxt.bigearthnet.image_encoding import encode_images
from bentxt.bigearthnet.image_store import open_images
from bentxt.bigearthnet.patch_folders import members_of
from bentxt.errors import InputError
from bentxt.program.lineage import Lineage
from bentxt.tables.schemas.metadata_schema import METADATA
from bentxt.tables.table_files import read_table

LINEAGE = Lineage("encode_images.py", {"run": "mini"}, "", {})


@pytest.fixture(scope="module")
def unpacked(miniature_world, tmp_path_factory):
    """Three pairs of patches and the folder that holds both archives, unpacked whole."""
    folder = tmp_path_factory.mktemp("unpacked")
    for archive in (miniature_world.s1, miniature_world.s2):
        for name, data in members(archive):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
    rows = read_table(miniature_world.metadata, METADATA).to_pylist()[:3]
    return folder, {row["patch_id"]: row["s1_name"] for row in rows}


def test_only_the_wanted_patches_are_read(unpacked, miniature_world):
    folder, pairs = unpacked
    for sensor, archive, names in (
        ("S2", miniature_world.s2, list(pairs)),
        ("S1", miniature_world.s1, list(pairs.values())),
    ):
        expected = {name: data for name, data in members(archive) if name.split("/")[2] in names}
        assert dict(members_of(folder / f"BigEarthNet-{sensor}", names)) == expected
        assert len(expected) == len(names) * (12 if sensor == "S2" else 2)


def test_a_patch_that_is_not_wanted_is_not_even_opened(unpacked, tmp_path):
    folder, pairs = unpacked
    patch, other = list(pairs)[:2]
    for name, data in members_of(folder / "BigEarthNet-S2", [patch]):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    broken = tmp_path / "BigEarthNet-S2" / other.rsplit("_", 2)[0] / other / f"{other}_B02.tif"
    broken.parent.mkdir(parents=True)
    broken.symlink_to(broken)
    with pytest.raises(OSError, match="symbolic links"):
        list(members(tmp_path / "BigEarthNet-S2"))
    assert len(dict(members_of(tmp_path / "BigEarthNet-S2", [patch]))) == 12


def test_images_from_folders_are_those_of_the_archives(unpacked, miniature_world, tmp_path):
    folder, pairs = unpacked
    images = []
    for name, s1, s2 in (
        ("archives", miniature_world.s1, miniature_world.s2),
        ("folders", folder / "BigEarthNet-S1", folder / "BigEarthNet-S2"),
    ):
        encode_images(pairs, pairs.values(), s1, s2, tmp_path / name, LINEAGE)
        images.append(open_images(tmp_path / name))
    one, other = images
    assert len(one) == len(other) == 6
    for patch, partner in pairs.items():
        for band, pixels in one.s2(patch).items():
            assert np.array_equal(pixels, other.s2(patch)[band])
        for band, pixels in one.s1(partner).items():
            assert np.array_equal(pixels, other.s1(partner)[band])


def test_missing_patches_are_all_named_and_nothing_is_written(unpacked, tmp_path):
    folder, pairs = unpacked
    tile = next(iter(pairs)).rsplit("_", 2)[0]
    absent = [f"{tile}_99_{number:02d}" for number in range(12)]
    with pytest.raises(InputError, match="12 of 15 patches are not in the folder") as error:
        encode_images(
            [*pairs, *absent],
            pairs.values(),
            folder / "BigEarthNet-S1",
            folder / "BigEarthNet-S2",
            tmp_path / "out",
            LINEAGE,
        )
    assert all(name in error.value.problem for name in absent[:10])
    assert error.value.problem.endswith("and 2 more")
    assert error.value.file == folder / "BigEarthNet-S2"
    assert not (tmp_path / "out").exists()


def test_a_name_that_leads_elsewhere_is_no_place(unpacked):
    folder, pairs = unpacked
    stray = "../" * 3 + "etc"
    with pytest.raises(InputError, match="1 of 4 patches") as error:
        list(members_of(folder / "BigEarthNet-S2", [*pairs, stray]))
    assert error.value.item == stray


def test_a_folder_of_another_layout_is_read_whole(unpacked, tmp_path):
    folder, pairs = unpacked
    patch = next(iter(pairs))
    (tmp_path / "flat").mkdir()
    for name, data in members_of(folder / "BigEarthNet-S2", [patch]):
        (tmp_path / "flat" / name.rpartition("/")[2]).write_bytes(data)
    assert len(dict(members_of(tmp_path / "flat", [patch]))) == 12
