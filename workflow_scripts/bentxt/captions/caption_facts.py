"""What a caption may say: the attributes of one patch, ordered and rounded (Section 3.1 of the paper).

Template, grammar and check see :class:`CaptionFacts`, one a patch, and nothing else.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bentxt.errors import InputError
from bentxt.nomenclature import PATCH_AREA, PIXEL_AREA, PIXELS
from bentxt.patches.patch_attributes import BLOCK, SIZES, PatchAttributes, read_patch_attributes

PRIMARY, SECONDARY, MARGINAL = "primary", "secondary", "marginal"


@dataclass(frozen=True, slots=True)
class Rules:
    """Thresholds of a caption, from the config's ``captions``.

    Attributes
    ----------
    primary, secondary : float
        Shares of the patch in %: above ``primary`` a class or instance is primary (large), from
        ``secondary`` on secondary (smaller), below it marginal.
    rounding : int
        Areas are rounded to a multiple of it, m²; ties to the even multiple.
    min_border : int
        Shortest border that counts as adjacency, in pixel edges (10 m).
    """

    primary: float = field(metadata={"key": "tiers.primary"})
    secondary: float = field(metadata={"key": "tiers.secondary"})
    rounding: int = field(metadata={"key": "area_rounding"})
    min_border: int = field(metadata={"key": "adjacency_min_border"})

    def __post_init__(self) -> None:
        if not 0 < self.secondary < self.primary <= 100:
            raise InputError(
                f"captions.tiers: 0 < secondary < primary <= 100 does not hold for {self.secondary} "
                f"and {self.primary}",
                item="captions.tiers",
            )
        if self.rounding < 1:
            raise InputError(f"captions.area_rounding is {self.rounding}, must be 1 m² or more")

    def tier(self, pixels: int) -> str:
        """Return the tier of a number of pixels."""
        share = 100 * pixels
        if share > self.primary * PIXELS:
            return PRIMARY
        return SECONDARY if share >= self.secondary * PIXELS else MARGINAL

    def area(self, pixels: int) -> int:
        """Return the rounded area of a number of pixels, m²."""
        return round(pixels * PIXEL_AREA / self.rounding) * self.rounding

    @property
    def marginal_area(self) -> int:
        """Upper bound of a marginal area, m²."""
        return round(PATCH_AREA * self.secondary / 100)


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """One class of a patch.

    Attributes
    ----------
    index : int
        Class, 0–18.
    pixels, area : int
        Its pixels, and its rounded area in m².
    tier : str
        ``primary``, ``secondary`` or ``marginal``.
    count : int
        Number of instances.
    large, smaller : tuple of int
        Rounded areas in m² of the instances of the upper two tiers, descending.
    """

    index: int
    pixels: int
    area: int
    tier: str
    count: int
    large: tuple[int, ...]
    smaller: tuple[int, ...]

    @property
    def marginal(self) -> int:
        """Number of marginal instances."""
        return self.count - len(self.large) - len(self.smaller)


@dataclass(frozen=True, slots=True)
class CaptionFacts:
    """What the caption of one patch may say.

    Attributes
    ----------
    patch_id, country : str
    season, climate_zone : str
        In lower case, as captions write them; the season is ``fall`` in autumn.
    classes : tuple of ClassFacts
        By descending pixels, then nomenclature order.
    borders : tuple of (int, tuple of int)
        A class and its neighbours, both in the order of ``classes``; no pair appears twice.
    marginal_share, marginal_area : float, int
        Bound below which a class or instance is marginal, in % and m².
    """

    patch_id: str
    country: str
    season: str
    climate_zone: str
    classes: tuple[ClassFacts, ...]
    borders: tuple[tuple[int, tuple[int, ...]], ...]
    marginal_share: float
    marginal_area: int


def class_facts(index: int, instances: Sequence[int], rules: Rules) -> ClassFacts:
    """Return the :class:`ClassFacts` of a class from the pixels of its instances (descending)."""
    areas: dict[str, list[int]] = {PRIMARY: [], SECONDARY: []}
    for pixels in instances:
        tier = rules.tier(pixels)
        if tier == MARGINAL:
            # They descend: all further ones are marginal too.
            break
        areas[tier].append(rules.area(pixels))
    pixels = sum(instances)
    return ClassFacts(
        index,
        pixels,
        rules.area(pixels),
        rules.tier(pixels),
        len(instances),
        tuple(areas[PRIMARY]),
        tuple(areas[SECONDARY]),
    )


def caption_facts(
    patch_id: str,
    country: str,
    season: str,
    climate_zone: str,
    instances: Mapping[int, Sequence[int]],
    pairs: Iterable[tuple[int, int]],
    rules: Rules,
) -> CaptionFacts:
    """Return the :class:`CaptionFacts` of one patch.

    Parameters
    ----------
    patch_id, country, season, climate_zone : str
        As in the table of patches.
    instances : dict of int to list of int
        Pixels of the instances of each present class, descending.
    pairs : iterable of (int, int)
        Classes that touch.
    rules : Rules

    Returns
    -------
    CaptionFacts
    """
    classes = [class_facts(index, pixels, rules) for index, pixels in instances.items()]
    classes.sort(key=lambda c: (-c.pixels, c.index))
    order = [c.index for c in classes]
    rank = {index: position for position, index in enumerate(order)}
    neighbours: dict[int, set[int]] = {}
    for first, second in pairs:
        low, high = sorted((rank[first], rank[second]))
        neighbours.setdefault(low, set()).add(high)
    borders = tuple(
        (order[low], tuple(order[high] for high in sorted(neighbours[low]))) for low in sorted(neighbours)
    )
    return CaptionFacts(
        patch_id,
        country,
        season.lower(),
        climate_zone.lower(),
        tuple(classes),
        borders,
        rules.secondary,
        rules.marginal_area,
    )


def facts_of_patch(patch: PatchAttributes, rules: Rules) -> CaptionFacts:
    """Return the :class:`CaptionFacts` of one patch.

    Parameters
    ----------
    patch : bentxt.patches.patch_attributes.PatchAttributes
        With a map; what else is not known of it, None, is empty in the facts.
    rules : Rules

    Returns
    -------
    CaptionFacts
    """
    return caption_facts(
        patch.patch_id,
        patch.country or "",
        patch.season or "",
        patch.climate_zone or "",
        patch.sizes_by_class(),
        patch.adjacent(rules.min_border),
        rules,
    )


def read_facts(
    patches: Path | str,
    maps: Path | str,
    instances: Path | str,
    adjacencies: Path | str,
    rules: Rules,
    start: int = 0,
    stop: int | None = None,
    block: int = BLOCK,
) -> Iterator[CaptionFacts]:
    """Yield the facts of the patches in rows [start, stop) of the table of patches, in its order.

    Parameters
    ----------
    patches, maps, instances, adjacencies : str or Path
        The tables of these names, see :mod:`bentxt.tables.schemas`.
    rules : Rules
    start, stop : int, optional
        The shard; all patches by default.
    block : int
        Patches to a block.

    Yields
    ------
    CaptionFacts

    Raises
    ------
    InputError
        If tables are missing, of another schema, unsorted, or do not belong together.
    """
    shard = read_patch_attributes(patches, maps, instances, adjacencies, start, stop, SIZES, block)
    for patches_of_block in shard:
        for patch in patches_of_block:
            yield facts_of_patch(patch, rules)
