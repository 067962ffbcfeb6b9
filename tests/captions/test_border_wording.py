"""The check on statements of borders in many wordings: true ones pass, false ones do not."""

import pytest

from worlds.worded_captions import BORDERS, FOREST, PLAIN, findings, kinds

#: True of the borders of FOREST, the same wording when it is false, and the kind of that finding.
WORDINGS = [
    (
        "The arable land touches everything else in view. The pastures border the mixed forest.",
        "The mixed forest touches everything else in view.",
        "false border",
    ),
    (
        "Every other class in the image touches the arable land, and the mixed forest and the pastures meet.",
        "Every other class in the image touches the pastures.",
        "false border",
    ),
    (
        "The mixed forest and the pastures border each other as well as the arable land, with which the "
        "urban fabric shares a boundary.",
        "The mixed forest and the pastures border each other as well as all of the other classes.",
        "false border",
    ),
    (
        "The mixed forest and the arable land, with which the urban fabric shares a border, touch the "
        "pastures and each other.",
        "The arable land and the pastures, with which the urban fabric shares a border, touch the "
        "mixed forest and each other.",
        "false border",
    ),
    (
        "All classes except the urban fabric border one another; the arable land also borders urban fabric.",
        "All classes except the pastures border one another; the arable land also borders pastures.",
        "false border",
    ),
    (
        "The mixed forest and the pastures border each other; both of them also touch the arable land, and "
        "so does the urban fabric.",
        "The arable land borders the mixed forest and the pastures border the mixed forest, and so does the "
        "urban fabric.",
        "false border",
    ),
    (
        "The arable land borders the mixed forest, and both are in contact with the pastures. The urban "
        "fabric borders only the arable land.",
        "The arable land borders the mixed forest, and both are in contact with the urban fabric.",
        "false border",
    ),
    (
        "The mixed forest, the pastures and the arable land are mutually adjacent, and the arable land "
        "adjoins the urban fabric.",
        "All four classes are mutually adjacent.",
        "false border",
    ),
    (
        "All classes border one another, except for the urban fabric, which only touches the arable land.",
        "All classes border one another, with the single exception of the urban fabric and the pastures, "
        "which do not meet.",
        "false border",
    ),
    (
        "The mixed forest borders the pastures. The arable land touches the first three classes and the "
        "urban fabric does not border the pastures.",
        "All classes touch, with one exception: the pastures do not touch the arable land.",
        "denied border",
    ),
    (
        "Only the arable land borders the urban fabric. The other three classes border one another.",
        "The arable land borders all others, and the other three classes border one another.",
        "false border",
    ),
    (
        "With the exception of the urban fabric, which borders only the arable land, all classes border each "
        "other.",
        "With the exception of the pastures, which border only the arable land, all classes border "
        "each other.",
        "false border",
    ),
    (
        "All classes border each other, except that the urban fabric touches neither the mixed forest nor "
        "the pastures.",
        "All classes border each other, except that the urban fabric does not touch the mixed forest.",
        "false border",
    ),
    (
        "The mixed forest touches the pastures; both border the arable land, and the latter also the urban "
        "fabric.",
        "The mixed forest touches the arable land; both border the pastures, and the latter also the urban "
        "fabric.",
        "false border",
    ),
    (
        "Common borders exist between the arable land and each of the other classes, and between the mixed "
        "forest and the pastures.",
        "Common borders exist between the arable land and each of the other classes, and between the mixed "
        "forest and the urban fabric.",
        "false border",
    ),
    (
        "Between the mixed forest and the pastures there is a common border; the arable land borders these "
        "two as well as the urban fabric.",
        "Between the mixed forest and the urban fabric there is a common border; the arable land borders "
        "these two as well as the pastures.",
        "false border",
    ),
    (
        "The arable land borders the pastures, the mixed forest and the urban fabric. The first two of these "
        "also border each other.",
        "The arable land borders the pastures, the mixed forest and the urban fabric. The last two of these "
        "also border each other.",
        "false border",
    ),
    (
        "The arable land borders the three others, and the mixed forest and the neighbouring pastures meet "
        "along a common border.",
        "The arable land borders the three others, and the neighbouring pastures and the urban fabric meet "
        "along a common border.",
        "false border",
    ),
]


@pytest.mark.parametrize(("right", "wrong", "kind"), WORDINGS)
def test_borders_are_held_against_the_facts_in_any_wording(right, wrong, kind):
    assert findings(PLAIN.replace(BORDERS, right), FOREST) == []
    assert kind in kinds(PLAIN.replace(BORDERS, wrong), FOREST)
