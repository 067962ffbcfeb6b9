"""Print the seconds from a fresh process's import of the attribute kernel to its first result.

Run by ``attributes.py``.
"""

import time

START = time.perf_counter()

import numpy as np  # noqa: E402

from bentxt.bigearthnet import reference_maps  # noqa: E402
from bentxt.patches import attribute_kernel  # noqa: E402

attribute_kernel.extract(np.full((1, 120, 120), 211, np.uint16))
reference_maps.MapShard(1).decoded()
print(time.perf_counter() - START)
