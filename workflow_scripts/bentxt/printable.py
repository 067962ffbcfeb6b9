"""Text of others, as servers, workers and models write it, made safe for a terminal, a log and a table."""

import unicodedata

#: Longest quotation, characters.
QUOTED = 300


def printable(text: str, longest: int = QUOTED) -> str:
    """Return a text in one line that moves no cursor, turns no direction and hides nothing.

    Parameters
    ----------
    text : str
    longest : int
        Characters of which the rest is left out, with an ellipsis in its place.

    Returns
    -------
    str
        White space is single spaces; other control and format characters are written as ``⟦U+001B⟧``.
    """
    line = " ".join(text[: 20 * longest].split())
    shown = "".join(
        f"⟦U+{ord(sign):04X}⟧" if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn") else sign
        for sign in line[: longest + 1]
    )
    return shown if len(shown) <= longest else f"{shown[:longest]}…"
