"""Pictures as the models that take RGB see them: Sentinel-2 B04, B03, B02 in 8 bit."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import PIL.Image

_BANDS = ("B04", "B03", "B02")


def rgb_image(s2: Mapping[str, np.ndarray], white: int) -> np.ndarray:
    """Return the picture of a Sentinel-2 patch for models.

    Parameters
    ----------
    s2 : dict of str to numpy.ndarray
        At least B04, B03 and B02: reflectance × 10,000, shape (120, 120).
    white : int
        Reflectance × 10,000 that becomes 255; brighter is clipped (``images.rgb_white``). One value for all
        patches, bands and models, so that brightness still tells seasons and surfaces apart, which a stretch
        of each picture would hide. The paper names the bands, not the scale.

    Returns
    -------
    numpy.ndarray
        uint8, shape (120, 120, 3); 0 is no reflectance, 255 is ``white`` and more.
    """
    stack = np.stack([np.asarray(s2[band], np.float32) for band in _BANDS], axis=-1)
    return np.rint(np.clip(stack / white, 0, 1) * 255).astype(np.uint8)


def png_bytes(picture: np.ndarray, side: int | None = None) -> bytes:
    """Return a picture as PNG.

    Parameters
    ----------
    picture : numpy.ndarray
        uint8, shape (height, width, 3).
    side : int, optional
        Scale to this many pixels a side, bicubic.

    Returns
    -------
    bytes
    """
    file = io.BytesIO()
    scaled(picture, side).save(file, "PNG")
    return file.getvalue()


def png_data_url(picture: np.ndarray, side: int | None = None) -> str:
    """Return a picture as ``data:image/png;base64,…``; parameters as :func:`png_bytes`."""
    return "data:image/png;base64," + base64.b64encode(png_bytes(picture, side)).decode("ascii")


def scaled(picture: np.ndarray, side: int | None = None) -> PIL.Image.Image:
    """Return a picture as PIL image, scaled (bicubic) to ``side`` pixels a side unless that is None."""
    from PIL import Image

    image = Image.fromarray(picture)
    if side is not None and image.size != (side, side):
        image = image.resize((side, side), Image.Resampling.BICUBIC)
    return image
