"""What an archive is called in messages, and how a user finds out whether it is the published one."""

from pathlib import Path
from typing import Protocol


class ByteStream(Protocol):
    """An archive that comes as bytes and is not kept, as :class:`bentxt.bigearthnet.sources.SourceStream`."""

    @property
    def name(self) -> str:
        """What it is called in messages."""
        ...

    def read(self, size: int) -> bytes:
        """Return the next bytes, ``size`` at most; none at the end."""
        ...


def label(archive: Path | str | ByteStream) -> Path | str:
    """Return what an archive is called in messages."""
    return archive if isinstance(archive, str | Path) else archive.name


def how_to_check(archive: Path | str | ByteStream) -> str:
    """Return how a user finds out whether an archive is the published one: what remedies begin with.

    Parameters
    ----------
    archive : str, Path or ByteStream

    Returns
    -------
    str
        For an archive the command that gives its hash; nothing is to be fetched again before that.
    """
    if not isinstance(archive, str | Path):
        return "set images.keep_archives to true to look at the archive itself"
    path = Path(archive)
    if path.is_dir():
        return "unpack this part of the published archive again"
    # As bentxt.bigearthnet.sources.partial_path names what a download resumes from.
    partial = path.with_name(f".{path.name}.download")
    return (
        f"compare `md5sum {path}` and its size with resources/sources.tsv. Equal: the download is right, do "
        f"not fetch it again. Too short: `mv {path} {partial}` and run snakemake again, which fetches the "
        "rest only. An archive of your own: pack it again"
    )
