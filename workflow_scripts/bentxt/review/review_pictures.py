"""What a reviewer sees of a patch: both sensors and the reference map as PNG, and the map's legend."""

import io
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from bentxt.bigearthnet.image_store import Images
from bentxt.nomenclature import CLASSES, PIXEL_AREA
from bentxt.reporting.composites import NO_CLASS, map_picture, radar_composite, true_colour

#: The pictures of a patch.
S2, S1, MAP = "sentinel-2", "sentinel-1", "map"
PICTURES = (S2, S1, MAP)


class LegendLine(NamedTuple):
    """A class of a reference map: its name, colour ``#rrggbb``, area in m² and share of the patch in %."""

    name: str
    colour: str
    area: int
    share: float


class PatchPictures:
    """The pictures of the patches under review.

    Parameters
    ----------
    images : bentxt.bigearthnet.image_store.Images
    radar_names : mapping of str to str
        Sentinel-1 patch of each patch.
    maps : mapping of str to numpy.ndarray
        Class map of each patch, uint8, shape (120, 120), from
        :func:`bentxt.bigearthnet.reference_maps.class_maps`.
    colours : numpy.ndarray
        uint8, shape (19, 3), of the classes.
    """

    def __init__(
        self,
        images: Images,
        radar_names: Mapping[str, str],
        maps: Mapping[str, np.ndarray],
        colours: np.ndarray,
    ) -> None:
        self._images, self._radar_names, self._maps, self._colours = images, radar_names, maps, colours
        self.png: Callable[[str, str], bytes] = lru_cache(maxsize=60)(self._png)

    def _png(self, patch: str, kind: str) -> bytes:
        """Return a picture (120 × 120 pixels) as PNG; ``kind`` is one of :data:`PICTURES`."""
        if kind == S2:
            pixels = true_colour(self._images.s2(patch))
        elif kind == S1:
            pixels = radar_composite(self._images.s1(self._radar_names[patch]))
        else:
            pixels = map_picture(self._maps[patch], self._colours)
        with io.BytesIO() as file:
            Image.fromarray(pixels).save(file, format="PNG")
            return file.getvalue()

    def legend(self, patch: str) -> list[LegendLine]:
        """Return the classes of the reference map, and where there is none, the largest first."""
        classes = self._maps[patch].clip(max=len(CLASSES))
        names, colours = (*CLASSES, "no class"), [*self._colours.tolist(), NO_CLASS]
        pixels = np.bincount(classes.ravel(), minlength=len(names))
        return [
            LegendLine(
                names[index],
                "#" + bytes(colours[index]).hex(),
                int(pixels[index]) * PIXEL_AREA,
                float(round(100 * pixels[index] / classes.size, 1)),
            )
            for index in np.argsort(-pixels, kind="stable").tolist()
            if pixels[index]
        ]


def as_json(legend: list[LegendLine]) -> list[dict[str, Any]]:
    """Return a legend as the page reads it."""
    return [line._asdict() for line in legend]
