"""What the released rows are answered from: reference maps, metadata and the climate raster."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bentxt.bigearthnet.omissions import Omissions
from bentxt.errors import InputError
from bentxt.nomenclature import CLASSES
from bentxt.patches.attribute_extraction import NoReferenceMap, extract_attribute_tables
from bentxt.patches.climate_legend import zone_names
from bentxt.patches.climate_maps import raster_map
from bentxt.patches.patch_attributes import PatchAttributes, gather_patch_attributes
from bentxt.patches.time_and_place import patch_centres, season
from bentxt.program.lineage import Lineage
from bentxt.tables.schemas.adjacencies_schema import ADJACENCIES
from bentxt.tables.schemas.instances_schema import INSTANCES
from bentxt.tables.schemas.maps_schema import MAPS
from bentxt.tables.schemas.metadata_schema import METADATA
from bentxt.tables.table_files import read_table

UNLISTED = "the metadata does not list the patch"


class MapProblems(Omissions):
    """Maps that cannot be read, by patch with the reason; maps that nobody asks for do not count.

    Parameters
    ----------
    on_error : {"stop", "skip"}
        Raise at the first one, or continue.
    """

    def __init__(self, on_error: str) -> None:
        super().__init__(on_error)
        self.by_patch: dict[str, str] = {}
        self.others = False

    def add(self, error: InputError, reason: str, name: str) -> None:
        """As :meth:`Omissions.add`."""
        super().add(error, reason, name)
        self.by_patch[name] = error.problem

    def add_unlisted(self, error: InputError, name: str) -> None:
        """Pass over a map of a patch without rows; it shows that the maps are where they should be."""
        self.others = True

    def add_missing(self, names: Sequence[str], archive: Path | str) -> None:
        """Pass over the patches that the archive has no map of: their rows are not answered."""


@dataclass(frozen=True, slots=True)
class PatchEvidence:
    """What is known of one patch.

    Attributes
    ----------
    patch : bentxt.patches.patch_attributes.PatchAttributes
        Without a map its classes are empty; country, season and climate zone are None if not known.
    has_map : bool
    defects : dict
        Of ``map``, ``metadata``, ``country`` and ``season`` what is wrong with the source, if something is.
    """

    patch: PatchAttributes
    has_map: bool
    defects: dict[str, str]


class Evidence:
    """Attributes of the patches of some annotations, in memory as columns.

    Parameters
    ----------
    patch_ids : iterable of str
        The patches of the annotations.
    reference_maps : str or Path
        Archive or folder.
    metadata : str or Path
        ``metadata.parquet``, at least with patch_id and country.
    folder : str or Path
        For the attribute tables; the caller removes it.
    on_error : {"stop", "skip"}
        What a map that cannot be read does.
    maps_per_shard : int
    climate_legend : str or Path
    climate_raster : str or Path, optional
        Köppen-Geiger GeoTIFF of Beck et al.; without it no climate zone is known.

    Raises
    ------
    InputError
        If a source is missing or not what it should be; with ``stop`` at the first bad map.
    """

    def __init__(
        self,
        patch_ids: Iterable[str],
        reference_maps: Path | str,
        metadata: Path | str,
        folder: Path | str,
        on_error: str,
        maps_per_shard: int,
        climate_legend: Path | str,
        climate_raster: Path | str | None = None,
    ) -> None:
        self.climate_raster = climate_raster
        listed = read_table(metadata, METADATA, ["patch_id", "country"])
        self._countries = {name: listed[name].combine_chunks() for name in listed.column_names}
        problems = MapProblems(on_error)
        names = pa.array(sorted(patch_ids), pa.string())
        targets = tuple(Path(folder) / f"{name}.parquet" for name in ("maps", "instances", "adjacencies"))
        made = Lineage("measure_agreement.py", {}, "", {})
        try:
            extract_attribute_tables(
                reference_maps,
                names,
                targets,
                lambda **_: made,
                maps_per_shard=maps_per_shard,
                omissions=problems,
            )
        except NoReferenceMap:
            # Without a map of theirs rows stay unanswered; if there is no map at all, the path is wrong.
            if not problems.by_patch and not problems.others:
                raise
            tables = [schema.empty_table() for schema in (MAPS, INSTANCES, ADJACENCIES)]
        else:
            tables = [
                read_table(path, schema)
                for path, schema in zip(targets, (MAPS, INSTANCES, ADJACENCIES), strict=True)
            ]
        self._problems = problems.by_patch
        self._files = targets
        self._maps, self._instances, self._borders = tables
        self._names = self._maps["patch_id"].combine_chunks()
        self._pixels = _flat(self._maps["class_pixels"]).reshape(-1, len(CLASSES))
        self._unlabelled = self._maps["unlabelled_pixels"].to_numpy()
        self._owners = [table["map_index"].to_numpy() for table in (self._instances, self._borders)]
        self._zones = self._climate_zones(climate_legend)

    @property
    def maps(self) -> int:
        """Number of maps that were read."""
        return len(self._names)

    def of(self, patch_ids: Iterable[str]) -> dict[str, PatchEvidence]:
        """Return the :class:`PatchEvidence` of each patch of an iterable of names, as a dict."""
        asked = pa.array(sorted(set(patch_ids)), pa.string())
        listed = pc.index_in(asked, self._countries["patch_id"])
        country = pc.take(self._countries["country"], listed)
        index = pc.index_in(asked, self._names)
        seasons: list[str | None] = []
        defects: list[dict[str, str]] = [{} for _ in asked]
        for place, name in enumerate(asked.to_pylist()):
            try:
                seasons.append(season(name))
            except InputError as error:
                seasons.append(None)
                defects[place]["season"] = error.problem
            if not listed[place].is_valid:
                defects[place]["metadata"] = defects[place]["country"] = UNLISTED
            elif not country[place].is_valid:
                defects[place]["country"] = "the metadata gives no country"
            if problem := self._problem(name, index[place].as_py()):
                defects[place]["map"] = problem
        usable = pc.and_(
            pc.is_valid(index), pa.array([not found.get("map") for found in defects], pa.bool_())
        )
        zones = [None if row is None else self._zones[row] for row in index.to_pylist()]
        described = {
            "patch_id": asked,
            "country": country.cast(pa.string()),
            "season": pa.array(seasons, pa.string()),
            "climate_zone": pa.array(zones, pa.string()),
            "split": pa.repeat("", len(asked)),
            "map_index": index,
        }
        rows = pa.table(described)
        gathered = {patch.patch_id: patch for patch in self._gather(rows.filter(usable))}
        evidence = {}
        for place, row in enumerate(rows.to_pylist()):
            name = row["patch_id"]
            own = gathered.get(name) or PatchAttributes(
                name, row["country"], row["season"], row["climate_zone"], row["split"], [], [], [], [], []
            )
            evidence[name] = PatchEvidence(own, name in gathered, defects[place])
        return evidence

    def _problem(self, name, index):
        if index is not None and (unlabelled := self._unlabelled[index]):
            return (
                f"the reference map has {unlabelled} unlabelled pixels; the release leaves such patches out"
            )
        return self._problems.get(name, "")

    def _gather(self, rows):
        if not len(rows):
            return []
        index = rows["map_index"].to_numpy()
        parts = []
        for table, owner in zip((self._instances, self._borders), self._owners, strict=True):
            first, last = np.searchsorted(owner, index[0]), np.searchsorted(owner, index[-1], "right")
            parts.append(table.slice(first, last - first))
        instances, borders = parts
        return gather_patch_attributes(rows, self._pixels[index], instances, borders, self._files)

    def _climate_zones(self, legend_path):
        """Return the zone of each map: its name, or None."""
        if self.climate_raster is None or not self.maps:
            return [None] * self.maps
        longitude, latitude = patch_centres(
            *(self._maps[name].to_numpy() for name in ("epsg", "left", "top"))
        )
        zones, _ = raster_map(self.climate_raster, longitude, latitude).look_up(longitude, latitude)
        words = [None, *zone_names(legend_path)]
        return [words[zone] for zone in zones]


def _flat(column):
    return column.combine_chunks().flatten().to_numpy() if len(column) else np.empty(0, np.int32)
