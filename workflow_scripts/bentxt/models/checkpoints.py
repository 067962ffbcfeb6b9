"""Where a model's weights are: a folder, or a Hugging Face repository at one commit; and which they are."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bentxt.atomic import write_text
from bentxt.errors import CheckpointUnavailable, InputError

#: File in a checkpoint folder that says what its weights are; those without one are published weights.
ABOUT = "bentxt.json"
TINY_RANDOM = "tiny, random"
TINY_PRETRAINED = "tiny, pre-trained on the miniature world; not the published weights"
PUBLISHED = "published"

_HUB_ID = re.compile(r"([\w.-]+/[\w.-]+)(?:@(\w+))?")
_COMMIT = re.compile(r"[0-9a-f]{40}")
#: What transformers loads; weights in other formats than safetensors are left on the hub.
_FILES = ("*.json", "*.jinja", "*.txt", "*.model", "*.safetensors", "*.py")


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint that is available.

    Attributes
    ----------
    source : str
        A folder, or a Hugging Face id without commit.
    folder : Path
        Where its files are.
    revision : str or None
        Commit, 40 hexadecimal digits; None for a folder.
    weights : str
        "published", or what the folder's ``bentxt.json`` says.
    identity : str
        Changes with any file of it: the commit, or the hash of a folder's contents.
    """

    source: str
    folder: Path
    revision: str | None
    weights: str
    identity: str


def find_checkpoint(source: str | Path, revision: str | None = None) -> Checkpoint:
    """Return a checkpoint, fetched from the hub if need be.

    Parameters
    ----------
    source : str or Path
        A folder, or a Hugging Face id: ``owner/name``, or ``owner/name@commit``.
    revision : str, optional
        Commit of the repository, 40 hexadecimal digits, where ``source`` names none; without either the
        newest one (of those in the local cache, where there is no network). Without effect for a folder.

    Returns
    -------
    Checkpoint

    Raises
    ------
    CheckpointUnavailable
        If there is no such folder, repository or commit, it is gated, or there is no network.
    """
    folder = Path(source)
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            raise CheckpointUnavailable("the folder holds no checkpoint: config.json is missing", file=folder)
        return Checkpoint(str(source), folder, None, _weights(folder), f"files:{hash_files(folder)}")
    named = _HUB_ID.fullmatch(str(source))
    if not named:
        raise CheckpointUnavailable("no such folder, and no Hugging Face id", file=source)
    repository, revision = named[1], named[2] or revision
    if revision is not None and not _COMMIT.fullmatch(revision):
        raise CheckpointUnavailable(
            f"the revision {revision} is no commit of 40 hexadecimal digits",
            item=repository,
            remedy="name a whole commit: branches and tags move",
        )
    try:
        import huggingface_hub
    except ImportError as error:
        raise CheckpointUnavailable(
            f"no environment to fetch checkpoints: {error}", item=str(source)
        ) from error
    try:
        folder = Path(
            huggingface_hub.snapshot_download(repository, revision=revision, allow_patterns=list(_FILES))
        )
    except huggingface_hub.errors.GatedRepoError as error:
        remedy = "accept its licence on the hub and log in with: hf auth login"
        raise CheckpointUnavailable("the repository is gated", item=repository, remedy=remedy) from error
    except huggingface_hub.errors.RepositoryNotFoundError as error:
        remedy = "check its name; for a private one log in with: hf auth login"
        raise CheckpointUnavailable(
            "the Hugging Face hub has no such repository", item=repository, remedy=remedy
        ) from error
    except huggingface_hub.errors.RevisionNotFoundError as error:
        raise CheckpointUnavailable(
            f"the Hugging Face hub has no commit {revision} of it",
            item=repository,
            remedy="name one of its commits, or none for the newest",
        ) from error
    except (OSError, ValueError) as error:
        problem = f"cannot be fetched from the Hugging Face hub: {str(error).splitlines()[0]}"
        raise CheckpointUnavailable(
            problem, item=repository, remedy="check network, name and revision"
        ) from error
    commit = folder.name
    return Checkpoint(repository, folder, commit, _weights(folder), f"{repository}@{commit}")


def write_about(folder: str | Path, weights: str, lineage: dict[str, Any] | None = None) -> None:
    """Say in a checkpoint folder what its weights are and how they were made.

    Parameters
    ----------
    folder : str or Path
    weights : str
        :data:`TINY_RANDOM` or :data:`TINY_PRETRAINED`.
    lineage : dict, optional
        Of the program that built it.
    """
    about: dict[str, Any] = {"weights": weights} | ({"lineage": lineage} if lineage else {})
    write_text(Path(folder) / ABOUT, json.dumps(about, indent=1, sort_keys=True) + "\n")


def _weights(folder):
    try:
        return json.loads((folder / ABOUT).read_text(encoding="utf-8"))["weights"]
    except FileNotFoundError:
        return PUBLISHED
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f'expected {{"weights": …}}: {error}', file=folder / ABOUT, remedy="make the checkpoint again"
        ) from error


def hash_files(folder: str | Path, patterns: Sequence[str] = ("**/*",)) -> str:
    """Return the hash of files below a folder, names and contents (32 hexadecimal digits).

    Parameters
    ----------
    folder : str or Path
    patterns : list of str
        Of the files, as for ``Path.glob``; all of them by default.
    """
    digest = hashlib.blake2b(digest_size=16)
    found = {path for pattern in patterns for path in Path(folder).glob(pattern) if path.is_file()}
    for path in sorted(found):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "blake2b").hexdigest()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{content}\0".encode())
    return digest.hexdigest()
