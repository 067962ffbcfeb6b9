"""The prompts of the language model, read from files that a user can swap (Section 3.1)."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from bentxt.errors import InputError
from bentxt.nomenclature import CLASSES, LEVEL_1_GROUPS

#: Where the project's own prompts are.
PROMPTS = Path(__file__).resolve().parents[3] / "resources" / "prompts"


@dataclass(frozen=True, slots=True)
class Prompts:
    """Everything that the model is told besides the template caption.

    Attributes
    ----------
    system : str
        Task, class hierarchy, rules and examples; the same for all patches, so that a server can cache it.
    paraphrase : str
        The first request, with ``{caption}`` where the template caption goes.
    refine : str
        The second request.
    hash : str
        16 hexadecimal digits over the three.
    """

    system: str
    paraphrase: str
    refine: str
    hash: str

    def messages(self, template: str, said: Sequence[str]) -> tuple[dict[str, str], ...]:
        """Return the messages of a conversation in which the model has given the answers ``said``.

        Parameters
        ----------
        template : str
            The template caption.
        said : list of str
            The model's answers so far, none or one.

        Returns
        -------
        tuple of dict
            ``{"role": ..., "content": ...}`` each, the last one a request.
        """
        requests = [self.paraphrase.replace("{caption}", template), self.refine]
        messages = [{"role": "system", "content": self.system}]
        for request, answer in zip(requests, said, strict=False):
            messages.append({"role": "user", "content": request})
            messages.append({"role": "assistant", "content": answer})
        messages.append({"role": "user", "content": requests[len(said)]})
        return tuple(messages)


def read_prompts(folder: Path | str = PROMPTS) -> Prompts:
    """Read ``system.md``, ``examples.yaml``, ``paraphrase.md`` and ``refine.md``.

    Parameters
    ----------
    folder : str or Path

    Returns
    -------
    Prompts

    Raises
    ------
    InputError
        If a file is missing, or lacks a placeholder: ``{hierarchy}`` and ``{examples}`` in the system
        prompt, ``{caption}`` in the first request.
    """
    folder = Path(folder)
    system = _read(folder / "system.md", "{hierarchy}", "{examples}")
    system = system.replace("{hierarchy}", hierarchy()).replace("{examples}", _examples(folder))
    paraphrase, refine = _read(folder / "paraphrase.md", "{caption}"), _read(folder / "refine.md")
    digest = hashlib.blake2b(json.dumps([system, paraphrase, refine]).encode(), digest_size=8).hexdigest()
    return Prompts(system, paraphrase, refine, digest)


def hierarchy() -> str:
    """Return the five general classes with their classes, one a line."""
    return "\n".join(
        f"- {group.lower()}: {'; '.join(CLASSES[index].lower() for index in members)}"
        for group, members in LEVEL_1_GROUPS.items()
    )


def _examples(folder):
    path = folder / "examples.yaml"
    try:
        examples = yaml.safe_load(_read(path))
        return "\n\n".join(
            f"Description: {example['description'].strip()}\nCaption: {example['caption'].strip()}"
            for example in examples
        )
    except (yaml.YAMLError, TypeError, KeyError, AttributeError) as error:
        raise InputError(f"not a list of entries with description and caption: {error}", file=path) from error


def _read(path, *placeholders):
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"prompt cannot be read: {error}", file=path) from error
    for placeholder in placeholders:
        if placeholder not in text:
            raise InputError(f"the placeholder {placeholder} is missing", file=path)
    return text
