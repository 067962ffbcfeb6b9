"""What pages for a browser share: one file that fetches nothing, and texts of models that stay texts."""

import base64
import hashlib
import io
import unicodedata

import numpy as np
from PIL import Image

_QUALITY = 85
#: Control and format signs, halves of surrogate pairs, separators of lines and paragraphs.
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def picture_address(picture: np.ndarray | None) -> str | None:
    """Return a picture (uint8, height × width × 3) as a data address, None where there is none."""
    if picture is None:
        return None
    with io.BytesIO() as file:
        Image.fromarray(picture).save(file, format="JPEG", quality=_QUALITY)
        return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"


def content_hash(text: str) -> str:
    """Return what a policy of a page names a script or style by."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def visible(text: str) -> str:
    """Return a text in which signs that are not seen, or turn the direction of what follows, are written out.

    Ends of lines and tabs stay.

    Examples
    --------
    >>> visible("a\\u202eb\\x00\\tc")
    'a⟦U+202E⟧b⟦U+0000⟧\\tc'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        sign if sign in "\n\t" or unicodedata.category(sign) not in _UNSEEN else f"⟦U+{ord(sign):04X}⟧"
        for sign in text
    )


def shortened(text: str, most: int) -> str:
    """Return a text as :func:`visible` writes it, cut where it is too long, with its whole length named.

    Examples
    --------
    >>> shortened("yes", 600), shortened("no" * 5_000_000, 4)
    ('yes', 'nono… ⟦cut here: 10,000,000 characters in all⟧')
    """
    if len(text) <= most:
        return visible(text)
    return f"{visible(text[:most])}… ⟦cut here: {len(text):,} characters in all⟧"
