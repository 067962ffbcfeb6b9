"""What pages for a browser share: one file that fetches nothing, and texts of models that stay texts."""

import base64
import hashlib
import io
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from PIL import Image

from bentxt.errors import InputError

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


def render_still_page(template: str, content: Mapping[str, Any], file: Path | str | None = None) -> str:
    """Put the content into the template, and a policy that lets nothing but its style in.

    Parameters
    ----------
    template : str
        A Jinja template of HTML with one ``<style>`` and no script; gets ``page`` and ``policy``.
    content : mapping
    file : str or Path, optional
        The template's file, for messages.

    Raises
    ------
    InputError
        If the template is broken, asks for what is not there, or has a script or several styles.
    """
    styles = template.split("<style>")
    if len(styles) != 2 or "</style>" not in styles[1] or "<script" in template:
        raise InputError("expected one <style> and no script", file=file)
    policy = (
        f"default-src 'none'; style-src {content_hash(styles[1].partition('</style>')[0])}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    try:
        return environment.from_string(template).render(page=content, policy=policy)
    except jinja2.TemplateError as error:
        raise InputError(f"a broken template of the page: {error}", file=file) from error
