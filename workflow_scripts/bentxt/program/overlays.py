"""Config files that go over the config, for programs that people call without the workflow."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from bentxt.errors import InputError


def with_overlays(settings: dict[str, Any], paths: Iterable[Path | str]) -> dict[str, Any]:
    """Return settings with those of YAML files in their place, as ``--configfile`` puts them.

    Raises
    ------
    InputError
        If a file is missing or holds no mapping.
    """
    for path in paths:
        try:
            other = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise InputError(f"no readable YAML file: {error}", file=path) from error
        if not isinstance(other, dict | None):
            raise InputError("the file holds no mapping of keys to values", file=path)
        settings = overlaid(settings, other or {})
    return settings


def overlaid(settings: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return settings in which those of ``other`` stand in place of, or next to, the old ones.

    Examples
    --------
    >>> overlaid({"paths": {"data": "a", "results": "b"}}, {"paths": {"data": "c"}})
    {'paths': {'data': 'c', 'results': 'b'}}
    """
    merged = dict(settings)
    for key, value in other.items():
        old = merged.get(key)
        merged[key] = overlaid(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged
