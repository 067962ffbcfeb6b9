import base64
import io

import numpy as np
from PIL import Image

from bentxt.models.rgb import png_data_url, rgb_image, scaled

BANDS = {
    "B04": np.full((120, 120), 3000, np.uint16),
    "B03": np.full((120, 120), 1500, np.uint16),
    "B02": np.full((120, 120), 9000, np.uint16),
    "B08": np.full((120, 120), 1, np.uint16),
}


def test_red_green_blue_are_scaled_alike_and_clipped():
    picture = rgb_image(BANDS, 3000)
    assert picture.dtype == np.uint8
    assert picture.shape == (120, 120, 3)
    assert picture[7, 9].tolist() == [255, 128, 255]


def test_what_becomes_white_is_a_setting():
    assert rgb_image(BANDS, 6000)[7, 9].tolist() == [128, 64, 255]
    assert rgb_image(BANDS, 1500)[7, 9].tolist() == [255, 255, 255]


def test_brightness_is_that_of_the_patch_not_of_a_stretch():
    dark = {band: values // 10 for band, values in BANDS.items()}
    assert rgb_image(dark, 3000)[0, 0].tolist() == [26, 13, 76]


def test_rows_and_columns_stay_where_they_are():
    bands = {band: np.zeros((120, 120), np.uint16) for band in ("B04", "B03", "B02")}
    bands["B04"][3, 100] = 3000
    assert np.argwhere(rgb_image(bands, 3000)).tolist() == [[3, 100, 0]]


def test_data_url_holds_the_picture_without_loss():
    url = png_data_url(rgb_image(BANDS, 3000))
    header, _, code = url.partition(",")
    assert header == "data:image/png;base64"
    decoded = np.asarray(Image.open(io.BytesIO(base64.b64decode(code))))
    assert (decoded == rgb_image(BANDS, 3000)).all()


def test_scaled_to_a_side():
    assert scaled(rgb_image(BANDS, 3000), 448).size == (448, 448)
    assert scaled(rgb_image(BANDS, 3000)).size == (120, 120)
