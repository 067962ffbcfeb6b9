"""The journal of a reviewer: each change of a judgement or comment is a line, appended and never changed."""

import fcntl
import json
import os
import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from bentxt.errors import InputError
from bentxt.review.review_files import RANDOM, SAMPLES, Review
from bentxt.tables.schemas.augmented_captions_schema import CRITERIA

#: What a change can be of.
COMMENT = "comment"
FIELDS = (*CRITERIA, COMMENT)
#: Longest comment, characters.
LONGEST_COMMENT = 10_000


class ReviewJournal:
    """The reviews of one reviewer in memory, and in a file that a kill cannot spoil.

    A line is ``{"reviewer", "patch_id", "caption_sha256", "field", "value", "sample", "time"}``; of two lines
    on one field of a caption the later one holds. A line that a kill cut off stays in the file and is passed
    over by name. One process writes a journal at a time.

    Parameters
    ----------
    path : str or Path
        The file; its folder is made if need be.
    reviewer : str

    Attributes
    ----------
    torn : list of str
        Lines that were cut off, as "line 7".

    Raises
    ------
    InputError
        If another process has the journal open, or a whole line is no change of this reviewer.
    """

    def __init__(self, path: Path | str, reviewer: str) -> None:
        self.path, self.reviewer = Path(path), reviewer
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        # Unbuffered: a buffer that a full disk did not take would be tried again on closing.
        self._file = self.path.open("ab", buffering=0)
        try:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InputError(
                    "another review page of this reviewer is running",
                    file=path,
                    remedy="use its address, or end it first; two reviewers have two names (--reviewer)",
                ) from None
            blob = self.path.read_bytes()
            self._reviews, self.torn = _read(blob, path, reviewer)
            self._end = len(blob)
            # What a kill cut off stays a line of its own.
            self._gap = b"" if not blob or blob.endswith(b"\n") else b"\n"
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        self._file.close()

    def reviews(self) -> list[Review]:
        """Return all reviews, in the order in which they were begun."""
        return list(self._reviews.values())

    def review(self, patch_id: str, digest: str) -> Review:
        """Return the review of a caption; one without judgements where there is none."""
        return self._reviews.get((patch_id, digest)) or Review(patch_id, digest, (self.reviewer,))

    def add(self, patch_id: str, digest: str, field: str, value: Any, sample: str = RANDOM) -> Review:
        """Keep a change; once this returns, neither a kill nor a loss of power loses it.

        Parameters
        ----------
        patch_id, digest : str
            The caption, by patch and hash of its text.
        field : str
            One of :data:`FIELDS`.
        value : bool, None or str
            A judgement, or the text of the comment.
        sample : str
            How the caption was chosen.

        Returns
        -------
        Review
            With the change.

        Raises
        ------
        ValueError
            If there is no such field, or the value is not one of it.
        OSError
            If the disk is full; what was added before stays.
        """
        record = {
            "reviewer": self.reviewer,
            "patch_id": patch_id,
            "caption_sha256": digest,
            "field": field,
            "value": value,
            "sample": sample,
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        }
        _check_change(record)
        with self._lock:
            blob = self._gap + json.dumps(record).encode() + b"\n"
            try:
                rest = memoryview(blob)
                while rest:
                    rest = rest[self._file.write(rest) :]
                os.fsync(self._file.fileno())
            except OSError as error:
                # Half a line would be one that was cut off.
                self._file.truncate(self._end)
                error.filename = error.filename or str(self.path)
                raise
            self._end += len(blob)
            self._gap = b""
            return _apply(self._reviews, record)


def _check_change(record):
    """Raise ValueError where a record is no change."""
    field, value = record["field"], record["value"]
    if field not in FIELDS:
        raise ValueError(f"no such field: {field!r}")
    if field == COMMENT:
        if not isinstance(value, str) or len(value) > LONGEST_COMMENT:
            raise ValueError(f"a comment is a text of up to {LONGEST_COMMENT:,} characters")
    elif value is not None and not isinstance(value, bool):
        raise ValueError(f"a judgement is true, false or null, not {value!r}")
    if record["sample"] not in SAMPLES:
        raise ValueError(f"no such sample: {record['sample']!r}")
    for name in ("reviewer", "patch_id", "caption_sha256", "time"):
        if not isinstance(record[name], str) or not record[name]:
            raise ValueError(f"{name} is a text")


def _apply(reviews, record):
    key = record["patch_id"], record["caption_sha256"]
    before = reviews.get(key) or Review(*key, (record["reviewer"],))
    value = record["value"]
    if record["field"] == COMMENT:
        change: dict[str, Any] = {"comment": value}
    else:
        own = list(before.judgements)
        own[CRITERIA.index(record["field"])] = value
        change = {"judgements": tuple(own)}
    # Whoever judged a caption that was drawn at random may meet it again among the candidates.
    sample = RANDOM if RANDOM in (record["sample"], before.time and before.sample) else record["sample"]
    reviews[key] = replace(before, **change, time=record["time"], sample=sample)
    return reviews[key]


def _read(blob, path, reviewer):
    """Return the reviews in a journal, and its lines that were cut off."""
    reviews: dict[tuple[str, str], Review] = {}
    torn: list[str] = []
    for number, line in enumerate(_lines(blob), 1):
        place = f"line {number}"
        try:
            record = json.loads(line)
        except ValueError:
            torn.append(place)
            continue
        try:
            _check_change(record)
            if record["reviewer"] != reviewer:
                raise ValueError(f"it is of the reviewer {record['reviewer']!r}")
        except (ValueError, TypeError, KeyError) as error:
            raise InputError(
                f"no change of a review: {error}",
                file=path,
                item=place,
                remedy="delete that line; the changes on all others are used",
            ) from error
        _apply(reviews, record)
    return reviews, torn


def _lines(blob: bytes) -> Iterable[bytes]:
    lines = blob.split(b"\n")
    return lines if lines[-1] else lines[:-1]
