"""Settings: the part of the config that a stage gets, and single values of it."""

from bentxt.errors import InputError


def setting(settings, key):
    """Return ``settings`` at a dotted ``key``; :class:`InputError` names a key that is not there."""
    value = settings
    for part in key.split("."):
        if not isinstance(value, dict) or part not in value:
            raise InputError(f"setting {key!r} is missing", item=key, remedy="see config.yaml")
        value = value[part]
    return value


def select_settings(config, keys):
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
    selected = {}
    for key in keys:
        source, target = config, selected
        *parents, last = key.split(".")
        for part in parents:
            source, target = source[part], target.setdefault(part, {})
        target[last] = source[last]
    return selected
