"""Names of patches, and where their files lie in the archives."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.bigearthnet.patch_names import (
    acquisition_date,
    column_row,
    mgrs_square,
    reference_map_member,
    s1_acquisition_date,
    s1_member,
    s1_scene,
    s2_member,
    tile,
)
from bentxt.errors import InputError

PATCH = "S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP_26_57"
S1 = "S1B_IW_GRDH_1SDV_20170612T165809_33UUP_26_57"


def test_parts_of_a_published_patch():
    assert acquisition_date(PATCH) == date(2017, 6, 13)
    assert tile(PATCH) == "S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP"
    assert mgrs_square(PATCH) == "33UUP"
    assert column_row(PATCH) == (26, 57)


def test_parts_of_a_published_sentinel_1_patch():
    assert s1_acquisition_date(S1) == date(2017, 6, 12)
    assert s1_scene(S1) == "S1B_IW_GRDH_1SDV_20170612T165809"


def test_leading_zeros_of_sentinel_2_and_none_of_sentinel_1():
    assert column_row("S2B_MSIL2A_20180525T094029_N9999_R036_T35VNK_09_04") == (9, 4)
    assert s1_scene("S1A_IW_GRDH_1SDV_20171015T050950_33UXP_0_0") == "S1A_IW_GRDH_1SDV_20171015T050950"


def test_members_of_the_archives(real_data):
    stored = "S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP_75_43"
    assert (real_data / reference_map_member(PATCH)).is_file()
    assert (real_data / s2_member(stored, "B8A")).is_file()
    assert (real_data / s1_member("S1A_IW_GRDH_1SDV_20170613T165043_33UUP_70_48", "VH")).is_file()


@given(column=st.integers(0, 90), row=st.integers(0, 90), day=st.dates(date(2017, 6, 1), date(2018, 5, 31)))
def test_parts_come_back(column, row, day):
    name = f"S2B_MSIL2A_{day:%Y%m%d}T094029_N9999_R036_T35VNK_{column:02d}_{row:02d}"
    assert column_row(name) == (column, row)
    assert acquisition_date(name) == day


@pytest.mark.parametrize(
    "name",
    ["", "S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP", PATCH + "\n", "../" + PATCH, S1, PATCH + "_B02"],
)
def test_other_names_are_refused_and_named(name):
    with pytest.raises(InputError, match="expected <tile>_<column>_<row>") as caught:
        acquisition_date(name)
    assert caught.value.item == name


def test_a_day_that_is_not_in_the_calendar():
    with pytest.raises(InputError, match="20170631 is not a day"):
        acquisition_date(PATCH.replace("20170613", "20170631"))


def test_every_published_name(real_data):
    import pyarrow.parquet as pq

    table = pq.read_table(real_data / "metadata.parquet", columns=["patch_id", "s1_name"])[::97]
    for patch_id, s1_name in zip(table["patch_id"].to_pylist(), table["s1_name"].to_pylist(), strict=True):
        assert date(2017, 6, 1) <= acquisition_date(patch_id) <= date(2018, 5, 31)
        column, row = column_row(patch_id)
        assert s1_name == f"{s1_scene(s1_name)}_{mgrs_square(patch_id)}_{column}_{row}"
