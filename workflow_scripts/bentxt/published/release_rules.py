"""Whether the release's numbers of rows and patches add up, split by split, type by type."""

from collections.abc import Iterator, Mapping

from bentxt.published.checks import CONTRADICTION, HOLDS, Check
from bentxt.release import BENCH, SPLITS, TYPES
from bentxt.reporting.release_counts import ReleaseCounts

SUMS = "sums of the release"

_REPORTED = "reported"


def sums_of_release(release: ReleaseCounts, rows: Mapping[tuple[str, str], int]) -> Iterator[Check]:
    """Hold every reported number against the sum of its reported parts.

    Parameters
    ----------
    release : ReleaseCounts
    rows : mapping of (str, str) to int
        Rows of the released benchmark split by type and category.
    """
    for unit in ("rows", "patches"):
        for split in ("", *SPLITS, BENCH):
            for kind in ("", *TYPES):
                whole = (unit, split, kind, "")
                own = dict.fromkeys(name for other, name in rows if kind in ("", other))
                ways = {"by category": [(*whole[:3], name) for name in own]}
                if not kind:
                    ways["by type"] = [(*whole[:2], name, "") for name in TYPES]
                if not split:
                    ways["by split"] = [(unit, name, *whole[2:]) for name in (*SPLITS, BENCH)]
                for way, parts in ways.items():
                    if _reported(release, whole) and all(_reported(release, part) for part in parts):
                        yield _sum(release, whole, way, [release.number(*part) for part in parts])
    for kind in TYPES:
        weights = [number for (name, _), number in rows.items() if name == kind]
        whole = ("rows", BENCH, kind, "")
        if len(weights) > 1 and _reported(release, whole):
            yield _sum(release, whole, "by category, as weights of the other rules", weights)


def _reported(release, key):
    return release.knows(*key) and release.basis(*key) == _REPORTED


def _sum(release, whole, way, parts):
    printed, numbers = int(release.number(*whole)), [int(part) for part in parts]
    total = sum(numbers)
    about = ", ".join(part for part in whole if part)
    return Check(
        rule=SUMS,
        verdict=HOLDS if total == printed else CONTRADICTION,
        about=f"release: {about}, {way}",
        printed=f"{printed:,}",
        computed=f"{total:,}",
        tolerance="exact",
        arithmetic=(
            f"{' + '.join(f'{number:,}' for number in numbers)} = {total:,}"
            + ("" if total == printed else f" ≠ {printed:,}"),
        ),
        statement=f"{printed:,}, where the parts sum to {total:,}",
    )
