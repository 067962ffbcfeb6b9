"""Areas whose unit stands with another one: "73 hectares and the pastures 71", "19.6 and 15 ha"."""

from collections.abc import Sequence
from dataclasses import replace

from bentxt.captions.reading.amounts import Amount, in_unit, unit_named
from bentxt.captions.reading.tokens import Token

#: Words in front of an area; a number of areas stands behind others: "in 4".
_BEFORE = frozenset({"with", "at", "of", "over", "about", "to", "on", "the", "remaining"})
_VERBS = frozenset(
    {"covers", "cover", "measures", "measure", "totals", "total", "spans", "span", "has", "have"}
)
#: How far the unit may stand behind its number, in tokens: "about 133.6 of its 144 hectares".
_REACH = 4


def with_units(tokens: Sequence[Token], unit: str) -> tuple[list[Token], str]:
    """Return the tokens of a sentence, its bare numbers in the unit of their neighbours.

    Parameters
    ----------
    tokens : sequence of Token
    unit : str
        The unit of the last area in front of the sentence, or empty.

    Returns
    -------
    tokens : list of Token
    unit : str
        The unit of the last area in it.
    """
    found = list(tokens)
    for place, token in enumerate(tokens):
        amount = token.amount
        if amount is not None and amount.unit in ("metres", "hectares", "kilometres"):
            unit = amount.unit
        elif _is_bare(tokens, place) and (meant := _behind(tokens, place) or unit) in (
            "hectares",
            "kilometres",
        ):
            bare = amount or Amount(token.start, token.end, float(token.text), 0.5, "", "", token.text)
            found[place] = replace(token, kind="A", amount=in_unit(bare, meant))
    return found, unit


def _is_bare(tokens, place):
    token = tokens[place]
    if token.amount is not None:
        return not token.amount.unit and token.amount.value < 1000
    if token.kind != "#" or not token.text.isdecimal() or place + 1 == len(tokens):
        return False
    following, before = tokens[place + 1], tokens[place - 1] if place else token
    if following.kind not in ",.;:)&s(" and following.text not in ("of", "for"):
        return False
    # The lexer has put "about" and the like into it.
    led = token.end - token.start > len(token.text)
    return led or before.text in _BEFORE | _VERBS | {"s"} or before.kind in "CFL" or _in_run(tokens, place)


def _in_run(tokens, place):
    return place > 1 and tokens[place - 1].kind in ",&" and tokens[place - 2].amount is not None


def _behind(tokens, place):
    """Return the unit of a number that an area with its unit follows, or empty."""
    for token in tokens[place + 1 : place + 1 + _REACH]:
        if token.amount is not None:
            return token.amount.unit
        if named := unit_named(token.text):
            return named
        if token.kind not in ",&pai":
            break
    return ""
