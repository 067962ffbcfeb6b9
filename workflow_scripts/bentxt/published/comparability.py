"""What keeps a score from being compared with the paper's, by what its file says of how it was made."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from bentxt.dataset.caption_review import CAPTION_REVIEW, review_in_words
from bentxt.evaluation.score import Score
from bentxt.release import BENCH, TASKS
from bentxt.reporting.dataset_origin import origin_in_words

#: Programs whose trace in a lineage tells where something is from.
WORLD, MADE, ADOPTED = "make_miniature_world.py", "assemble_dataset.py", "adopt_release.py"
FINE_TUNED = "finetune_rs_internvl.py"
PUBLISHED = "published"

#: What the paper leaves open for every model.
NOT_STATED = "decoding and the length of answers are not stated in the paper"


class Differences(NamedTuple):
    """How a score differs from the paper's.

    Attributes
    ----------
    missing : tuple of str
        What would have to be otherwise before the two could be compared, each with its kind in front; empty
        where they can be.
    remaining : tuple of str
        What is different or not known, and does not keep them from being compared.
    """

    missing: tuple[str, ...]
    remaining: tuple[str, ...]


def differences(score: Score, split: str) -> Differences:
    """Tell how a score differs from the paper's.

    Parameters
    ----------
    score : Score
        Of a model that was run.
    split : str
        The split that the paper's number is of.
    """
    programs = _programs(score)
    missing = [*_world(score, programs), *_dataset(programs)]
    if score.split != split:
        missing.append(f"split: scored on {score.split}, the paper's number is of {split}")
    if (limit := score.prediction.get("limit")) is not None:
        missing.append(f"items: a try with the first {limit} of them")
    if score.weights != PUBLISHED:
        missing.append(f"weights: {score.weights}")
    remaining = [NOT_STATED]
    if failures := score.prediction.get("failures"):
        counted = ", ".join(f"{kind} {count}" for kind, count in failures.items())
        remaining.append(f"items without a whole answer: {counted} of {score.items}")
    if split == "test":
        remaining.append("the paper counts the benchmark split into the test split; ours is without it")
    if FINE_TUNED in programs:
        remaining.append("fine-tuned here; batch size and precision are not stated in the paper")
    return Differences(tuple(missing), tuple(remaining))


def own_differences(score: Score, rows: Mapping[tuple[str, str], int]) -> Differences:
    """Tell what keeps the score of a user's own model from standing next to the paper's models.

    Its weights do not: they are what is being measured. Nor does a file of the rows that is not the published
    one, as a file of the benchmark rows alone, if it has as many items of each category.

    Parameters
    ----------
    score : Score
        On the benchmark split, of a model that was run.
    rows : mapping of (str, str) to int
        Rows of the released benchmark split by annotation type and category.
    """
    found = differences(score, BENCH)
    missing = [text for text in found.missing if not text.startswith("weights: ")]
    remaining = list(found.remaining)
    kind = TASKS[score.task]
    items = {category: counts.items for category, counts in score.extraction.items()}
    alike = items == {category: number for (name, category), number in rows.items() if name == kind}
    for place, text in enumerate(missing[:]):
        if text.startswith("data: file from elsewhere"):
            if alike:
                missing.remove(text)
                remaining.append(f"{text}; it has as many items of each category")
            else:
                missing[place] = f"{text}; its categories have other numbers of items"
    return Differences(tuple(missing), tuple(remaining))


def _programs(score: Score) -> dict[str, dict[str, Any]]:
    """Return the notes of each program in a score's lineage."""
    return {each["program"]: each.get("notes") or {} for each in score.lineage.get("upstream", [])}


def _world(score: Score, programs: dict[str, dict[str, Any]]) -> Iterator[str]:
    if WORLD in programs:
        yield "world: an invented miniature world instead of BigEarthNet v2.0"
    elif score.lineage.get("settings", {}).get("run") != "paper":
        yield "world: not a run on BigEarthNet v2.0"


def _dataset(programs: dict[str, dict[str, Any]]) -> Iterator[str]:
    if ADOPTED in programs:
        origin = programs[ADOPTED].get("released", {})
        if not origin.get("published"):
            yield f"data: {origin_in_words(origin)} instead of the released one"
    elif MADE in programs:
        yield "data: a data set that was made here instead of the released one"
        review = programs[MADE].get("benchmark_split", {}).get(CAPTION_REVIEW)
        yield (
            f"review: captions {review_in_words(review)}; those of the paper's benchmark split were judged "
            "by its authors"
        )
    else:
        yield "data: where the data set is from is not recorded"
