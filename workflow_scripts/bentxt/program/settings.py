"""Settings: the part of the config that a stage gets, single values of it, and its dataclass."""

from collections.abc import Iterable
from dataclasses import Field, fields
from typing import Any, ClassVar, Protocol, TypeVar, get_type_hints

from bentxt.errors import InputError


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


T = TypeVar("T", bound=_Dataclass)


def setting(settings: dict[str, Any], key: str) -> Any:
    """Return ``settings`` at a dotted ``key``; :class:`InputError` names a key that is not there."""
    value: Any = settings
    for part in key.split("."):
        if not isinstance(value, dict) or part not in value:
            raise InputError(f"setting {key!r} is missing", item=key, remedy="see config.yaml")
        value = value[part]
    return value


def section(settings: dict[str, Any], key: str, kind: type[T]) -> T:
    """Return the settings of a stage: a section of the config as a frozen dataclass.

    Parameters
    ----------
    settings : dict
        What a program got, nested as in the config.
    key : str
        Dotted key of the section, as ``"questions"``.
    kind : type
        The stage's dataclass. A field has the name of its key in the section, or names the key in its
        metadata (``{"key": "tiers.primary"}``); its type is int, float, bool, str, tuple, dict, or one of
        these or None. Its ``__post_init__`` refuses values that cannot be.

    Returns
    -------
    kind
        Keys of the section that are no field belong to another stage; an unknown key is refused by
        :func:`bentxt.program.config_check.check_config`.

    Raises
    ------
    InputError
        Naming the key that is missing or whose value is of another type.
    """
    types = get_type_hints(kind)
    values = {}
    for field in fields(kind):
        name = f"{key}.{field.metadata.get('key', field.name)}"
        values[field.name] = _of_type(setting(settings, name), types[field.name], name)
    return kind(**values)


def _of_type(value, expected, key):
    if isinstance(value, list):
        value = tuple(value)
    number = isinstance(value, int) and not isinstance(value, bool)
    if expected is float and number:
        return value
    if isinstance(value, expected) and not (isinstance(value, bool) and expected in (int, float)):
        return value
    words = getattr(expected, "__name__", None) or str(expected)
    raise InputError(f"setting {key!r} is {value!r}, not of type {words}", item=key, remedy="see config.yaml")


def select_settings(config: dict[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """Return the part of the config that holds the dotted ``keys``, nested as in the config.

    Parameters
    ----------
    config : dict
    keys : iterable of str
        As ``"questions"`` or ``"augmentation.backend"``.

    Returns
    -------
    dict

    Raises
    ------
    KeyError
        If the config has no such key: a slip in a rule, not in the config.
    """
    selected: dict[str, Any] = {}
    for key in keys:
        source, target = config, selected
        *parents, last = key.split(".")
        for part in parents:
            source, target = source[part], target.setdefault(part, {})
        target[last] = source[last]
    return selected
