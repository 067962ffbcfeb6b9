"""Reviews of captions, and the CSV files that they pass through (Sections 3.1 and 3.3 of the paper).

A file has one row a caption: of one reviewer as exported, or of several as merged. A caption is known by its
patch and the hash of its text, so that a judgement never counts for a text that nobody has read.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bentxt.atomic import write_text
from bentxt.errors import InputError
from bentxt.tables.schemas.augmented_captions_schema import CRITERIA

#: How the captions of a review were chosen.
RANDOM, CANDIDATES = "random", "candidates"
SAMPLES = (RANDOM, CANDIDATES)

#: Columns of a file of reviews.
REVIEW_COLUMNS = (
    *("patch_id", "caption_sha256", "reviewer"),
    *CRITERIA,
    *("comment", "time", "sample"),
    *(f"check_{name}" for name in CRITERIA),
)

#: Between the names of several reviewers.
SEPARATOR = "; "

#: One judgement a criterion, in the order of :data:`CRITERIA`; None where there is none.
Judgements = tuple[bool | None, ...]

UNJUDGED: Judgements = (None,) * len(CRITERIA)
_WORDS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "": None}
_SHOWN = {True: "yes", False: "no", None: ""}


@dataclass(frozen=True, slots=True)
class Review:
    """What one reviewer, or several together, say of one caption.

    Attributes
    ----------
    patch_id : str
    caption_sha256 : str
        Of the text that was read, from :func:`caption_hash`.
    reviewers : tuple of str
        Names, one or more.
    judgements : tuple of bool or None
        One a criterion; None where it was not judged.
    comment : str
    time : str
        Of the last change, ISO 8601 in UTC.
    sample : str
        One of :data:`SAMPLES`.
    checked : tuple of bool or None
        What the automatic check says of the same text; None where it is not known.
    """

    patch_id: str
    caption_sha256: str
    reviewers: tuple[str, ...]
    judgements: Judgements = UNJUDGED
    comment: str = ""
    time: str = ""
    sample: str = RANDOM
    checked: Judgements = UNJUDGED

    @property
    def key(self) -> tuple[str, str]:
        """Patch and hash: what tells captions apart."""
        return self.patch_id, self.caption_sha256

    @property
    def finished(self) -> bool:
        """Whether all four criteria are judged."""
        return None not in self.judgements

    @property
    def passed(self) -> bool:
        """Whether all four criteria are met."""
        return all(self.judgements)


def caption_hash(text: str) -> str:
    """Return the SHA-256 of a caption's text (UTF-8), 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def check_reviewer(name: str) -> str:
    """Return a reviewer's name without white space at its ends.

    Raises
    ------
    InputError
        If it is empty or longer than 60 characters, or holds characters that a name of a file cannot have.
    """
    name = name.strip()
    usable = name.isprintable() and not set(name) & set(';/\\:*?"<>|,') and not name.startswith(".")
    if not name or len(name) > 60 or not usable:
        raise InputError(
            f"{name!r} is no name of a reviewer",
            item="reviewer",
            remedy="up to 60 letters, digits, spaces and hyphens, as --reviewer 'Anna B'",
        )
    return name


def write_reviews(path: Path | str, reviews: Iterable[Review]) -> None:
    """Write reviews as CSV, atomically: yes, no or empty for a judgement."""
    write_text(path, reviews_as_csv(reviews))


def reviews_as_csv(reviews: Iterable[Review]) -> str:
    """Return the text of a file of reviews, in the order given."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(REVIEW_COLUMNS)
    for review in reviews:
        writer.writerow(
            [
                *(review.patch_id, review.caption_sha256, SEPARATOR.join(review.reviewers)),
                *map(_SHOWN.__getitem__, review.judgements),
                # A lone carriage return would end the row for some readers.
                *(review.comment.replace("\r\n", "\n").replace("\r", "\n"), review.time, review.sample),
                *map(_SHOWN.__getitem__, review.checked),
            ]
        )
    return text.getvalue()


def read_reviews(path: Path | str) -> list[Review]:
    """Read a file of reviews, whoever saved it again: yes, true and 1 are one, and case does not matter.

    Parameters
    ----------
    path : str or Path
        CSV with the columns :data:`REVIEW_COLUMNS`, in any order; ``comment``, ``time``, ``sample`` and the
        check's columns may be missing.

    Returns
    -------
    list of Review

    Raises
    ------
    InputError
        Naming file and line: no such file, no such columns, or a value that cannot be read.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(
            "no such file of reviews", file=path, remedy="export it on the review page"
        ) from None
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8: {error}", file=path, remedy="save it as CSV in UTF-8") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    needed = REVIEW_COLUMNS[: 3 + len(CRITERIA)]
    if missing := [name for name in needed if name not in (reader.fieldnames or ())]:
        raise InputError(
            f"a file of reviews has the column {missing[0]!r}",
            file=path,
            remedy="export it on the review page, or merge such files with merge_reviews.py",
        )
    return [_review(row, path, f"line {reader.line_num}") for row in reader]


def _review(row: dict[str, str | None], path: Path | str, place: str) -> Review:
    def text(column: str, default: str = "") -> str:
        return (row.get(column) or default).strip()

    def judgements(prefix: str) -> Judgements:
        return tuple(_judgement(text(prefix + name), path, f"{place}, {prefix}{name}") for name in CRITERIA)

    digest = text("caption_sha256").lower()
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise InputError(
            "caption_sha256 is no SHA-256", file=path, item=place, remedy="export the file again"
        )
    names = tuple(check_reviewer(name) for name in text("reviewer").split(SEPARATOR.strip()))
    sample = text("sample", RANDOM)
    if sample not in SAMPLES:
        raise InputError(f"{sample!r} is no sample: {', '.join(SAMPLES)}", file=path, item=place)
    return Review(
        patch_id=text("patch_id"),
        caption_sha256=digest,
        reviewers=names,
        judgements=judgements(""),
        comment=text("comment"),
        time=text("time"),
        sample=sample,
        checked=judgements("check_"),
    )


def _judgement(word, path, place):
    if word.lower() not in _WORDS:
        raise InputError(f"{word!r} is neither yes nor no nor empty", file=path, item=place)
    return _WORDS[word.lower()]


@dataclass(frozen=True, slots=True)
class CountedReviews:
    """Which reviews count for the captions of a run, and which do not.

    Attributes
    ----------
    counted : list of Review
        Finished, of a text that the run has.
    changed, unknown, unfinished : list of str
        Patches whose caption has another text now; that the run does not have; with a criterion not judged.
        Sorted, each once.
    """

    counted: list[Review]
    changed: list[str]
    unknown: list[str]
    unfinished: list[str]

    def left_out(self, unfinished: bool = True) -> list[str]:
        """Return a line for each kind of review that does not count, with how many and which.

        Parameters
        ----------
        unfinished : bool
            Whether those are among them of which a criterion is open.
        """
        kinds = (
            (self.changed, "the caption in the run has another text"),
            (self.unknown, "the run has no such patch"),
            (self.unfinished if unfinished else [], "not all four criteria are judged"),
        )
        return [
            f"{len(patches)} reviewed captions do not count, {why}: {_listed(patches)}"
            for patches, why in kinds
            if patches
        ]


def _listed(patches: Sequence[str], most: int = 20) -> str:
    rest = len(patches) - most
    return ", ".join(patches[:most]) + (f" and {rest} more" if rest > 0 else "")


def count_reviews(reviews: Iterable[Review], hashes: dict[str, str]) -> CountedReviews:
    """Tell the reviews that count for a run's captions from those that do not.

    Parameters
    ----------
    reviews : iterable of Review
    hashes : dict of str to str
        Hash of the caption that the run has, by patch.

    Returns
    -------
    CountedReviews
    """
    counted, changed, unknown, unfinished = [], set(), set(), set()
    for review in reviews:
        if review.patch_id not in hashes:
            unknown.add(review.patch_id)
        elif hashes[review.patch_id] != review.caption_sha256:
            changed.add(review.patch_id)
        elif not review.finished:
            unfinished.add(review.patch_id)
        else:
            counted.append(review)
    return CountedReviews(counted, sorted(changed), sorted(unknown), sorted(unfinished))


def passed_by_all(reviews: Iterable[Review]) -> set[str]:
    """Return the patches whose captions every reviewer of them passed on all four criteria."""
    verdicts: dict[str, bool] = {}
    for review in reviews:
        verdicts[review.patch_id] = verdicts.get(review.patch_id, True) and review.passed
    return {patch for patch, passed in verdicts.items() if passed}
