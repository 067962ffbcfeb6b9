"""The config of a run, checked against its schema; programs do not need it."""

from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from bentxt.errors import InputError
from bentxt.program.config_comments import descriptions


def check_config(config: dict[str, Any], schema: dict[str, Any]) -> None:
    """Refuse a config that does not fit the schema.

    Parameters
    ----------
    config : dict
        The merged config of a run.
    schema : dict
        JSON Schema, draft 2020-12 (``config/schema.yaml``).

    Raises
    ------
    InputError
        Naming the key, its value and what is allowed; for an unknown key the known ones.
    """
    error = best_match(Draft202012Validator(schema).iter_errors(config))
    if error is None:
        return
    path = ".".join(map(str, error.absolute_path))
    if error.validator == "additionalProperties":
        known = sorted(error.schema.get("properties", {}))
        unknown = sorted(set(error.instance) - set(known))
        problem = f"unknown config key {', '.join(map(repr, unknown))}" + (f" under {path!r}" if path else "")
        raise InputError(problem, item=path or "top level", remedy=f"known keys: {', '.join(known)}")
    if error.validator == "required":
        missing = sorted(set(error.validator_value) - set(error.instance))
        problem = f"config key missing: {', '.join(missing)}" + (f" under {path!r}" if path else "")
        raise InputError(
            problem, item=path or "top level", remedy="see config.yaml, where every key is explained"
        )
    key = ".".join(part for part in error.absolute_path if isinstance(part, str))
    meaning = descriptions(schema).get(key)
    raise InputError(
        f"config key {path!r} is {error.instance!r}; allowed: {_allowed(error.schema)}"
        + (f" ({meaning})" if meaning else ""),
        item=path,
        remedy="see config.yaml, where every key is explained",
    )


def _allowed(schema: dict[str, Any]) -> str:
    """Say in words what a schema for one value allows."""
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    if "anyOf" in schema:
        return " or ".join(_allowed(option) for option in schema["anyOf"])
    kinds = schema.get("type", "any value")
    words = [" or ".join(kinds) if isinstance(kinds, list) else kinds]
    bounds = {
        "minimum": "at least",
        "exclusiveMinimum": "more than",
        "maximum": "at most",
        "exclusiveMaximum": "less than",
        "minLength": "length at least",
        "minItems": "items at least",
        "maxItems": "items at most",
        "pattern": "matching",
    }
    words += [f"{text} {schema[key]}" for key, text in bounds.items() if key in schema]
    if "items" in schema:
        words.append(f"each {_allowed(schema['items'])}")
    return ", ".join(words)
