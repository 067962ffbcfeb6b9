"""What a caption may say: the attributes of one patch, ordered and rounded (Section 3.2 of the paper).

The tables are read as arrays, a block of patches at a time, and cut into :class:`CaptionFacts`, one a patch;
template, grammar and check see nothing else.
"""

from dataclasses import dataclass, field

import numpy as np
import pyarrow.parquet as pq

from bentxt.errors import InputError
from bentxt.nomenclature import PATCH_AREA, PIXEL_AREA, PIXELS
from bentxt.patches.patch_attributes import match_maps, match_pixels
from bentxt.tables.schemas.adjacencies_schema import ADJACENCIES
from bentxt.tables.schemas.instances_schema import INSTANCES
from bentxt.tables.schemas.maps_schema import MAPS
from bentxt.tables.schemas.patches_schema import PATCHES
from bentxt.tables.table_files import check_table, read_table
from bentxt.tables.table_streams import read_rows

PRIMARY, SECONDARY, MARGINAL = "primary", "secondary", "marginal"

#: Patches held in memory at a time. Results do not depend on it.
BLOCK = 16384


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

    def __post_init__(self):
        if not 0 < self.secondary < self.primary <= 100:
            raise InputError(
                f"captions.tiers: 0 < secondary < primary <= 100 does not hold for {self.secondary} "
                f"and {self.primary}",
                item="captions.tiers",
            )
        if self.rounding < 1:
            raise InputError(f"captions.area_rounding is {self.rounding}, must be 1 m² or more")

    def tier(self, pixels):
        """Return the tier of a number of pixels."""
        share = 100 * pixels
        if share > self.primary * PIXELS:
            return PRIMARY
        return SECONDARY if share >= self.secondary * PIXELS else MARGINAL

    def area(self, pixels):
        """Return the rounded area of a number of pixels, m²."""
        return round(pixels * PIXEL_AREA / self.rounding) * self.rounding

    @property
    def marginal_area(self):
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
    large: tuple
    smaller: tuple

    @property
    def marginal(self):
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
    classes: tuple
    borders: tuple
    marginal_share: float
    marginal_area: int


def class_facts(index, instances, rules):
    """Return the :class:`ClassFacts` of a class from the pixels of its instances (descending)."""
    tiers = [rules.tier(pixels) for pixels in instances]
    pixels = sum(instances)
    return ClassFacts(
        index,
        pixels,
        rules.area(pixels),
        rules.tier(pixels),
        len(instances),
        tuple(rules.area(p) for p, tier in zip(instances, tiers, strict=True) if tier == PRIMARY),
        tuple(rules.area(p) for p, tier in zip(instances, tiers, strict=True) if tier == SECONDARY),
    )


def caption_facts(patch_id, country, season, climate_zone, instances, pairs, rules):
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
    neighbours = {}
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


def read_facts(patches, maps, instances, adjacencies, rules, start=0, stop=None, block=BLOCK):
    """Yield the facts of the patches in rows [start, stop) of the table of patches, in its order.

    Instances and adjacencies are read for a block of patches at a time, by the range of their maps.

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
        If a table is missing or of another schema, or if tables contradict each other.
    """
    columns = ["map_index", "patch_id", "country", "season", "climate_zone"]
    shard = read_table(patches, PATCHES, columns).slice(start, None if stop is None else stop - start)
    check_table(instances, INSTANCES)
    check_table(adjacencies, ADJACENCIES)
    for first in range(0, len(shard), block):
        yield from _read_block(shard.slice(first, block), maps, instances, adjacencies, rules)


def _read_block(patch, maps, instances, adjacencies, rules):
    """Yield the facts of some patches."""
    index = patch["map_index"].to_numpy()
    names = patch["patch_id"].to_pylist()
    low, high = int(index.min()), int(index.max())
    areas = read_rows(maps, MAPS, low, high + 1, ["patch_id", "class_pixels"])
    match_maps(names, index - low, areas["patch_id"], maps)
    filters = [("map_index", ">=", low), ("map_index", "<=", high)]
    table = pq.read_table(instances, columns=["map_index", "class_index", "pixels"], filters=filters)
    owner, class_index, pixels = (table[name].to_numpy() for name in table.column_names)
    order = np.lexsort((-pixels, class_index, owner))
    owner, class_index, pixels = owner[order], class_index[order], pixels[order]
    match_pixels(names, index, owner, class_index, pixels, areas["class_pixels"], instances)
    first, last = np.searchsorted(owner, index), np.searchsorted(owner, index, "right")
    class_index, pixels = class_index.tolist(), pixels.tolist()

    table = pq.read_table(adjacencies, filters=[*filters, ("border_length", ">=", rules.min_border)])
    order = np.argsort(table["map_index"].to_numpy(), kind="stable")
    owner = table["map_index"].to_numpy()[order]
    pair_first, pair_last = np.searchsorted(owner, index), np.searchsorted(owner, index, "right")
    one = table["first_class"].to_numpy()[order].tolist()
    other = table["second_class"].to_numpy()[order].tolist()

    places = zip(*(patch[name].to_pylist() for name in ("country", "season", "climate_zone")), strict=True)
    for row, (country, season, climate_zone) in enumerate(places):
        found = {}
        for position in range(first[row], last[row]):
            found.setdefault(class_index[position], []).append(pixels[position])
        pairs = [(one[p], other[p]) for p in range(pair_first[row], pair_last[row])]
        absent = {c for pair in pairs for c in pair} - found.keys()
        if absent:
            raise InputError(
                f"classes {sorted(absent)} touch others but have no instance",
                file=adjacencies,
                item=names[row],
                remedy="make attributes again: the tables are not of one run",
            )
        yield caption_facts(names[row], country, season, climate_zone, found, pairs, rules)
