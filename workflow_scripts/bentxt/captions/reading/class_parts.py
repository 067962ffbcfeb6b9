"""Classes that a caption names as the parts of a general class: "agricultural areas, comprising X and Y"."""

import re
from collections.abc import Iterator, Sequence

from bentxt.captions.reading.class_names import Mention, group_of
from bentxt.captions.reading.tokens import Token

#: Words between a general class and its parts.
_COMPOSED = re.compile(
    r"\b(?:compris(?:e|es|ed|ing)|compos(?:ed|ing)|consist(?:s|ing)?|made up|encompass(?:es|ing)?"
    r"|includes?|including|represented|in the form|namely|that is|in which|combines|combining)\b"
)
#: Kinds of what may stand between the parts of a list.
_IN_LIST = frozenset(",&(a#xt")


def parts_of_groups(tokens: Sequence[Token]) -> Iterator[Mention]:
    """Yield each class that stands behind a general class as one of its parts.

    Parameters
    ----------
    tokens : sequence of Token
        Of a sentence.

    Yields
    ------
    bentxt.captions.reading.class_names.Mention
    """
    for place, token in enumerate(tokens):
        if token.mention is None or not token.mention.group:
            continue
        first = next((j for j in range(place + 1, len(tokens)) if tokens[j].kind in "C;"), len(tokens))
        words = " ".join(other.text for other in tokens[place + 1 : first])
        if not _COMPOSED.search(words):
            continue
        members = group_of(min(token.mention.classes))
        for other in tokens[first:]:
            part = other.mention
            if part is None:
                if other.kind in _IN_LIST or other.text in ("of", "with", "by", ")"):
                    continue
                break
            if part.group or not part.classes <= members:
                break
            yield part
