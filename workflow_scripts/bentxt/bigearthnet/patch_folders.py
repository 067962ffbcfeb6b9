"""Patches in unpacked folders of the published layout: only those that are wanted are looked at."""

from collections.abc import Collection, Iterator
from pathlib import Path

from bentxt.bigearthnet.archive_check import ByteStream
from bentxt.bigearthnet.archives import members
from bentxt.bigearthnet.patch_names import s1_scene, tile
from bentxt.errors import InputError

#: Missing patches that a message names.
_NAMED = 10


def members_of(archive: Path | str | ByteStream, wanted: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """Iterate over the files of an archive or folder, as :func:`bentxt.bigearthnet.archives.members`.

    A folder may hold half a million patches, or just those that are wanted: in the published layout each is
    found by its name. A folder of another layout is read as a whole.

    Parameters
    ----------
    archive : str, Path or ByteStream
    wanted : collection of str
        Names of patches of one sensor.

    Yields
    ------
    name : str
    data : bytes

    Raises
    ------
    InputError
        As ``members``; and naming the patches that a folder of the published layout does not hold, before
        anything is read.
    """
    if not isinstance(archive, str | Path) or not Path(archive).is_dir():
        yield from members(archive)
        return
    folder = Path(archive)
    found = [place for name in sorted(wanted) if (place := _place(folder, name)) and place.is_dir()]
    if not found:
        yield from members(folder)
        return
    if missing := sorted(set(wanted) - {place.name for place in found}):
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        raise InputError(
            f"{len(missing)} of {len(wanted)} patches are not in the folder: "
            f"{', '.join(missing[:_NAMED])}{more}",
            file=folder,
            item=missing[0],
            remedy="unpack these patches of the published archive too",
        )
    for place in found:
        inside = place.parent.relative_to(folder.parent).as_posix()
        for name, data in members(place):
            yield f"{inside}/{name}", data


def _place(folder: Path, name: str) -> Path | None:
    """Return where a patch lies in a folder of the published layout; None for a name of another form."""
    try:
        return folder / (s1_scene if name.startswith("S1") else tile)(name) / name
    except InputError:
        return None
