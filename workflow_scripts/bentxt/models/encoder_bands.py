"""Which band each channel of an encoder takes: what its files or its name say, in the order of its weights.

The published encoders hold no names of bands, and their versions differ: up to v0.1.1 the bands of 10 m come
before those of 20 m, and VH before VV. Weights of another order would load without a word.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from bentxt.models.checkpoints import ABOUT
from bentxt.models.preprocessing import S1_STATISTICS, S2_STATISTICS

#: Sensors by what their encoder is called: name and bands, in the order of v0.2.0 and of our inputs.
SENSORS = {
    "s1_encoder": ("Sentinel-1", tuple(S1_STATISTICS)),
    "s2_encoder": ("Sentinel-2", tuple(S2_STATISTICS)),
}
#: Bands by version of the published encoders.
VERSIONS = {
    "0.2.0": {role: bands for role, (_, bands) in SENSORS.items()},
    "0.1.1": {
        "s1_encoder": ("VH", "VV"),
        "s2_encoder": ("B02", "B03", "B04", "B08", "B05", "B06", "B07", "B11", "B12", "B8A"),
    },
}
#: The end of a published encoder's name, also as the cache of the hub writes it.
_NAME = re.compile(r"-(?:s1|s2|all)-v(\d+(?:\.\d+)*)$")


@dataclass(frozen=True)
class EncoderBands:
    """The bands of an encoder's channels.

    Attributes
    ----------
    order : tuple of str
        In the order of its weights.
    basis : str
        How that is known, for the status.
    """

    order: tuple[str, ...]
    basis: str


def describe_bands(folder: str | Path, role: str) -> str:
    """Return the bands of an encoder in words, for a status; its refusal where it would be refused."""
    try:
        bands = encoder_bands(folder, role)
    except (OSError, ValueError) as error:
        return str(error)
    return f"{', '.join(bands.order)} ({bands.basis})"


def encoder_bands(folder: str | Path, role: str) -> EncoderBands:
    """Return the bands that an encoder was trained with.

    Parameters
    ----------
    folder : str or Path
        Of the checkpoint. ``bands`` in its ``config.json``, a list of names, comes first; then the version at
        the end of its name, or of that of a folder above it, as ``vit_base_patch8_224-s2-v0.1.1``.
    role : str
        "s1_encoder" or "s2_encoder".

    Returns
    -------
    EncoderBands

    Raises
    ------
    ValueError
        If the bands are not those of the sensor, or the version is one whose order is not known.
    OSError
        If there is no config that can be read.
    """
    folder = Path(folder)
    name, own = SENSORS[role]
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    said = config.get("bands") if isinstance(config, dict) else None
    if said is not None:
        if not isinstance(said, list) or sorted(map(str, said)) != sorted(own):
            raise ValueError(f"bands in its config.json are {said!r}, those of {name} are {', '.join(own)}")
        return EncoderBands(tuple(said), "its config.json says so")
    if (folder / ABOUT).is_file():
        return EncoderBands(own, "built here")
    named = [match[1] for part in folder.parts if (match := _NAME.search(part))]
    if not named:
        return EncoderBands(own, "nothing says so, taken as of v0.2.0")
    if named[-1] not in VERSIONS:
        raise ValueError(
            f"the order of the bands of v{named[-1]} is not known (known are {', '.join(sorted(VERSIONS))}); "
            "say it as a list `bands` in its config.json"
        )
    return EncoderBands(VERSIONS[named[-1]][role], f"v{named[-1]} by its name")
