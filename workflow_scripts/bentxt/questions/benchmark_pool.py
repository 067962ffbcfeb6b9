"""The pool of the benchmark split: every question that a patch can be asked, by rule (Section 3.3).

A patch outside the benchmark split has one question of a kind, drawn at random. A patch of the benchmark
split is asked a selection from all of them, which is how the release's own differs: patches with fifteen
questions on adjacency, and all pairs that do not touch among them.

binary presence
    Yes for each present class, no for each absent one that is most like a present one.
binary area, count
    Yes and no for each present class, with all statements that are true or false of it: :func:`statements`.
binary adjacency
    Yes for each pair that touches, no for each pair of present classes that does not. Where all of them
    touch, or there is but one class: no for each pair that takes in an absent class most like a present
    one.
mcq presence, area, count
    One for each present class.
mcq adjacency, relative position
    One for each pair that touches; for each pair of which one can be placed relative to the other, both ways.
mcq country, season, climate zone; captioning
    One.
point, reference
    One for each target, as outside the benchmark split.
"""

from itertools import combinations
from typing import NamedTuple

from bentxt.nomenclature import CLASSES, PIXELS
from bentxt.patches.patch_attributes import PatchAttributes
from bentxt.questions.box_targets import BoxSettings, point_targets, reference_targets
from bentxt.questions.categories import CATEGORY_TABLE
from bentxt.questions.distractors import alphabetical
from bentxt.questions.multiple_choice import COUNTS
from bentxt.questions.quantities import MOST, NUMBERS, Bounds, area_statements, count_statements, position
from bentxt.questions.relative_position import direction, relative_positions
from bentxt.questions.similar_classes import Tiers, similar_absent_classes

#: Wrong options of a multiple-choice question.
WRONG = 3


class PoolQuestion(NamedTuple):
    """One question that a patch can be asked, before it is put in words.

    Attributes
    ----------
    annotation_type, category : str
        As the release spells them.
    answer : str
        ``yes`` or ``no``; empty for the other types.
    classes : tuple of int
        What it is about: a class; two classes, the alphabetically first one first; anchor and target of a
        relative position. Empty for places and captions.
    value : str
        What the right answer says, where the selection keeps that even too: the tenth of the patch that an
        area lies in, the number of instances, a direction, a country, a season, a climate zone.
    number : int
        Which target of :func:`bentxt.questions.box_targets.point_targets` or ``reference_targets`` it is.
    """

    annotation_type: str
    category: str
    answer: str = ""
    classes: tuple[int, ...] = ()
    value: str = ""
    number: int = 0


def pool_questions(
    patch: PatchAttributes, min_border: int, boxes: BoxSettings, similar: tuple[Tiers, ...]
) -> list[PoolQuestion]:
    """Return all questions that a patch can be asked.

    Parameters
    ----------
    patch : PatchAttributes
        With all fields of its instances.
    min_border : int
        Shortest border that counts as adjacency, pixel edges; a shorter one is neither adjacency nor its
        absence.
    boxes : BoxSettings
    similar : tuple
        Of :func:`bentxt.questions.similar_classes.load_similar_classes`.

    Returns
    -------
    list of PoolQuestion
        By type and category in the release's order.
    """
    absent = similar_absent_classes(patch.classes, similar)
    touching = [alphabetical(*pair) for pair in patch.adjacent(min_border)]
    apart = pairs_apart(patch, absent)
    both = ("yes", "no")
    found = [PoolQuestion("binary", "adjacency", "yes", pair) for pair in touching]
    found += [PoolQuestion("binary", "adjacency", "no", pair) for pair in apart]
    for category in ("area", "count"):
        found += [
            PoolQuestion("binary", category, answer, (index,)) for index in patch.classes for answer in both
        ]
    found += [PoolQuestion("binary", "presence", "yes", (index,)) for index in patch.classes]
    found += [PoolQuestion("binary", "presence", "no", (index,)) for index in absent]
    found += [
        PoolQuestion("bounding box", "point", "", (instance.class_index,), "", number)
        for number, (instance, _) in enumerate(point_targets(patch, boxes.point_min_share))
    ]
    targets = reference_targets(patch, boxes.reference_share, boxes.reference_min_fill)
    found += [
        PoolQuestion("bounding box", "reference", "", (instance.class_index,), "", number)
        for number, (instance, _) in enumerate(targets)
    ]
    found.append(PoolQuestion("captioning", "None"))
    if len(CLASSES) * (len(CLASSES) - 1) // 2 - len(patch.touching()) >= WRONG:
        found += [PoolQuestion("mcq", "adjacency", "", pair) for pair in touching]
    for index in patch.classes:
        tenth = min(patch.pixels[index] * 10 // PIXELS, 9)
        found.append(PoolQuestion("mcq", "area", "", (index,), f"{10 * tenth} to {10 * tenth + 10}%"))
    found.append(PoolQuestion("mcq", "climate zone", "", (), patch.climate_zone))
    for index in patch.classes:
        count = COUNTS[min(patch.counts[index], MOST + 1)]
        found.append(PoolQuestion("mcq", "count", "", (index,), count))
    found.append(PoolQuestion("mcq", "country", "", (), patch.country))
    if len(CLASSES) - len(patch.classes) >= WRONG:
        found += [PoolQuestion("mcq", "presence", "", (index,)) for index in patch.classes]
    if pairs := relative_positions(patch):
        place = {instance.class_index: instance.box for instance in patch.instances}
        found += [
            PoolQuestion("mcq", "relative pos", "", pair, str(direction(place[pair[0]], place[pair[1]])))
            for pair in pairs
        ]
    found.append(PoolQuestion("mcq", "season", "", (), patch.season))
    return found


def pairs_apart(patch: PatchAttributes, absent: list[int]) -> list[tuple[int, int]]:
    """Return the pairs of classes that do not touch, as the rule for adjacency above has them.

    Parameters
    ----------
    patch : PatchAttributes
    absent : list of int
        Absent classes that are most like a present one.

    Returns
    -------
    list of tuple of int
        The alphabetically first class first.
    """
    touching = patch.touching()
    pairs = [pair for pair in combinations(patch.classes, 2) if pair not in touching]
    if not pairs:
        pairs = [(one, other) for one in patch.classes for other in absent]
        pairs += combinations(absent, 2)
    return [alphabetical(*pair) for pair in pairs]


#: What a binary question says of an area or a number: the statement, and its bounds or its number.
Statement = tuple[str, Bounds | int | None]


def statements(question: PoolQuestion, patch: PatchAttributes, grid: int) -> list[Statement]:
    """Return all that a question can say of the area or the number of instances of its class.

    Parameters
    ----------
    question : PoolQuestion
        Binary.
    patch : PatchAttributes
    grid : int
        Bounds of areas are multiples of this share of the patch, %.

    Returns
    -------
    list of tuple
        Statements that are true where the answer is yes, and false where it is no, with bounds in grid lines
        (area) or a number (count); empty for other categories.
    """
    truth = question.answer == "yes"
    if question.category == "area":
        where = position(patch.pixels[question.classes[0]], grid)
        return [
            (name, bounds)
            for name, groups in area_statements(where, truth, grid, exhaustive=True)
            for group in groups
            for bounds in group
        ]
    if question.category == "count":
        count = min(patch.counts[question.classes[0]], len(NUMBERS) + 1)
        return [
            (name, number)
            for name, numbers in count_statements(count, truth, exhaustive=True)
            for number in numbers
        ]
    return []


#: Number of classes that a pool question is about, by type and category.
CLASSES_ABOUT = {key: {"pair": 2, "class": 1}.get(row.about or "", 0) for key, row in CATEGORY_TABLE.items()}
