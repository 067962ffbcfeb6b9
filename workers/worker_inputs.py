"""The images of a request, as the models' preprocessing takes them.

Needs Python 3.8; Pillow and numpy are imported where they are used. No package for safetensors is needed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Sequence

if TYPE_CHECKING:
    import numpy
    from PIL.Image import Image

#: Types of the tensors in a request: numpy's for safetensors'.
_TYPES = {"U8": "<u1", "U16": "<u2", "I16": "<i2", "I32": "<i4", "F16": "<f2", "F32": "<f4", "F64": "<f8"}


def read_rgb(path: str | Path) -> Image:
    """Return a picture in three channels of 8 bits, wholly read."""
    from PIL import Image

    with Image.open(path) as image:
        return image.convert("RGB")


def normalised(picture: Image, side: int, mean: Sequence[float], std: Sequence[float]) -> numpy.ndarray:
    """Return a picture as models take it: resized to a square by Pillow (bicubic), scaled to 0-1, normalised.

    As ``Resize((side, side), BICUBIC)``, ``ToTensor`` and ``Normalize`` of torchvision do it.

    Returns
    -------
    numpy.ndarray
        float32, shape (3, side, side): channels red, green, blue.
    """
    import numpy
    from PIL import Image

    # Pillow has had both names of the filter in turn.
    bicubic = getattr(Image, "Resampling", Image).BICUBIC
    pixels = numpy.asarray(picture.resize((side, side), bicubic), numpy.float32) / numpy.float32(255)
    pixels = (pixels - numpy.array(mean, numpy.float32)) / numpy.array(std, numpy.float32)
    return numpy.ascontiguousarray(pixels.transpose(2, 0, 1))


def read_bands(path: str | Path) -> dict[str, numpy.ndarray]:
    """Return the tensors of a safetensors file: band to array, each of its own size.

    Raises
    ------
    ValueError
        If the file is not as that format has it.
    """
    import numpy

    data = Path(path).read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    if len(data) < start:
        raise ValueError(f"{path} is no safetensors file")
    bands = {}
    for name, about in json.loads(data[8:start].decode("utf-8")).items():
        if name == "__metadata__":
            continue
        first, last = (start + place for place in about["data_offsets"])
        values = numpy.frombuffer(data[first:last], dtype=_TYPES[about["dtype"]])
        bands[name] = values.reshape(about["shape"])
    return bands


def tight_box(mask: Sequence | numpy.ndarray) -> list[float] | None:
    """Return the tight box of a mask of shape (height, width): x0, y0, x1, y1 in 0–1; None where it is empty.

    Pixels have edges: a mask of the whole picture is ``[0, 0, 1, 1]``.
    """
    import numpy

    mask = numpy.asarray(mask, bool)
    rows, columns = numpy.flatnonzero(mask.any(axis=1)), numpy.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    height, width = mask.shape
    x_0, y_0, x_1, y_1 = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
    return [float(x_0 / width), float(y_0 / height), float(x_1 / width), float(y_1 / height)]
