"""The categories of questions: what each one is about, and what its templates and its rows depend on.

A new category is a row here, a name in :mod:`bentxt.release`, and what ``tests/questions/test_categories.py``
asks for. A row holds what changes only together with the questions, for a change here makes them again.
So two things of a category are kept elsewhere: its label in the paper's tables
(:mod:`bentxt.reporting.table_layouts`) and its number of rows in the released benchmark split
(``resources/release_benchmark_rows.csv``).
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from bentxt.release import ANNOTATION_TYPES


class Placeholders(NamedTuple):
    """Placeholders of a template: those that it must have, and those that it may have besides."""

    required: frozenset[str] = frozenset()
    allowed: frozenset[str] = frozenset()


class Category(NamedTuple):
    """One category of one annotation type.

    Attributes
    ----------
    annotation_type, category : str
        As the release writes them.
    about : {"class", "pair", "place", None}
        What the benchmark split balances: the first class of a row, its first two, or the place; None for
        captions.
    forms : dict of str to Placeholders
        The forms of its templates, with the class forms and other placeholders of each; the only form of a
        category has no name.
    phrases : dict of str to frozenset
        Statements about a quantity that its template file puts in words, with the placeholders of each.
    place_column : str or None
        Column of the table of patches that has the answer.
    content_settings : tuple of str
        Keys of ``questions`` in the config that decide which rows a patch has and what their answers are.
    wording_settings : tuple of str
        Keys of ``questions`` that decide only what a question compares with, or the words of its options.
    rows_per_patch : int or None
        Rows that each patch has by rule; None where the landscape decides.
    """

    annotation_type: str
    category: str
    about: str | None
    forms: Mapping[str, Placeholders]
    phrases: Mapping[str, frozenset[str]] = MappingProxyType({})
    place_column: str | None = None
    content_settings: tuple[str, ...] = ()
    wording_settings: tuple[str, ...] = ()
    rows_per_patch: int | None = None

    @property
    def needs_map(self) -> bool:
        """Whether the reference map answers it; a place is answered by what the table of patches says."""
        return self.place_column is None


#: Nouns of a count template, in the number of its amount; one of them is required.
NOUNS = frozenset({"area", "patch", "region"})

_VERBS = frozenset({"is_are", "Is_Are", "does_do", "Does_Do"})


def _takes(*required: str, allowed: Iterable[str] = ()) -> Placeholders:
    return Placeholders(frozenset(required), frozenset(allowed))


_NOTHING = {"": _takes()}
_BOUND, _NUMBER = frozenset({"bound"}), frozenset({"number"})

#: All categories by type and category, in the order of :data:`bentxt.release.TYPE_CATEGORIES`.
CATEGORY_TABLE = {
    (row.annotation_type, row.category): row
    for row in (
        Category(
            "binary",
            "presence",
            about="class",
            forms={"": _takes("lower", allowed=_VERBS)},
            rows_per_patch=2,
        ),
        Category(
            "binary",
            "area",
            about="class",
            forms={
                "quantity": _takes("plural", "quantity"),
                "whole": _takes("plural"),
                "others": _takes("plural"),
            },
            phrases={
                "at least": _BOUND,
                "at most": _BOUND,
                "more than": _BOUND,
                "less than": _BOUND,
                "between": frozenset({"low", "high"}),
            },
            wording_settings=("area_grid",),
            rows_per_patch=2,
        ),
        Category(
            "binary",
            "count",
            about="class",
            forms={"": _takes("plural", "amount", allowed={"is_are", "Is_Are", *NOUNS})},
            phrases={
                "exactly": _NUMBER,
                "at least": _NUMBER,
                "at most": _NUMBER,
                "more than": _NUMBER,
                "fewer than": _NUMBER,
                "single": frozenset(),
                "multiple": frozenset(),
            },
            rows_per_patch=2,
        ),
        Category(
            "binary",
            "adjacency",
            about="pair",
            forms={"": _takes("any", "other")},
            content_settings=("adjacency_min_border",),
        ),
        Category("mcq", "presence", about="class", forms=_NOTHING, rows_per_patch=1),
        Category(
            "mcq",
            "area",
            about="class",
            forms={"": _takes("plural")},
            wording_settings=("area_grid", "area_range_width"),
            rows_per_patch=1,
        ),
        Category("mcq", "count", about="class", forms={"": _takes("lower")}, rows_per_patch=1),
        Category(
            "mcq",
            "adjacency",
            about="pair",
            forms=_NOTHING,
            content_settings=("adjacency_min_border",),
        ),
        Category(
            "mcq",
            "relative pos",
            about="pair",
            forms={"": _takes("anchor", "target", allowed=_VERBS)},
        ),
        Category(
            "mcq",
            "country",
            about="place",
            forms=_NOTHING,
            place_column="country",
            rows_per_patch=1,
        ),
        Category(
            "mcq",
            "season",
            about="place",
            forms=_NOTHING,
            place_column="season",
            wording_settings=("release_compatible",),
            rows_per_patch=1,
        ),
        Category(
            "mcq",
            "climate zone",
            about="place",
            forms=_NOTHING,
            place_column="climate_zone",
            rows_per_patch=1,
        ),
        Category(
            "bounding box",
            "point",
            about="class",
            forms={"": _takes("point")},
            content_settings=("point_min_share",),
        ),
        Category(
            "bounding box",
            "reference",
            about="class",
            forms={"single": _takes("lower"), "extreme": _takes("lower", "extreme")},
            content_settings=("reference_share", "reference_min_fill"),
        ),
        Category("captioning", "None", about=None, forms=_NOTHING, rows_per_patch=1),
    )
}

#: Types whose questions are generated from the tables of attributes, by file name; captions are written.
QUESTION_TYPES = {entry.file: entry.name for entry in ANNOTATION_TYPES if entry.name != "captioning"}

#: Columns of the table of patches that answer questions about the place.
PLACE_COLUMNS = tuple(row.place_column for row in CATEGORY_TABLE.values() if row.place_column)


def categories_of(annotation_type: str) -> dict[str, Category]:
    """Return the rows of :data:`CATEGORY_TABLE` of one type, by category."""
    return {category: row for (name, category), row in CATEGORY_TABLE.items() if name == annotation_type}


def settings_of(annotation_type: str) -> list[str]:
    """Return the keys of ``questions`` in the config that the questions of a type depend on, sorted."""
    rows = categories_of(annotation_type).values()
    return sorted({key for row in rows for key in (*row.content_settings, *row.wording_settings)})


def content_settings() -> list[str]:
    """Return the keys of ``questions`` that answers and the choice of instances depend on, sorted."""
    return sorted({key for row in CATEGORY_TABLE.values() for key in row.content_settings})
