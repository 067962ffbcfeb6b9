"""A loader with the interface of the one published with the release: same keys, columns, bands, steps.

Written for the tests from that interface; none of its code is the publisher's. It does not know ``bentxt``.
"""

import lmdb
import numpy as np
import pandas as pd
import torch
from safetensors.numpy import load

COLUMNS = (
    "ID", "s1_name", "patch_id", "input", "output", "type", "category", "split", "latitude", "longitude",
    "country", "season", "climate_zone",
)  # fmt: skip

_TEN = ("B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B11", "B12")
BAND_SETS = {
    "RGB": ("B04", "B03", "B02"),
    "S2-10m20m": _TEN,
    "S1S2-10m20m": ("VV", "VH", *_TEN),
    "all": ("VV", "VH", "B01", *_TEN[:8], "B09", "B11", "B12"),
}

#: Splits of the stages of training.
STAGES = {"fit": ("train",), "validate": ("validation",), "test": ("test", "bench")}


class PublishersLoader:
    """Items of the release: image, text and answer.

    Parameters
    ----------
    images : path
        The LMDB: Sentinel-2 under ``patch_id``, Sentinel-1 under ``s1_name``.
    metadata : path
        The Parquet file.
    bands : str
        One of ``BAND_SETS``.
    img_size : int
        Side to which every band is brought, pixels.
    types, categories, countries, seasons, climate_zones, splits : collection of str, optional
        Rows that are kept.
    transform : callable, optional
        Of the image.
    point_token, ref_token : tuple of str, optional
        What opens and closes a point or an expression in place of the tags, which are removed without.
    """

    def __init__(
        self,
        images,
        metadata,
        bands="RGB",
        img_size=120,
        upsample_mode="nearest",
        types=None,
        categories=None,
        countries=None,
        seasons=None,
        climate_zones=None,
        transform=None,
        splits=None,
        point_token=None,
        ref_token=None,
    ):
        table = pd.read_parquet(metadata)[list(COLUMNS)]
        for column, kept in (
            ("type", types),
            ("category", categories),
            ("country", countries),
            ("season", seasons),
            ("climate_zone", climate_zones),
            ("split", splits),
        ):
            if kept is not None:
                table = table[table[column].isin(list(kept))]
        self.table = table.reset_index(drop=True)
        self._bands, self._side, self._mode = BAND_SETS[bands], img_size, upsample_mode
        self._transform = transform
        self._tokens = {"point": point_token or ("", ""), "ref": ref_token or ("", "")}
        self._environment = lmdb.open(
            str(images), readonly=True, lock=False, meminit=False, readahead=False, map_size=8 * 1024**3
        )

    def close(self):
        """Close the LMDB: a process may open it once."""
        self._environment.close()

    def __len__(self):
        return len(self.table)

    def __getitem__(self, place):
        row = self.table.iloc[place]
        text = row["input"]
        for tag, (opening, closing) in self._tokens.items():
            text = text.replace(f"<{tag}>", opening).replace(f"</{tag}>", closing)
        image = self._image(row)
        return {
            "image_input": image if self._transform is None else self._transform(image),
            "text_input": text,
            "reference_output": row["output"],
        }

    def _image(self, row):
        arrays = {}
        with self._environment.begin() as transaction:
            for column, own in (("patch_id", "B"), ("s1_name", "V")):
                if any(band.startswith(own) for band in self._bands):
                    arrays |= load(transaction.get(row[column].encode()))
        return torch.stack([self._resized(arrays[band]) for band in self._bands])

    def _resized(self, array):
        band = torch.from_numpy(array.astype(np.float32))
        if band.shape == (self._side, self._side):
            return band
        size = (self._side, self._side)
        return torch.nn.functional.interpolate(band[None, None], size, mode=self._mode)[0, 0]


def check_images(loader, geotiffs, band_set, side):
    """Assert that each image of a loader is what the GeoTIFFs hold, scaled to the nearest pixel.

    Parameters
    ----------
    loader : PublishersLoader
    geotiffs : mapping
        ``(patch of either sensor, band)`` to array, as rasterio reads it.
    band_set : str
    side : int

    Returns
    -------
    int
        Number of bands compared.
    """
    compared, bands = 0, BAND_SETS[band_set]
    first_rows = loader.table.drop_duplicates("patch_id").index
    for place in first_rows:
        row, image = loader.table.iloc[place], loader[place]["image_input"]
        assert image.shape == (len(bands), side, side)
        assert image.dtype == torch.float32
        for channel, band in zip(image.numpy(), bands, strict=True):
            expected = geotiffs[row["patch_id"] if band.startswith("B") else row["s1_name"], band]
            nearest = np.arange(side) * len(expected) // side
            np.testing.assert_array_equal(channel, expected[np.ix_(nearest, nearest)].astype(np.float32))
            compared += 1
    return compared
