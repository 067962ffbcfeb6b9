"""The 19 classes, their CORINE codes and groups, against the published table."""

import numpy as np
import pytest

from bentxt.nomenclature import (
    CLASS_INDEX,
    CLASSES,
    CODES,
    COUNTRIES,
    LEVEL_1_GROUPS,
    PATCH_AREA,
    UNKNOWN,
    UNLABELLED,
    UNLABELLED_CODES,
    class_lookup,
)

# CORINE Land Cover's 44 classes of level 3.
CORINE = {
    *(111, 112, 121, 122, 123, 124, 131, 132, 133, 141, 142),
    *(211, 212, 213, 221, 222, 223, 231, 241, 242, 243, 244),
    *(311, 312, 313, 321, 322, 323, 324, 331, 332, 333, 334, 335),
    *(411, 412, 421, 422, 423, 511, 512, 521, 522, 523),
}


def test_every_corine_code_has_one_place():
    labelled = [code for codes in CODES for code in codes]
    assert len(labelled) == len(set(labelled)) == 32
    assert not set(labelled) & set(UNLABELLED_CODES)
    assert {*labelled, *UNLABELLED_CODES} == CORINE | {0, 999}


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (112, "Urban fabric"),
        (241, "Permanent crops"),
        (243, "Land principally occupied by agriculture, with significant areas of natural vegetation"),
        (333, "Natural grassland and sparsely vegetated areas"),
        (323, "Moors, heathland and sclerophyllous vegetation"),
        (331, "Beaches, dunes, sands"),
        (412, "Inland wetlands"),
        (421, "Coastal wetlands"),
        (511, "Inland waters"),
        (521, "Marine waters"),
    ],
)
def test_lookup_of_codes(code, name):
    assert CLASSES[class_lookup()[code]] == name


def test_lookup_tells_unlabelled_from_unknown():
    lookup = class_lookup()
    assert lookup.dtype == np.uint8
    assert all(lookup[code] == UNLABELLED for code in (0, 142, 332, 423, 999))
    assert all(lookup[code] == UNKNOWN for code in (1, 100, 110, 113, 245, 350, 524, 998))
    assert np.count_nonzero(lookup == UNKNOWN) == 1000 - 44 - 2


def test_groups_part_the_classes_by_the_first_digit_of_their_codes():
    members = [index for group in LEVEL_1_GROUPS.values() for index in group]
    assert members == list(range(19))
    for digit, group in enumerate(LEVEL_1_GROUPS.values(), start=1):
        assert {code // 100 for index in group for code in CODES[index]} == {digit}


def test_names():
    assert len(set(CLASSES)) == 19
    assert all(CLASSES[index] == name for name, index in CLASS_INDEX.items())
    assert len(COUNTRIES) == 10
    assert list(COUNTRIES) == sorted(COUNTRIES)
    assert PATCH_AREA == 1_440_000


def test_names_are_the_labels_of_the_metadata(real_data):
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.read_table(real_data / "metadata.parquet", columns=["labels", "country"])
    assert set(pc.list_flatten(table["labels"]).unique().to_pylist()) == set(CLASSES)
    assert set(table["country"].unique().to_pylist()) == set(COUNTRIES)
