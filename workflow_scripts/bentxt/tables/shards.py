"""Which rows of a table a job of several has."""

from bentxt.errors import InputError


def shard_range(rows: int, shard: int, shards: int) -> tuple[int, int]:
    """Return the rows [start, stop) of a shard: row i belongs to shard ``i * shards // rows``.

    Raises
    ------
    InputError
        If there is no such shard.
    """
    if not 0 <= shard < shards:
        raise InputError(f"shard {shard} of {shards} does not exist", remedy="count shards from 0")
    return -(-shard * rows // shards), -(-(shard + 1) * rows // shards)
