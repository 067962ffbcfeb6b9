"""The captions that people judge, out of a run's finished tables."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from bentxt.captions.caption_shards import read_captions
from bentxt.dataset.benchmark_candidates import eligible_patches
from bentxt.errors import InputError
from bentxt.review.caption_sample import ReviewSettings, draw_captions
from bentxt.review.review_files import CANDIDATES
from bentxt.review.review_page import ReviewedCaption
from bentxt.tables.schemas.augmented_captions_schema import CRITERIA
from bentxt.tables.schemas.patches_schema import PATCHES
from bentxt.tables.table_files import read_table

#: Columns that say why the model gave no such text.
_MISSING = {"paraphrase_missing": "paraphrase", "refinement_missing": "refinement"}
_SHOWN = ("patch_id", "template", "caption", "refined", "used", "findings", "backend", "model", *_MISSING)
#: What a caption in the data set is called by the version that it is.
_VERSIONS = {
    "refined": "refined version",
    "paraphrased": "paraphrased version, since the refined one was missing or did not pass",
    "template": "template, since no rewritten version passed",
}


def captions_to_review(
    patches: Path | str, shards: Sequence[Path | str], seed: int, settings: ReviewSettings
) -> list[str]:
    """Draw the patches whose captions are read.

    Parameters
    ----------
    patches : str or Path
        ``patches.parquet``.
    shards : sequence of str or Path
        Of the augmented captions.
    seed : int
        The run's seed.
    settings : bentxt.review.caption_sample.ReviewSettings

    Returns
    -------
    list of str
        In drawn order.

    Raises
    ------
    InputError
        If no caption is of that kind.
    """
    captions = read_captions(shards, list(dict.fromkeys(["patch_id", settings.text, *CRITERIA])))
    located = read_table(patches, PATCHES, ["patch_id", "split"])
    pool = eligible_patches(located, captions) if settings.sample == CANDIDATES else located
    written = captions.filter(pc.not_equal(pc.utf8_trim_whitespace(captions[settings.text]), ""))
    written = written.filter(pc.is_in(written["patch_id"], value_set=pool["patch_id"].combine_chunks()))
    drawn = draw_captions(seed, written["patch_id"].to_pylist(), settings.captions)
    if not drawn:
        raise InputError(
            f"the run has no caption for review.sample: {settings.sample}, review.text: {settings.text}",
            item="review",
            remedy="choose another sample or text, or make more captions",
        )
    return drawn


def reviewed_captions(
    patches: Path | str, shards: Sequence[Path | str], text: str, wanted: Iterable[str]
) -> tuple[list[ReviewedCaption], dict[str, str]]:
    """Read captions, with all that is shown of them.

    Parameters
    ----------
    patches, shards
        As for :func:`captions_to_review`.
    text : str
        Which text is read, one of :data:`bentxt.review.caption_sample.TEXTS`.
    wanted : iterable of str
        Patches; those that the run does not have are passed over.

    Returns
    -------
    tuple of (list of ReviewedCaption, dict of str to str)
        The captions in that order, and the Sentinel-1 patch of each.
    """
    verdicts = [_column(text, name) for name in CRITERIA]
    names = list(dict.fromkeys(wanted))
    columns = list(dict.fromkeys([*_SHOWN, *CRITERIA, *verdicts]))
    places = _rows(read_table(patches, PATCHES), names)
    # Shard by shard: all texts of the paper's run take more than a gigabyte.
    rows = {
        name: row for shard in shards for name, row in _rows(read_captions([shard], columns), names).items()
    }
    there = [name for name in names if name in rows and name in places]
    found = [_reviewed(rows[name], places[name], text) for name in there]
    return found, {name: places[name]["s1_name"] for name in there}


def _column(text: str, criterion: str) -> str:
    """Return the column of the check's verdict on a text."""
    return criterion if text == "caption" else f"{text}_{criterion}"


def _rows(table: pa.Table, wanted: Sequence[str]) -> dict[str, dict[str, Any]]:
    rows = table.filter(pc.is_in(table["patch_id"], value_set=pa.array(wanted, pa.string()))).to_pylist()
    return {row["patch_id"]: row for row in rows}


def _reviewed(row, place, text):
    version = row["used"] if text == "caption" else text
    findings = [dict(found) for found in row["findings"]]
    made_by = f"{row['backend']} {row['model']}".strip()
    return ReviewedCaption(
        patch_id=row["patch_id"],
        text=row[text],
        template=row["template"],
        checked=tuple(row[_column(text, name)] for name in CRITERIA),
        findings=[found for found in findings if found["version"] == version],
        rejected=[found for found in findings if found["version"] != version],
        about={
            "Country": place["country"],
            "Season": place["season"],
            "Climate zone": place["climate_zone"],
            "Split": place["split"],
            "Caption": _VERSIONS[version],
            "Made by": made_by,
            **{f"No {what}": row[column] for column, what in _MISSING.items() if row[column]},
        },
    )
