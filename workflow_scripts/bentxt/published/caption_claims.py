"""What the paper prints of its captions: their rates, and how long and diverse they are."""

from pathlib import Path

from bentxt.errors import InputError
from bentxt.resources import load_yaml

_CLAIMS = (
    "right_captions",
    "mean_correctness",
    "reviewed_captions",
    "words_a_caption",
    "sentences_a_caption",
    "diversity",
)


def read_paper_values(path: Path | str) -> dict[str, float]:
    """Read what the paper prints of its captions from the file of its claims.

    Returns
    -------
    dict of str to float
        ``right_captions`` and ``mean_correctness`` in %, ``reviewed_captions``, ``words_a_caption``,
        ``sentences_a_caption``, ``diversity`` (MTLD).

    Raises
    ------
    InputError
        If a claim is missing or is no number.
    """
    claims = load_yaml(path)
    values = {}
    for name in _CLAIMS:
        try:
            values[name] = float(str(claims[name]["value"]).replace(",", ""))
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"no claim {name} with a number as value: {error!r}", file=path) from error
    return values
