"""Where checkpoints are loaded from: what the config names for the keys of ``resources/models.yaml``."""

from collections.abc import Mapping
from typing import Protocol

from bentxt.errors import InputError

#: RS-InternVL's encoders, which the config names next to the models.
ENCODERS = ("s1_encoder", "s2_encoder")
TINY = "tiny"


class SourcedModel(Protocol):
    """What is read here of a :class:`bentxt.models.model_table.ModelEntry`."""

    @property
    def family(self) -> str:
        """How it is run."""
        ...

    @property
    def base(self) -> str | None:
        """Key of the model whose checkpoint it shares."""
        ...

    @property
    def tiny(self) -> str | None:
        """Architecture of its tiny stand-in."""
        ...


def check_sources(sources: Mapping[str, str | None], models: Mapping[str, SourcedModel]) -> None:
    """Refuse a key that is neither a model nor an encoder, and a tiny model that cannot be built.

    Parameters
    ----------
    sources : dict of str to str or None
        The section ``checkpoints`` of the config.
    models : dict of str to bentxt.models.model_table.ModelEntry

    Raises
    ------
    InputError
    """
    known = (*models, *ENCODERS)
    for key, source in sources.items():
        if key not in known:
            problem = f"unknown config key {key!r} under 'checkpoints'"
            raise InputError(problem, item=f"checkpoints.{key}", remedy=f"known keys: {', '.join(known)}")
        if source == TINY and key in models and models[key].tiny is None:
            raise InputError(
                f"no tiny checkpoint can be built for a model of family {models[key].family} without 'tiny'",
                item=f"checkpoints.{key}",
                remedy="name a checkpoint, or, where the model runs here, its architecture in models.yaml",
            )


def find_source(
    key: str, sources: Mapping[str, str | None], models: Mapping[str, SourcedModel]
) -> tuple[str, str | None]:
    """Return the key under which the config names a checkpoint, and what it names.

    A model without one of its own has that of its ``base``.

    Returns
    -------
    (str, str or None)
        None: the entry's own checkpoint.
    """
    source = sources.get(key)
    base = models[key].base if key in models else None
    if source is None and base is not None:
        return find_source(base, sources, models)
    return key, source


def pinned(source: str | None, revision: str | None) -> str | None:
    """Return an id with its commit, as :func:`bentxt.models.checkpoints.find_checkpoint` reads it.

    Examples
    --------
    >>> pinned("owner/name", "0123456789abcdef0123456789abcdef01234567")
    'owner/name@0123456789abcdef0123456789abcdef01234567'
    >>> pinned("owner/name", None)
    'owner/name'
    """
    return f"{source}@{revision}" if source is not None and revision is not None else source
