"""The legend of the climate zones: Köppen-Geiger codes and names as Beck et al. give them."""

import csv
from pathlib import Path

from bentxt.errors import InputError
from bentxt.resources import RESOURCES

#: The legend that the workflow uses.
CLIMATE_ZONES = RESOURCES / "climate_zones.csv"

ZONES = 30


def read_legend(path: Path | str) -> list[tuple[str, str]]:
    """Read the legend of the 30 zones.

    Parameters
    ----------
    path : str or Path
        CSV with the columns number (1–30), code (``Dfb``) and name (``Cold, no dry season, warm summer``).

    Returns
    -------
    list of tuple of str
        Code and name of each zone, in the order of the numbers.

    Raises
    ------
    InputError
        If the file is missing, does not hold each number once, or gives two zones one name.
    """
    try:
        with open(path, newline="", encoding="utf-8") as file:  # noqa: PTH123
            rows = list(csv.DictReader(file))
        numbers = [int(row["number"]) for row in rows]
        legend = [(row["code"], row["name"]) for row in rows]
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise InputError(f"not a legend of climate zones: {error!r}", file=path) from error
    if numbers != list(range(1, ZONES + 1)) or not all(code and name for code, name in legend):
        raise InputError(f"expected the zones 1 to {ZONES} in order, each with code and name", file=path)
    if len({name for _, name in legend}) < ZONES:
        raise InputError("two climate zones have one name", file=path)
    return legend


def zone_names(path: Path | str = CLIMATE_ZONES) -> tuple[str, ...]:
    """Return the names of the legend's zones as a tuple, in the order of their numbers."""
    return tuple(name for _, name in read_legend(path))
