"""Which settings of the augmentation belong to the captions, and which change none of them (Section 3.1)."""

from __future__ import annotations

from typing import Any

#: Keys of the config's ``augmentation`` that change how a job goes and no caption, by section; "" holds those
#: of all backends. The program is given them apart from its settings, so that changing one reruns nothing.
RUNNING = {
    "": ("most_fallbacks",),
    "openai": ("base_url", "key_variable", "concurrency", "retries", "timeout"),
    "vllm": ("data_parallel", "tensor_parallel_size", "gpu_memory_utilization", "enforce_eager"),
}


def running_options(options: dict[str, Any]) -> dict[str, Any]:
    """Return those options of the augmentation by its backend that change no caption.

    Examples
    --------
    >>> running_options({"backend": "openai", "model": "m", "openai": {"timeout": 9, "extra": {}}})
    {'openai': {'timeout': 9}}
    """
    backend = options["backend"]
    running = {key: options[key] for key in RUNNING[""] if key in options}
    if backend in RUNNING:
        own = options[backend]
        running[backend] = {key: own[key] for key in RUNNING[backend] if key in own}
    return running


def tracked_options(options: dict[str, Any]) -> dict[str, Any]:
    """Return those options of the augmentation by its backend on which captions depend.

    Examples
    --------
    >>> tracked_options({"backend": "grammar", "model": "", "most_fallbacks": 1, "vllm": {}})
    {'backend': 'grammar'}
    """
    backend = options["backend"]
    if backend not in RUNNING:
        return {"backend": backend}
    own = {key: value for key, value in options[backend].items() if key not in RUNNING[backend]}
    names = ("backend", "model", "temperature", "max_tokens", "chat")
    return {key: options[key] for key in names} | {backend: own}


def joined(settings: dict[str, Any], running: dict[str, Any] | None) -> dict[str, Any]:
    """Return the settings of a program with the options that it was given apart, which win.

    Examples
    --------
    >>> joined({"augmentation": {"openai": {"extra": {}}}}, {"openai": {"timeout": 9}})
    {'augmentation': {'openai': {'extra': {}, 'timeout': 9}}}
    """
    options = dict(settings["augmentation"])
    for key, value in (running or {}).items():
        options[key] = {**options.get(key, {}), **value} if isinstance(value, dict) else value
    return settings | {"augmentation": options}
