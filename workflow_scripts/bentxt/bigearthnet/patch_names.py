"""Names of BigEarthNet v2.0 patches: what they say, and where a patch's files lie (Section 3.1 of the paper).

A Sentinel-2 patch is ``<tile>_<column>_<row>``, as
``S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP_26_57``; its ``<tile>`` names the satellite, the time of
acquisition, the relative orbit and the 100 km square of the MGRS grid. A Sentinel-1 patch is
``<scene>_<square>_<column>_<row>``, as ``S1B_IW_GRDH_1SDV_20170612T165809_33UUP_26_57``.
"""

import re
from datetime import date

from bentxt.errors import InputError

_PATCH = re.compile(
    r"(?P<tile>S2[A-D]_MSIL2A_(?P<date>\d{8})T\d{6}_N\d{4}_R\d{3}_T(?P<square>\d{2}[C-X][A-Z]{2}))"
    r"_(?P<column>\d{1,2})_(?P<row>\d{1,2})"
)
_S1 = re.compile(
    r"(?P<scene>S1[A-D]_IW_GRDH_1SDV_(?P<date>\d{8})T\d{6})"
    r"_(?P<square>\d{2}[C-X][A-Z]{2})_(?P<column>\d{1,2})_(?P<row>\d{1,2})"
)


def _match(pattern: re.Pattern[str], name: str, expected: str) -> re.Match[str]:
    match = pattern.fullmatch(name)
    if match is None:
        raise InputError(f"not the name of a patch; expected {expected}", item=name)
    return match


def _parse(patch_id: str) -> re.Match[str]:
    return _match(_PATCH, patch_id, "<tile>_<column>_<row> of Sentinel-2")


def _parse_s1(s1_name: str) -> re.Match[str]:
    return _match(_S1, s1_name, "<scene>_<square>_<column>_<row> of Sentinel-1")


def _date(digits: str, name: str) -> date:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise InputError(f"{digits} is not a day of the calendar", item=name) from None


def acquisition_date(patch_id: str) -> date:
    """Return the day (UTC) on which Sentinel-2 saw the patch.

    Parameters
    ----------
    patch_id : str
        Name of the Sentinel-2 patch.

    Returns
    -------
    datetime.date

    Raises
    ------
    InputError
        If ``patch_id`` is not the name of a Sentinel-2 patch.

    Examples
    --------
    >>> acquisition_date("S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP_26_57")
    datetime.date(2017, 6, 13)
    """
    return _date(_parse(patch_id)["date"], patch_id)


def tile(patch_id: str) -> str:
    """Return the ``<tile>`` of a Sentinel-2 patch: its name without column and row, its folder's name."""
    return _parse(patch_id)["tile"]


def mgrs_square(patch_id: str) -> str:
    """Return the 100 km square of a Sentinel-2 patch.

    Examples
    --------
    >>> mgrs_square("S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP_26_57")
    '33UUP'
    """
    return _parse(patch_id)["square"]


def column_row(patch_id: str) -> tuple[int, int]:
    """Return the patch's column and row in its tile: its corner is the tile's + (column, -row) x 1200 m.

    Examples
    --------
    >>> column_row("S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP_26_57")
    (26, 57)
    """
    match = _parse(patch_id)
    return int(match["column"]), int(match["row"])


def s1_acquisition_date(s1_name: str) -> date:
    """Return the day (UTC) on which Sentinel-1 saw the patch; as :func:`acquisition_date`."""
    return _date(_parse_s1(s1_name)["date"], s1_name)


def s1_scene(s1_name: str) -> str:
    """Return the ``<scene>`` of a Sentinel-1 patch, its folder's name."""
    return _parse_s1(s1_name)["scene"]


def s2_member(patch_id: str, band: str) -> str:
    """Return the path of one band of a Sentinel-2 patch in ``BigEarthNet-S2.tar.zst``."""
    return f"BigEarthNet-S2/{tile(patch_id)}/{patch_id}/{patch_id}_{band}.tif"


def s1_member(s1_name: str, band: str) -> str:
    """Return the path of one polarisation of a Sentinel-1 patch in ``BigEarthNet-S1.tar.zst``."""
    return f"BigEarthNet-S1/{s1_scene(s1_name)}/{s1_name}/{s1_name}_{band}.tif"


def reference_map_member(patch_id: str) -> str:
    """Return the path of a patch's reference map in ``Reference_Maps.tar.zst``."""
    return f"Reference_Maps/{tile(patch_id)}/{patch_id}/{patch_id}_reference_map.tif"
