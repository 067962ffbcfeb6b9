"""How many rows of each type and category the released benchmark split holds."""

import csv
from pathlib import Path
from typing import NamedTuple

from bentxt.errors import InputError
from bentxt.release import TYPE_CATEGORIES

#: Patches of the paper's benchmark split.
PAPER_PATCHES = 1082


class Quota(NamedTuple):
    """Rows that the benchmark split keeps of a type and category, and the most of one patch (None: any)."""

    rows: int
    most_per_patch: int | None = None


def read_quotas(path: Path | str, patches: int) -> dict[tuple[str, str], Quota]:
    """Return the rows to keep of each type and category.

    Parameters
    ----------
    path : str or Path
        CSV ``type,category,rows,most_per_patch``: the rows of the released benchmark split, and the most of
        one patch; empty for any number.
    patches : int
        Size of the benchmark split; the rows are scaled by ``patches / 1082``.

    Returns
    -------
    dict
        ``(type, category)`` to a :class:`Quota`.

    Raises
    ------
    InputError
        If the file is missing or not of this form, or names a category that the release does not have.
    """
    try:
        with Path(path).open(encoding="utf-8", newline="") as file:
            quotas = {
                (row["type"], row["category"]): Quota(
                    int(int(row["rows"]) * patches / PAPER_PATCHES + 0.5),
                    int(row["most_per_patch"]) if row["most_per_patch"] else None,
                )
                for row in csv.DictReader(file)
            }
    except FileNotFoundError:
        raise InputError("file not found", file=path) from None
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"expected the columns type, category, rows and most_per_patch (numbers): {error}", file=path
        ) from error
    if unknown := [key for key in quotas if key not in TYPE_CATEGORIES]:
        raise InputError(
            "no category of the release",
            file=path,
            item=", ".join(unknown[0]),
            remedy="give each type and category of the release a row, and no other",
        )
    return quotas
