"""Progress bars on a terminal, plain lines in a log."""

import sys
from collections.abc import Iterable
from typing import Any

from tqdm import tqdm


def progress(iterable: Iterable | None = None, **options: Any) -> tqdm:
    """Wrap :class:`tqdm.tqdm`: a bar on a terminal, a plain line every ten seconds in a log."""
    terminal = sys.stderr.isatty()
    return tqdm(
        iterable, mininterval=0.1 if terminal else 10, ascii=not terminal, dynamic_ncols=terminal, **options
    )
