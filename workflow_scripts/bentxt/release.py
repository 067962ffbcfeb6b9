"""The release's vocabulary: annotation types and their spellings, categories, tasks, splits, seasons."""

from typing import NamedTuple

#: Splits as published, in the order of the table of counts.
SPLITS = ("train", "validation", "test")
#: Splits that models answer: the benchmark (Tables 2-8) and the whole test split (Table S5).
ANSWERED_SPLITS = ("bench", "test")
LETTERS = "abcd"

#: The seasons as the season column writes them, and the release's other word for the last.
SEASONS = ("Summer", "Winter", "Spring", "Fall")
AUTUMN = "Autumn"


class AnnotationType(NamedTuple):
    """A type of annotation: its spellings, its categories and its answers.

    Attributes
    ----------
    name : str
        As the release writes it: ``bounding box``.
    file : str
        In names of files and folders: ``bounding_box``.
    task : str
        As a task of the benchmark (Tables 2 and 8): ``referring``.
    categories : tuple of str
        As the release writes them.
    answers : tuple of str
        All answers that there are; empty where the answer is a text or a box.
    """

    name: str
    file: str
    task: str
    categories: tuple
    answers: tuple = ()

    @property
    def option(self) -> str:
        """The option of programs that names the question table: ``--bounding-box``."""
        return f"--{self.file.replace('_', '-')}"


#: The types of the release, in the order of its table of counts.
ANNOTATION_TYPES = (
    AnnotationType(
        "binary",
        "binary",
        "binary",
        ("presence", "area", "count", "adjacency"),
        ("yes", "no"),
    ),
    AnnotationType(
        "mcq",
        "mcq",
        "mcq",
        ("presence", "area", "count", "adjacency", "relative pos", "country", "season", "climate zone"),
        tuple(LETTERS),
    ),
    AnnotationType("bounding box", "bounding_box", "referring", ("point", "reference")),
    AnnotationType("captioning", "captioning", "captioning", ("None",)),
)

#: Names of the types in the release's order within a patch.
TYPES = tuple(sorted(entry.name for entry in ANNOTATION_TYPES))

#: The categories of each type, and each (type, category) of the release.
CATEGORIES = {entry.name: entry.categories for entry in ANNOTATION_TYPES}
TYPE_CATEGORIES = tuple((name, category) for name, own in CATEGORIES.items() for category in own)

#: The four tasks of Tables 2 and 8 and the annotation type of each.
TASKS = {entry.task: entry.name for entry in ANNOTATION_TYPES}

#: The answers of the types that have a few only: those are balanced in the benchmark split, and counted.
ANSWERS = {entry.name: entry.answers for entry in ANNOTATION_TYPES if entry.answers}

#: The split that models are compared on, next to :data:`SPLITS`.
BENCH = "bench"

#: Rows that are counted besides those of :data:`TYPE_CATEGORIES`: adjacency questions whose answer is yes,
#: and boxes of both categories together.
ADJACENT = ("binary", "adjacency", "yes")
BOXES = (TASKS["referring"],)
