"""The folder of resources, and how its YAML files are read."""

from pathlib import Path
from typing import Any

import yaml

from bentxt.errors import InputError

RESOURCES = Path(__file__).resolve().parents[2] / "resources"

#: The key ``<<``, under which another mapping is taken in; own keys go before its.
_MERGE = "tag:yaml.org,2002:merge"


class _UniqueKeyLoader(yaml.CSafeLoader):
    """YAML that refuses a key given twice, where the plain loader silently keeps the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value if key.tag != _MERGE]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {key!r} is given twice", node.start_mark
                )
        return super().construct_mapping(node, deep)


def load_yaml(path: Path | str) -> Any:
    """Read a YAML resource; :class:`InputError` if it is missing, not YAML, or repeats a key."""
    try:
        return yaml.load(Path(path).read_text(encoding="utf-8"), _UniqueKeyLoader)
    except FileNotFoundError:
        raise InputError("resource file not found", file=path) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"not a valid YAML file: {error}", file=path) from error
