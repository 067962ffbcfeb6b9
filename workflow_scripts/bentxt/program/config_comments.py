"""The comments of a config file, key by key, and what the schema says about the same keys."""

import re
from typing import Any

_KEY = re.compile(r"( *)(\w+):(?: +(.*))?$")
#: A comment behind a value that holds no number sign.
_BEHIND = re.compile(r"(?:^|.*?\s)#\s*(.*)$")


def comments(text: str) -> dict[str, str]:
    """Return the comment of each key: of the lines right above it, or behind its value.

    Parameters
    ----------
    text : str
        A config file of two spaces an indent.

    Returns
    -------
    dict of str to str
        By dotted key, only of keys that have a comment. The comment at the head of the file is nobody's.
    """
    found: dict[str, str] = {}
    path: list[str] = []
    above: list[str] = []
    for line in text.splitlines():
        if line.lstrip().startswith("#"):
            if line.startswith(" "):
                above.append(line.lstrip(" #"))
            continue
        key = _KEY.match(line)
        if key:
            path = [*path[: len(key[1]) // 2], key[2]]
            behind = _BEHIND.match(key[3] or "")
            words = [*above, *([behind[1]] if behind else [])]
            if words:
                found[".".join(path)] = " ".join(words)
        above = []
    return found


def descriptions(schema: dict[str, Any]) -> dict[str, str]:
    """Return the description of each key of a schema, by dotted key; empty where there is none."""
    found = {}
    for key, part in schema.get("properties", {}).items():
        found[key] = part.get("description", "")
        found |= {f"{key}.{inner}": words for inner, words in descriptions(part).items()}
        for option in part.get("anyOf", []):
            found |= {f"{key}.{inner}": words for inner, words in descriptions(option).items()}
    return found
