"""The check on statements of borders in many wordings: true ones pass, false ones do not."""

import pytest

from bentxt.captions.caption_facts import caption_facts
from worlds.caption_tables import RULES
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
    # Lists that clauses on their classes interrupt.
    (
        "Bordering the arable land are mixed forest, which prevails, pastures, which also border the mixed "
        "forest, and urban fabric.",
        "Bordering the pastures are mixed forest, which prevails, arable land, which also borders the mixed "
        "forest, and urban fabric.",
        "false border",
    ),
    (
        "Mixed forest, the largest class, pastures, which come second, and arable land, the smallest of all, "
        "border one another, and the arable land also touches urban fabric.",
        "Mixed forest, the largest class, pastures, which come second, and urban fabric, which comes third, "
        "border one another, and the arable land also touches urban fabric.",
        "false border",
    ),
    (
        "The arable land adjoins all the rest: the mixed forest, which also touches the pastures; the "
        "pastures; and the urban fabric.",
        "The arable land adjoins all the rest: the pastures; the urban fabric; and the mixed forest, which "
        "prevails and also touches the urban fabric.",
        "false border",
    ),
    (
        "The mixed forest borders pastures, which come second, and a smaller amount of arable land, which "
        "also borders both pastures and urban fabric.",
        "The mixed forest borders pastures, which come second, and a smaller amount of urban fabric, which "
        "also borders arable land.",
        "false border",
    ),
    # Neighbours.
    (
        "The arable land has three neighbours: the mixed forest, the pastures and the urban fabric. The "
        "mixed forest's only other neighbour is the pastures.",
        "The arable land has three neighbours: the mixed forest, the pastures and the urban fabric. The "
        "mixed forest's only other neighbour is the urban fabric.",
        "false border",
    ),
    (
        "The mixed forest and the pastures are joined by a common border. Both have the arable land as their "
        "neighbour, and the arable land has a further one with the urban fabric as well, its smallest "
        "neighbour being the urban fabric.",
        "The mixed forest and the pastures are joined by a common border. Both have the urban fabric as "
        "their neighbour.",
        "false border",
    ),
    (
        "The arable land is the common neighbour of everything else, and a border connects the mixed forest "
        "and the pastures.",
        "The arable land is the common neighbour of everything else, and a border connects the urban fabric "
        "and the pastures.",
        "false border",
    ),
    (
        "The arable land touches everything else; its neighbours are the mixed forest, the pastures and the "
        "urban fabric. The mixed forest meets the pastures on the one hand and the arable land on the other.",
        "The arable land touches everything else. The mixed forest meets the pastures on the one hand and "
        "the urban fabric on the other.",
        "false border",
    ),
    # All of some classes, and each of them.
    (
        "The mixed forest and the pastures are neighbours. Both border the arable land; neither reaches the "
        "edge of the urban fabric, which does reach the edge of the arable land.",
        "The mixed forest and the pastures are neighbours. Both border the arable land; neither touches the "
        "arable land.",
        "denied border",
    ),
    (
        "The arable land adjoins every other class; it, the mixed forest and the pastures are three classes "
        "that all border one another, while urban fabric and pastures are kept apart.",
        "The arable land adjoins every other class, while mixed forest and pastures are kept apart.",
        "denied border",
    ),
    # Pairs that are excepted, and who is set apart.
    (
        "All classes are adjacent to one another, except that the urban fabric does not touch the mixed "
        "forest and the pastures do not touch the urban fabric.",
        "All classes are adjacent to one another, except that the urban fabric does not touch the mixed "
        "forest.",
        "false border",
    ),
    (
        "The arable land borders all classes in the image; every pair among the other three meets, save the "
        "urban fabric and the pastures; the urban fabric and the mixed forest do not touch either.",
        "The arable land borders all classes in the image; every pair meets, save the urban fabric and the "
        "pastures.",
        "false border",
    ),
    (
        "The mixed forest borders all but the urban fabric. The arable land, unlike the mixed "
        "forest and the pastures, touches the urban fabric, and the pastures border the arable land, too.",
        "The mixed forest borders all but the pastures.",
        "false border",
    ),
    (
        "The arable land and the pastures border each other and every other class except the urban fabric, "
        "and the arable land, but not the pastures, borders urban fabric.",
        "The arable land and the pastures border each other and every other class, and the arable land, but "
        "not the mixed forest, borders the pastures.",
        "denied border",
    ),
    (
        "Mixed forest, pastures and arable land follow each other. Each borders the other two, and the "
        "arable land borders urban fabric as well.",
        "Mixed forest, pastures and urban fabric follow each other. Each borders the other two.",
        "false border",
    ),
    (
        "The mixed forest borders the pastures. Both have arable land as a neighbour, but they do not touch "
        "the urban fabric, which the arable land borders.",
        "The mixed forest and the pastures are large. Both have arable land as a neighbour, but they do not "
        "touch each other.",
        "denied border",
    ),
    # What is told again, of others.
    (
        "The arable land borders all the rest. The mixed forest does so with one exception, the urban "
        "fabric, and the same is true of the pastures.",
        "The arable land borders all the rest. The mixed forest does so with one exception, the pastures, "
        "and the same is true of the pastures.",
        "false border",
    ),
    (
        "The arable land borders the mixed forest. The pastures do likewise, their other neighbour being the "
        "arable land, which touches the urban fabric.",
        "The arable land borders the mixed forest. The urban fabric does likewise.",
        "false border",
    ),
    # Classes by their place in a list.
    (
        "The pastures, the arable land and the urban fabric follow the mixed forest. The forest borders the "
        "first and the second of these; the second of these borders the first and the last.",
        "The pastures, the arable land and the urban fabric follow the mixed forest. The second of these "
        "borders the mixed forest, and the third of these borders the mixed forest, too.",
        "false border",
    ),
    (
        "The arable land borders the urban fabric, the mixed forest and the pastures. These last two touch "
        "each other, too.",
        "The arable land borders the urban fabric, the mixed forest and the pastures. The latter two and the "
        "urban fabric border one another.",
        "false border",
    ),
    (
        "The arable land borders not only the urban fabric but also the mixed forest and the pastures, and "
        "there is a further contact, that of the mixed forest with the pastures.",
        "The arable land borders not only the urban fabric but also the mixed forest and the pastures, and "
        "there is a further contact, that of the mixed forest with the urban fabric.",
        "false border",
    ),
    (
        "The arable land comes last. Along its border lies everything else; both it and the pastures, for "
        "their part, border the mixed forest.",
        "The arable land comes last. Along its border lies everything else; both it and the urban fabric, "
        "for their part, border the mixed forest.",
        "false border",
    ),
    (
        "The mixed forest, the pastures and the arable land are in mutual contact, and all but the mixed "
        "forest and the pastures also border the urban fabric.",
        "The mixed forest, the pastures and the arable land are in mutual contact, and all but the arable "
        "land also border the urban fabric.",
        "false border",
    ),
    (
        "The pastures and their neighbour, the mixed forest, come first. None of the other classes "
        "is without "
        "contact to the arable land, which borders everything but itself.",
        "The pastures and their neighbour, the urban fabric, come last.",
        "false border",
    ),
    (
        "The arable land touches the pastures and, in addition, borders the mixed forest and the "
        "urban fabric. "
        "The pastures interface with the mixed forest.",
        "The mixed forest touches the arable land and, beyond it, borders the urban fabric.",
        "false border",
    ),
    (
        "The arable land and the urban fabric share a border, as do pastures and mixed forest, "
        "arable land and "
        "pastures. The mixed and the arable land meet, too, as the mixed forest borders the arable land.",
        "The arable land and the urban fabric share a border, as do pastures and urban fabric, "
        "arable land and "
        "pastures.",
        "false border",
    ),
    (
        "The arable land touches the urban fabric and the pastures, which, the second largest "
        "class, border the "
        "mixed forest; the mixed forest borders the arable land.",
        "The arable land touches the mixed forest, the pastures and the urban fabric, which, the "
        "third largest "
        "class, borders the pastures.",
        "false border",
    ),
    (
        "The arable land borders three other classes, each of its own kind: the mixed forest, the pastures "
        "and the urban fabric. The mixed forest and the pastures lie side by side.",
        "The urban fabric borders three other classes, each of its own kind: the mixed forest, the pastures "
        "and the arable land.",
        "false border",
    ),
    (
        "The scene is mostly mixed forest. Adjacent to this are pastures and arable land. The arable land "
        "adjoins the pastures and touches the urban fabric.",
        "The scene is mostly mixed forest. Adjacent to this is urban fabric.",
        "false border",
    ),
    (
        "The two main classes border each other; arable land shares a border with the dominant one, touches "
        "the pastures and meets the urban fabric.",
        "The two main classes border each other; urban fabric shares a border with the dominant one.",
        "false border",
    ),
    (
        "The arable land comes last. Three classes of another kind border it: mixed forest, pastures and "
        "urban fabric. The mixed forest touches the pastures.",
        "The urban fabric comes third. Three classes of another kind border it: mixed forest, pastures and "
        "arable land.",
        "false border",
    ),
    (
        "The urban fabric comes third and, like the pastures and the mixed forest, shares a border with the "
        "arable land. The mixed forest touches the pastures.",
        "The urban fabric comes third and, like the pastures and the arable land, shares a border with the "
        "mixed forest.",
        "false border",
    ),
    (
        "The first two are mixed forest and pastures. Sharing a border with each other, both are also "
        "bounded by arable land, which touches urban fabric.",
        "The first two are mixed forest and pastures. Sharing a border with each other, both are also "
        "bounded by urban fabric.",
        "false border",
    ),
    (
        "The arable land extends to the edges of the mixed forest as well as the pastures and the urban "
        "fabric. The mixed forest touches the pastures.",
        "The urban fabric extends to the edges of the mixed forest as well as the arable land.",
        "false border",
    ),
    (
        "Pastures, mixed forest and arable land border one another; arable land touches the urban fabric.",
        "All classes border one another, except that the arable land and the urban fabric do not meet.",
        "denied border",
    ),
    # Classes that are announced before they are named, and further borders.
    (
        "The pastures and the arable land touch. The former also border the mixed forest, and the latter "
        "borders the mixed forest as well as the urban fabric.",
        "The arable land and the pastures touch. The former also borders the mixed forest, and the latter "
        "border the mixed forest as well as the urban fabric.",
        "false border",
    ),
    (
        "The arable land borders two classes of larger extent, the pastures (330,000 sqm) and the mixed "
        "forest, which also adjoin each other. It also borders a class of minor extent, the urban fabric.",
        "The urban fabric borders two classes of larger extent, the pastures (330,000 sqm) and the mixed "
        "forest, which also adjoin each other.",
        "false border",
    ),
    (
        "The arable land borders each of the other three classes, and the pastures adjoin the mixed forest.",
        "The arable land borders each of the other three classes, and so does the urban fabric.",
        "false border",
    ),
    (
        "Two bordering agricultural classes stand out: pastures, and arable land. The latter borders the "
        "urban fabric, and both border the mixed forest.",
        "Two bordering classes stand out: mixed forest, and urban fabric. The latter borders arable land.",
        "false border",
    ),
    (
        "Both agricultural classes border the mixed forest, as well as each other: arable land, which also "
        "meets the urban fabric, and pastures.",
        "Both agricultural classes border the urban fabric, as well as each other: arable land, which also "
        "meets the mixed forest, and pastures.",
        "false border",
    ),
    (
        "Mixed forest, pastures and arable land all border each other. A further border joins the arable "
        "land to the urban fabric.",
        "Mixed forest, pastures and arable land all border each other. A further border joins the pastures "
        "to the urban fabric.",
        "false border",
    ),
    (
        "Borders run between all pairs formed by mixed forest, pastures and arable land; the latter also "
        "adjoins the urban fabric.",
        "Borders run between all pairs formed by mixed forest, pastures and urban fabric.",
        "false border",
    ),
    (
        "Arable land and pastures meet: the former also touches the urban fabric and the mixed forest, "
        "while the latter, in two areas, adjoin the mixed forest.",
        "Arable land and pastures meet: the former also touches the urban fabric and the mixed forest, "
        "while the latter, in two areas, adjoin the urban fabric.",
        "false border",
    ),
    (
        "The arable land borders all three others. The mixed forest has one more border, with the pastures.",
        "The arable land borders all three others. The urban fabric has one more border, with the pastures.",
        "false border",
    ),
    (
        "The arable land borders the three other classes. The only other border is the one between the "
        "pastures and the mixed forest.",
        "The arable land borders the three other classes. The only other border is the one between the "
        "pastures and the urban fabric.",
        "false border",
    ),
    (
        "The arable land borders the mixed forest and the pastures, and these in turn border one another. "
        "It also meets the urban fabric.",
        "The arable land borders the urban fabric and the pastures, and these in turn border one another.",
        "false border",
    ),
    (
        "Two further classes, each bordering the arable land and also one another, are larger: mixed forest "
        "and pastures. The urban fabric borders the arable land.",
        "Two further classes, each bordering the arable land and also one another, are larger: mixed forest "
        "and urban fabric.",
        "false border",
    ),
    (
        "The pastures and the arable land touch. They border the mixed forest, which is in one piece, and "
        "they also share a size. The arable land borders the urban fabric.",
        "The pastures and the mixed forest touch. They border the arable land, which is in one piece, and "
        "they also border the urban fabric.",
        "false border",
    ),
    (
        "The arable land borders the mixed forest, the pastures and the urban fabric. A border also runs "
        "between the mixed forest and the pastures.",
        "The arable land borders the mixed forest, the pastures and the urban fabric. A border also runs "
        "between the mixed forest and the urban fabric.",
        "false border",
    ),
    (
        "The pastures and the arable land both border the mixed forest, and they also border each other. The "
        "arable land borders the urban fabric.",
        "The pastures and the mixed forest both border the arable land and the urban fabric, and they also "
        "border each other.",
        "false border",
    ),
    (
        "The arable land borders the urban fabric, the mixed forest and the pastures. The last of these are "
        "in two areas, and also touch the mixed forest.",
        "The arable land borders the urban fabric, the mixed forest and the pastures. The last of these are "
        "in two areas, and also touch the urban fabric.",
        "false border",
    ),
    (
        "The arable land borders the urban fabric, the pastures and the mixed forest, of which the last two "
        "meet and, in addition, are large.",
        "The arable land borders the pastures, the mixed forest and the urban fabric, of which the last two "
        "meet and, in addition, are large.",
        "false border",
    ),
    (
        "The arable land borders the mixed forest and, in addition, the pastures. The mixed forest touches "
        "these same two classes. The urban fabric meets the arable land.",
        "The arable land borders the mixed forest and, in addition, the pastures. The urban fabric touches "
        "these same two classes.",
        "false border",
    ),
    (
        "The mixed forest borders the arable land, and the pastures, lying in two areas, border the mixed "
        "forest and the arable land. The arable land meets the urban fabric.",
        "The mixed forest borders the arable land, and the pastures, lying in two areas, border the mixed "
        "forest and the urban fabric.",
        "false border",
    ),
    (
        "The arable land borders pastures, mixed forest and urban fabric; pastures and mixed forest touch.",
        "The arable land borders pastures, mixed forest and urban fabric. None of these three classes "
        "touches another of them.",
        "denied border",
    ),
    (
        "The mixed forest and the pastures come first. These two classes border each other, and each also "
        "borders arable land. The urban fabric borders arable land.",
        "The mixed forest and the pastures come first. These two classes border each other, and each also "
        "borders arable land and urban fabric.",
        "false border",
    ),
    (
        "There are three larger classes, and all three border one another: mixed forest, pastures and arable "
        "land. The urban fabric borders the arable land.",
        "There are three larger classes, and all three border one another: mixed forest, pastures and urban "
        "fabric. The urban fabric borders the arable land.",
        "false border",
    ),
    (
        "The mixed forest and the pastures come first. The two border each other. They also both border "
        "arable land, which touches the urban fabric.",
        "The mixed forest and the pastures come first. The two border each other. They also both border "
        "urban fabric, which touches the arable land.",
        "false border",
    ),
    # The season is no verb that parts a list.
    (
        "In this fall image, mixed forest, pastures and arable land all border one another. The urban fabric "
        "borders the arable land.",
        "In this fall image, mixed forest, arable land and urban fabric all border one another.",
        "false border",
    ),
    (
        "The arable land borders all three others, while the pastures border only it and the mixed forest.",
        "The arable land borders all three others, while the urban fabric borders only it and the pastures.",
        "false border",
    ),
    (
        "The mixed forest borders the pastures and, like them, also adjoins the arable land, which touches "
        "the urban fabric.",
        "The mixed forest borders the pastures and, like them, also adjoins the urban fabric, which touches "
        "the arable land.",
        "false border",
    ),
]


@pytest.mark.parametrize(("right", "wrong", "kind"), WORDINGS)
def test_borders_are_held_against_the_facts_in_any_wording(right, wrong, kind):
    assert findings(PLAIN.replace(BORDERS, right), FOREST) == []
    assert kind in kinds(PLAIN.replace(BORDERS, wrong), FOREST)


def test_both_of_a_general_name_are_each_of_them():
    facts = caption_facts(
        "U",
        "Finland",
        "Winter",
        "Cold, no dry season, cold summer",
        {9: [12100], 10: [1500], 17: [800]},
        [(9, 10), (9, 17)],
        RULES,
    )
    text = (
        "In this Finnish winter image coniferous forest covers 1,210,000 sqm and mixed forest 150,000 sqm. "
        "They border each other. {borders} border inland waters (80,000 sqm). Climate zone: {{zone}}."
    )
    assert findings(text.format(borders="The coniferous forests"), facts) == []
    assert kinds(text.format(borders="Both forests"), facts) == ["false border"]


def test_classes_under_a_general_name_that_do_not_touch_are_excepted_from_all():
    facts = caption_facts(
        "V",
        "Finland",
        "Winter",
        "Cold, no dry season, cold summer",
        {9: [9000], 10: [4000], 17: [1400]},
        [(9, 17), (10, 17)],
        RULES,
    )
    text = (
        "In this Finnish winter image coniferous forest covers 900,000 sqm, mixed forest 400,000 sqm and "
        "inland waters 140,000 sqm. All classes border one another, but the forests {denial}border each "
        "other. Climate zone: {{zone}}."
    )
    assert findings(text.format(denial="do not "), facts) == []
    assert set(kinds(text.format(denial="do "), facts)) == {"false border"}


def test_each_class_and_these_two_are_those_that_the_others_are_not():
    facts = caption_facts(
        "W",
        "Serbia",
        "Summer",
        "Temperate, no dry season, hot summer",
        {2: [9000], 4: [4000], 17: [1400]},
        [(2, 4), (2, 17), (4, 17)],
        RULES,
    )
    text = (
        "In this Serbian summer image arable land covers 900,000 sqm, pastures 400,000 sqm and inland waters "
        "140,000 sqm. {borders} Climate zone: {{zone}}."
    )
    for right, wrong in (
        (
            "Each class forms one area that touches both of the others.",
            "Each class forms one area that precedes both of the others.",
        ),
        (
            "Arable land adjoins both of the other classes, and these two share a border as well.",
            "Arable land adjoins both of the other classes, and these two share a size as well.",
        ),
        (
            "Arable land borders the two other classes, and these in turn border each other.",
            "Arable land borders the two other classes, and these in turn follow each other.",
        ),
        (
            "It has three classes, every one of which borders the two others.",
            "It has three classes, every one of which outranks the two others.",
        ),
    ):
        assert findings(text.format(borders=right), facts) == []
        assert set(kinds(text.format(borders=wrong), facts)) == {"missing border"}


def test_a_comma_that_ends_a_long_name_parts_no_clause():
    facts = caption_facts(
        "X",
        "Serbia",
        "Summer",
        "Temperate, no dry season, hot summer",
        {2: [8000], 6: [4000], 4: [1600], 17: [800]},
        [(2, 4), (4, 6), (2, 17)],
        RULES,
    )
    text = (
        "In this Serbian summer image arable land covers 800,000 sqm, land principally occupied by "
        "agriculture, with significant areas of natural vegetation, 400,000 sqm, pastures 160,000 sqm and "
        "inland waters 80,000 sqm. The arable land borders inland waters and pastures, and the land "
        "principally occupied by agriculture, with significant areas of natural vegetation, borders {last}. "
        "Climate zone: {{zone}}."
    )
    assert findings(text.format(last="pastures"), facts) == []
    assert "false border" in kinds(text.format(last="inland waters"), facts)
