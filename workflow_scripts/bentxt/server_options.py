"""Options of servers and engines that people write into the config: what they can be, and never a key."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

#: What an entry may say of its server, each as in ``prediction.openai``.
FIELDS = (
    "base_url",
    "key_variable",
    "concurrency",
    "retries",
    "timeout",
    "temperature",
    "length_parameter",
    "detail",
    "extra",
)
LENGTH_PARAMETERS = ("max_tokens", "max_completion_tokens")
DETAILS = ("low", "high", "auto")

#: Parameters of a request that are this project's to set, or that fields of their own set.
_OWN = ("model", "messages", "temperature", *LENGTH_PARAMETERS, "n", "stream", "stream_options")
#: Arguments of ``vllm.LLM`` and ``vllm.SamplingParams`` that have fields of their own.
_OWN_ENGINE = (
    *("model", "tensor_parallel_size", "quantization", "dtype", "max_model_len", "gpu_memory_utilization"),
    *("enforce_eager", "seed", "trust_remote_code"),
)
_OWN_SAMPLING = ("temperature", "max_tokens", "seed", "n")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
#: Names under which keys are passed on, and what keys begin with: a config is written into files and logs.
_KEY_NAME = re.compile(
    r"api[-_]?key|(?:^|[-_])token$|authori[sz]ation|secret|password|credential", re.IGNORECASE
)
_KEY = re.compile(r"(?:sk-|hf_|bearer )", re.IGNORECASE)


def server_options(section: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of one model's server.

    Parameters
    ----------
    section : dict
        ``prediction.openai``.
    own : dict
        ``server`` of the model's entry.
    """
    return {**section, **own}


def server_problem(options: Mapping[str, Any]) -> str | None:
    """Return what is wrong with options of a server, as far as they are given, or None.

    Parameters
    ----------
    options : dict
        Some of :data:`FIELDS`.
    """
    unknown = sorted(set(options) - set(FIELDS))
    if unknown:
        return f"server has no field {unknown[0]}; known are {', '.join(FIELDS)}"
    checks = {
        "base_url": (_is_address, "an address such as http://localhost:8000/v1, without user, key or query"),
        "key_variable": (_is_variable, "null or the name of an environment variable, never the key itself"),
        "concurrency": (lambda value: _is_whole(value, 1, 1024), "a whole number from 1 to 1024"),
        "retries": (lambda value: _is_whole(value, 0, 100), "a whole number from 0 to 100"),
        "timeout": (lambda value: _is_number(value) and value > 0, "seconds, more than 0"),
        "temperature": (
            lambda value: value is None or (_is_number(value) and 0 <= value <= 2),
            "null or a number from 0 to 2",
        ),
        "length_parameter": (lambda value: value in LENGTH_PARAMETERS, " or ".join(LENGTH_PARAMETERS)),
        "detail": (lambda value: value is None or value in DETAILS, f"null, {', '.join(DETAILS)}"),
        "extra": (
            _is_extra,
            f"a mapping of further request parameters, never a key, and none of {', '.join(_OWN)}",
        ),
    }
    for name, value in options.items():
        holds, wanted = checks[name]
        if not holds(value):
            # A value in the wrong place may be a key.
            return f"server.{name} must be {wanted}"
    return None


def request_parameters(options: Mapping[str, Any], chat: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what a request holds besides model, messages and longest answer.

    Parameters
    ----------
    options : dict
        ``temperature`` (None: the server's own) and, where wanted, ``extra``.
    chat : dict or None
        Variables of the chat template, for servers that take them (``chat_template_kwargs``, as vLLM's does).
    """
    parameters = {} if options["temperature"] is None else {"temperature": options["temperature"]}
    extra = ({"chat_template_kwargs": dict(chat)} if chat else {}) | (options.get("extra") or {})
    # The client puts them beside the others.
    return parameters | ({"extra_body": extra} if extra else {})


def engine_problem(engine: Mapping[str, Any], sampling: Mapping[str, Any]) -> str | None:
    """Return what is wrong with further arguments of vLLM's engine and sampling, or None."""
    for name, value, own in (("extra", engine, _OWN_ENGINE), ("sampling", sampling, _OWN_SAMPLING)):
        if set(value) & set(own) or holds_key(value):
            return f"{name} must hold further arguments of vLLM, never a key, and none of {', '.join(own)}"
    return None


def _is_address(value):
    if not isinstance(value, str) or re.search(r"\s", value):
        return False
    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError:
        return False
    plain = not (parts.username or parts.password or parts.query or parts.fragment or "@" in parts.netloc)
    return parts.scheme in ("http", "https") and bool(host) and plain


def _is_variable(value):
    return value is None or (isinstance(value, str) and _VARIABLE.fullmatch(value) is not None)


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value, least, most):
    return _is_number(value) and isinstance(value, int) and least <= value <= most


def _is_extra(value):
    named = isinstance(value, dict) and all(isinstance(name, str) and name not in _OWN for name in value)
    return named and not holds_key(value)


def holds_key(value: Any) -> bool:
    """Whether a mapping, at any depth, has a name or a text that looks like that of a key.

    Examples
    --------
    >>> holds_key({"headers": {"Authorization": "Bearer x"}}), holds_key({"top_k": 5, "stop_token_ids": [1]})
    (True, False)
    """
    if isinstance(value, dict):
        return any(_KEY_NAME.search(str(name)) or holds_key(inner) for name, inner in value.items())
    if isinstance(value, list | tuple):
        return any(map(holds_key, value))
    return isinstance(value, str) and _KEY.match(value) is not None
