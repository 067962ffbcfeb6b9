"""Answers to released questions from the attributes of this project, and whether the released one agrees."""

from dataclasses import dataclass

from bentxt.agreement.question_reading import Reading, read_box
from bentxt.nomenclature import CLASSES
from bentxt.patches.patch_attributes import PatchAttributes
from bentxt.questions.box_notation import box_text, point_text
from bentxt.questions.categories import CATEGORY_TABLE
from bentxt.questions.relative_position import direction
from bentxt.release import LETTERS


@dataclass(frozen=True, slots=True)
class Answer:
    """What the maps say to a released row.

    Attributes
    ----------
    agrees : bool
        Whether the released answer is the right one, and no other option is right too.
    ours : str
        Our answer; several, joined by commas, where several options are right.
    reason : str
        Why it does not agree; empty where it does.
    """

    agrees: bool
    ours: str
    reason: str = ""


def answer_row(reading: Reading, patch: PatchAttributes, min_border: int) -> Answer:
    """Answer a row that has been read.

    Parameters
    ----------
    reading : bentxt.agreement.question_reading.Reading
    patch : bentxt.patches.patch_attributes.PatchAttributes
        Of the row's patch; for questions about the place country, season and climate zone suffice.
    min_border : int
        Shortest border that counts as adjacency, pixel edges.

    Returns
    -------
    Answer
    """
    if reading.type == "binary":
        return _yes_or_no(reading, patch, min_border)
    if reading.type == "mcq":
        return _option(reading, patch, min_border)
    return _box(reading, patch)


def _yes_or_no(reading, patch, min_border):
    if reading.category == "presence":
        (index,) = reading.classes
        holds, seen = index in patch.classes, "among " + ", ".join(CLASSES[c] for c in patch.classes)
    elif reading.category == "adjacency":
        holds = tuple(sorted(reading.classes)) in patch.adjacent(min_border)
        seen = "they touch" if holds else "they do not touch"
    else:
        (index,) = reading.classes
        value = (patch.pixels if reading.category == "area" else patch.counts)[index]
        holds, seen = value in reading.amount, f"{value} {_MEASURES[reading.category]}"
    holds = holds is not reading.negated
    agrees = holds is reading.answer
    return Answer(agrees, "yes" if holds else "no", "" if agrees else seen)


_MEASURES = {"area": "pixels", "count": "instances"}


def _option(reading, patch, min_border):
    category = reading.category
    options, chosen = reading.options, reading.answer
    if column := CATEGORY_TABLE["mcq", category].place_column:
        truth = getattr(patch, column)
        right, seen = [option == truth for option in options], truth
        # A season may stand there twice, as Fall and as Autumn: then either letter says the same.
        agrees = right[chosen]
        return _chosen(right, agrees, seen)
    if category == "presence":
        right = [option in patch.classes for option in options]
        seen = ", ".join(CLASSES[index] for index in patch.classes)
    elif category == "adjacency":
        touching = set(patch.adjacent(min_border))
        right = [option in touching for option in options]
        seen = "; ".join(f"{CLASSES[one]} and {CLASSES[other]}" for one, other in sorted(touching))
    elif category == "relative pos":
        return _position(reading, patch)
    else:
        (index,) = reading.classes
        value = (patch.pixels if category == "area" else patch.counts)[index]
        right, seen = [value in option for option in options], f"{value} {_MEASURES[category]}"
        if category == "area" and sum(right) > 1 and right[chosen]:
            # The area lies on the bound between two ranges: the row does not say which of them has it.
            inside = [option.low < value < option.high for option in options]
            return _chosen(right, not any(inside), seen)
    return _chosen(right, right[chosen] and sum(right) == 1, seen)


def _chosen(right, agrees, seen):
    letters = ", ".join(letter for letter, is_right in zip(LETTERS, right, strict=True) if is_right)
    return Answer(agrees, letters, "" if agrees else seen or "nothing of the kind")


def _position(reading, patch):
    boxes = []
    for index in reading.classes:
        own = [instance.box for instance in patch.instances if instance.class_index == index]
        if len(own) != 1:
            return Answer(False, "", f"{CLASSES[index]} has {len(own)} instances")
        boxes.append(own[0])
    seen = direction(*boxes)
    right = [option == seen for option in reading.options]
    return _chosen(right, right[reading.answer], seen or "the boxes overlap on both axes")


def _box(reading, patch):
    if reading.category == "point":
        candidates = [
            instance
            for instance in patch.instances
            if read_point(point_text(*instance.centroid)) == reading.point
        ]
        missing = "no instance has its centre there"
    else:
        candidates, missing = _referred(reading, patch)
    boxes = [box_text(*instance.box) for instance in candidates]
    agrees = reading.answer in map(read_box, boxes)
    return Answer(agrees, "; ".join(boxes), "" if agrees else missing if not boxes else "another box")


def read_point(text: str) -> tuple[float, float]:
    """Return the two numbers of a point as :func:`bentxt.questions.box_notation.point_text` writes it."""
    x, y = text.strip("()").split(",")
    return float(x), float(y)


def _referred(reading, patch):
    """Return the instances that an expression may mean, and what to say if there is none."""
    (index,) = reading.classes
    own = [instance for instance in patch.instances if instance.class_index == index]
    if not own:
        return [], f"{CLASSES[index]} is not there"
    if not reading.extreme:
        return (own, "") if len(own) == 1 else ([], f"{CLASSES[index]} has {len(own)} instances")
    size = (max if reading.extreme == "largest" else min)(instance.pixels for instance in own)
    return [instance for instance in own if instance.pixels == size], ""
