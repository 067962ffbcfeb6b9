"""Sentinel images as the S1 and S2 encoders see them (Section 4.2; reBEN's bands and statistics)."""

from collections.abc import Mapping

import numpy as np

#: Bands of the encoders in the order of their channels, with mean and standard deviation over BigEarthNet
#: v2.0's training split: reflectance × 10,000 (Sentinel-2) and dB (Sentinel-1).
S2_STATISTICS = {
    "B02": (438.37, 607.03),
    "B03": (614.06, 603.30),
    "B04": (588.41, 684.57),
    "B05": (942.84, 738.43),
    "B06": (1769.93, 1100.46),
    "B07": (2049.55, 1275.81),
    "B08": (2193.29, 1369.37),
    "B8A": (2235.56, 1356.54),
    "B11": (1568.23, 1070.16),
    "B12": (997.73, 813.53),
}
S1_STATISTICS = {"VV": (-12.6439, 5.1335), "VH": (-19.3526, 5.5905)}

SIDE = 120


def encoder_input(
    bands: Mapping[str, np.ndarray], statistics: Mapping[str, tuple[float, float]]
) -> np.ndarray:
    """Return the standardised input of an encoder for one patch.

    Parameters
    ----------
    bands : dict of str to numpy.ndarray
        At least the bands of ``statistics``, at their own resolution: shape (120, 120) or (60, 60).
    statistics : dict of str to (float, float)
        :data:`S2_STATISTICS` or :data:`S1_STATISTICS`.

    Returns
    -------
    numpy.ndarray
        float32, shape (channels, 120, 120); bands of 20 m are repeated (nearest neighbour).
    """
    planes = np.empty((len(statistics), SIDE, SIDE), np.float32)
    for plane, (name, (mean, deviation)) in zip(planes, statistics.items(), strict=True):
        band = bands[name]
        factor = SIDE // band.shape[0]
        plane[:] = band.repeat(factor, 0).repeat(factor, 1) if factor > 1 else band
        plane -= mean
        plane /= deviation
    return planes
