"""Released instructions in wordings that no template of ours has: read by structure and vocabulary."""

import math

import pytest

from bentxt.agreement.intervals import Interval
from bentxt.agreement.question_reading import read_box, read_row, split_options
from bentxt.class_wording import load_wording
from bentxt.errors import Unreadable
from bentxt.nomenclature import CLASSES

ZONES = (
    "Cold, no dry season, warm summer",
    "Temperate, dry summer, hot summer",
    "Polar, tundra",
    "Polar, frost",
)

#: What is said of an area, and the pixels that it means.
AREAS = [
    ("Does the image show land cover classes beyond pastures?", "[-inf,14400)"),
    ("Is the image made up of more than just pastures?", "[-inf,14400)"),
    ("Does the image show nothing but pastures?", "[14400,14400]"),
    ("Is the image uniformly covered by pastures?", "[14400,14400]"),
    ("Does the image have at least 30% of its area covered by arable lands?", "[4320,inf]"),
    ("Is the proportion of pastures in the image greater than 20%?", "(2880,inf]"),
    ("Do inland waters extend over more than 144000 sqm of the image?", "(1440,inf]"),
    ("Do mixed forests span no less than 40% of the image?", "[5760,inf]"),
    ("Is the coverage of mixed forests below 432000 m^2?", "[-inf,4320)"),
    ("Does the area of arable lands exceed 60% of the image?", "(8640,inf]"),
    ("Do pastures occupy 10% or less of the image?", "[-inf,1440]"),
    ("Are 30% or more of the image covered by coniferous forests?", "[4320,inf]"),
    ("Do urban fabrics cover up to 20% of the image?", "[-inf,2880]"),
    ("Does the extent of inland wetlands lie in the range of 144000 to 576000 square meters?", "[1440,5760]"),
    ("Is between 10% and 20% of the image covered with permanent crops?", "[1440,2880]"),
    ("Is the entire image covered by coniferous forests?", "[14400,14400]"),
    ("Do marine waters make up the whole scene?", "[14400,14400]"),
    ("Are marine waters the only land cover class in the image?", "[14400,14400]"),
    ("Apart from pastures, are there any other land cover classes in this image?", "[-inf,14400)"),
    ("Does the image contain land cover classes other than pastures?", "[-inf,14400)"),
    ("Besides arable lands, is another class present?", "[-inf,14400)"),
    ("Is there any additional class besides mixed forests?", "[-inf,14400)"),
    ("Is the image exclusively covered by arable lands?", "[14400,14400]"),
    ("Do arable lands cover less than half of the image?", "[-inf,7200)"),
    ("Is a maximum of 50% of the image covered by arable lands?", "[-inf,7200]"),
    ("Is a minimum of 50% of the image made up of arable lands?", "[7200,inf]"),
    ("Do industrial or commercial units take up over 10% of the scene?", "(1440,inf]"),
    ("Do arable lands cover an area larger than 720000 sqm?", "(7200,inf]"),
    ("Do arable lands cover an area of at least 720,000 square meters?", "[7200,inf]"),
    ("Do arable lands take up 40% or more?", "[5760,inf]"),
    ("Can it be said that arable lands account for not more than 30% of the image?", "[-inf,4320]"),
    ("Is the share of the image taken by arable lands between 432000 and 576000 sqm?", "[4320,5760]"),
    ("Is 100% of the image covered by arable lands?", "[14400,14400]"),
    ("Do broad-leaved forests account for 20% to 30% of the image?", "[2880,4320]"),
    ("Is the image completely dominated by broad-leaved forests?", "[14400,14400]"),
    ("Is there something else than broad-leaved forests in the image?", "[-inf,14400)"),
    ("Do broad-leaved forests share the image with other classes?", "[-inf,14400)"),
    ("Do natural grasslands or sparsely vegetated areas span under 288000 m2 of the image?", "[-inf,2880)"),
    # As the release asks.
    ("Do marine waters cover less than the whole image?", "[-inf,14400)"),
    ("Is there some part of the image not covered by complex cultivation patterns?", "[-inf,14400)"),
    ("Are there regions in the image that are not coniferous forests?", "[-inf,14400)"),
    ("Is any region of the image not part of the class arable lands?", "[-inf,14400)"),
    ("Does the image contain classes other than broad-leaved forests?", "[-inf,14400)"),
    ("Is there anything except transitional woodlands or shrubs in the image?", "[-inf,14400)"),
    ("Is the class arable lands the only one in the image?", "[14400,14400]"),
    ("Are arable lands occupying every part of the image?", "[14400,14400]"),
    ("Is the image completely filled with inland waters?", "[14400,14400]"),
    ("Is the area of urban fabrics greater than or equal to 10%?", "[1440,inf]"),
    ("Is the coverage of beaches, dunes, or sands equal to or above 10%?", "[1440,inf]"),
    ("Is the surface of industrial or commercial units no more than 20%?", "[-inf,2880]"),
    ("Is the surface of urban fabrics not greater than 288000 square meters?", "[-inf,2880]"),
    (
        "Is the area of beaches, dunes, or sands greater than 0 m^2 but smaller than 432000 m^2?",
        "(0,4320)",
    ),
    ("Is the area covered by moors, heathland, or sclerophyllous vegetation at least 0%?", "[0,inf]"),
    ("Is the region of urban fabrics greater than 30%?", "(4320,inf]"),
    # In other words.
    ("Is the area of pastures less than or equal to 50%?", "[-inf,7200]"),
    ("Is the area of pastures below or equal to 50%?", "[-inf,7200]"),
    ("Is the area of pastures equal or greater than 144000 sqm?", "[1440,inf]"),
    ("Do pastures cover at least 10% but no more than 30% of the image?", "[1440,4320]"),
    ("Do pastures cover only part of the image?", "[-inf,14400)"),
    ("Is the image only partially covered by pastures?", "[-inf,14400)"),
    ("Is any part of the entire image not covered by pastures?", "[-inf,14400)"),
    ("Is some of the image free of pastures?", "[-inf,14400)"),
    ("Do pastures leave part of the image uncovered?", "[-inf,14400)"),
    ("Are there multiple classes in the image, not only pastures?", "[-inf,14400)"),
    ("Does the coverage of pastures stay within 30%?", "[-inf,4320]"),
    ("Is there any land that pastures do not cover?", "[-inf,14400)"),
    ("Is the whole area of the image covered by pastures, or not?", "[14400,14400]"),
    ("Answer with yes or no: do pastures cover at least 30% of the image?", "[4320,inf]"),
]

#: Statements of an area that say that something is not so.
NEGATED_AREAS = [
    ("Do pastures not cover the entire image?", "[14400,14400]"),
    ("Does the image not consist entirely of pastures?", "[14400,14400]"),
    ("Is there no part of the image that is not covered by pastures?", "[-inf,14400)"),
    ("Is no part of the image free of pastures?", "[-inf,14400)"),
    ("Do pastures fail to cover the entire image?", "[14400,14400]"),
    ("Does the image show pastures and nothing else?", "[-inf,14400)"),
]

#: What is said of a number of instances.
COUNTS = [
    ("Is there a lone patch of pastures?", "[1,1]"),
    ("Do pastures appear as a pair of separate areas?", "[2,2]"),
    ("Do pastures occur more than once in the image?", "(1,inf]"),
    ("Does the image contain exactly two distinct regions of pastures?", "[2,2]"),
    ("Are there at least three separate areas of mixed forests?", "[3,inf]"),
    ("Are three or more areas of mixed forests in the image?", "[3,inf]"),
    ("Are there more than two contiguous patches of arable lands?", "(2,inf]"),
    ("Is the number of connected regions of pastures greater than three?", "(3,inf]"),
    ("Is there just one continuous area of pastures?", "[1,1]"),
    ("Is there a single connected region of pastures in the image?", "[1,1]"),
    ("Do pastures form multiple disconnected regions?", "(1,inf]"),
    ("Do pastures appear in several separate areas?", "(1,inf]"),
    ("Are pastures found in no more than two continuous areas?", "[-inf,2]"),
    ("Are there two or fewer continuous areas of pastures?", "[-inf,2]"),
    ("Can four continuous areas of pastures or more be seen?", "[4,inf]"),
    ("Are pastures split into three continuous regions?", "[3,3]"),
    ("Do pastures occur in fewer than three separate patches?", "[-inf,3)"),
    ("Are there up to four patches of pastures?", "[-inf,4]"),
    ("Is the count of pastures regions equal to two?", "[2,2]"),
    ("Are there multiple continuous areas of pastures in the image?", "(1,inf]"),
    ("Are pastures restricted to one contiguous region?", "[1,1]"),
    ("Do pastures appear as one or more regions?", "[1,inf]"),
    ("Are there more than one regions of pastures within one image?", "(1,inf]"),
    ("Is more than a single region of pastures visible?", "(1,inf]"),
    ("Does only one connected patch of pastures exist?", "[1,1]"),
    ("Is the image home to less than four patches of pastures?", "[-inf,4)"),
    ("Are pastures present in a total of three areas?", "[3,3]"),
    ("Are pastures present in at most one area?", "[-inf,1]"),
    ("Do pastures occupy not fewer than two areas?", "[2,inf]"),
    # As the release asks.
    ("Do pastures occupy two or less continuous areas in the image?", "[-inf,2]"),
    ("Do inland wetlands appear in over two continuous areas in this image?", "(2,inf]"),
    ("Do arable lands appear in a maximum of one continuous area within the image?", "[-inf,1]"),
    ("Are the distinct continuous areas of arable lands totaling exactly two?", "[2,2]"),
    ("Are arable lands separated across one or more continuous areas in the image?", "[1,inf]"),
    ("Are urban fabrics distributed across at least four separate continuous parts of the image?", "[4,inf]"),
    ("Can multiple continuous areas of pastures be detected in this image?", "(1,inf]"),
    ("Is there no more than one continuous region of pastures visible here?", "[-inf,1]"),
    # In other words.
    ("Do pastures occur in different, unconnected areas?", "(1,inf]"),
    ("Is there one single connected region of pastures?", "[1,1]"),
    ("Are there greater than or equal to two continuous areas of pastures?", "[2,inf]"),
    ("Are there more than one but fewer than four areas of pastures?", "(1,4)"),
    ("Are there at least two and at most three areas of pastures in this one image?", "[2,3]"),
]

#: All ask for the mixed forest as seen from the urban fabric.
POSITIONS = [
    "In relation to the urban fabric, where is the mixed forest located?",
    "Where is the mixed forest positioned relative to the urban fabric?",
    "What is the location of the mixed forest with respect to the urban fabric?",
    "From the perspective of the urban fabric, where does the mixed forest lie?",
    "Looking from the urban fabric, in which direction is the mixed forest?",
    "Where would you find the mixed forest when starting from the urban fabric?",
    "Which direction is the mixed forest in relation to the urban fabric?",
    "In which direction does the mixed forest lie from the urban fabric?",
    "Considering the urban fabric as the reference, where is the mixed forest?",
    "With the urban fabric as reference, where is the mixed forest?",
    "Taking the urban fabric as a reference point, where is the mixed forest situated?",
    "Compared to the urban fabric, where is the mixed forest situated?",
    "How is the mixed forest oriented compared with the urban fabric?",
    "Select the position of the mixed forest in comparison to the urban fabric:",
    "Using the urban fabric as an anchor, describe where the mixed forest is:",
    "What is the spatial relationship of the mixed forest to the urban fabric?",
    "Identify the relative position of the mixed forest to the urban fabric:",
    "Where does the mixed forest lie as seen from the urban fabric?",
    "Determine where the mixed forest is situated relative to the position of the urban fabric:",
    "If you stand at the urban fabric, where is the mixed forest?",
    "On which side of the urban fabric is the mixed forest?",
    "How is the mixed forest spatially arranged with respect to the urban fabric?",
    "Where is the mixed forest in regard to the urban fabric?",
    "What is the direction from the urban fabric to the mixed forest?",
    "Going from the urban fabric to the mixed forest, which direction do you take?",
    "Which option describes the relative position between the mixed forest and the urban fabric?",
    "Where does the region of mixed forest appear relative to the region of urban fabric?",
    "Where is the mixed forest if the urban fabric is the reference?",
    "To which side of the urban fabric does the mixed forest lie?",
    "From the options, pick where the mixed forest lies from the urban fabric:",
    "Relative to where the urban fabric is, where is the mixed forest?",
    "Choose the location of the mixed forest in reference to the urban fabric:",
    "The mixed forest is located where, relative to the urban fabric?",
    "Viewed from the urban fabric, the mixed forest is located:",
    "How does the location of the mixed forest relate to that of the urban fabric?",
    "Select how the mixed forest is placed against the urban fabric:",
    "Where can the mixed forest be observed in relation to the urban fabric?",
    "Point out the direction of the mixed forest from the urban fabric:",
    "Choose where the mixed forest is found when viewed from the urban fabric's position:",
    "From where the urban fabric is, where is the mixed forest?",
    "With the urban fabric at the center, where is the mixed forest?",
    "In this image, what is the mixed forest's position relative to the urban fabric?",
    "If the urban fabric is considered as the reference, where would the mixed forest be located?",
    "Looking at the urban fabric, where is the mixed forest?",
    "Starting at the urban fabric, where is the mixed forest?",
    # As the release asks.
    "Considering the urban fabric as a reference, where does the mixed forest appear?",
    "Using the urban fabric as the reference, how would you describe the position of the mixed forest?",
    "What is the spatial direction from the urban fabric to the mixed forest?",
    "Relative to the urban fabric, where does the mixed forest appear in the scene?",
    "What directional relationship exists between the mixed forest and the urban fabric?",
    "How does the mixed forest spatially relate to the urban fabric in this image?",
    "Which direction describes the spatial relationship of the mixed forest relative to the urban fabric?",
]

PRESENCES = [
    "Can you detect a mixed forest in the image?",
    "Are there any inland waters in the scene?",
    "Is the class 'Mixed forest' present?",
    "Do pastures exist in the image?",
    "Is there evidence of transitional woodlands or shrubs?",
    "Does this image feature natural grasslands or sparsely vegetated areas?",
    "Are moors heathland or sclerophyllous vegetation visible?",
    "Are beaches dunes or sands depicted?",
    "Is agro-forestry area visible?",
    "Is Land principally occupied by agriculture, with significant areas of natural vegetation in the image?",
    "Is Beaches, dunes, sands shown?",
    "Is Transitional woodland, shrub part of the image?",
    "Is Moors, heathland and sclerophyllous vegetation shown?",
    "Would you say there is some arable land in the image?",
    "Does any part of the image show coastal wetlands?",
    "Could marine waters be identified in this image?",
]


def written(amount):
    """Write an interval as mathematicians do."""
    left, right = "[("[amount.low_open], "])"[amount.high_open]
    return f"{left}{amount.low:g},{amount.high:g}{right}"


def read(annotation_type, category, instruction, output):
    return read_row(annotation_type, category, instruction, output, ZONES)


@pytest.mark.parametrize(("text", "expected"), AREAS)
def test_areas(text, expected):
    reading = read("binary", "area", text, "yes")
    assert written(reading.amount) == expected
    assert len(reading.classes) == 1
    assert not reading.negated


@pytest.mark.parametrize(("text", "expected"), NEGATED_AREAS)
def test_negated_areas(text, expected):
    reading = read("binary", "area", text, "yes")
    assert written(reading.amount) == expected
    assert reading.negated


@pytest.mark.parametrize(("text", "expected"), COUNTS)
def test_counts(text, expected):
    reading = read("binary", "count", text, "no")
    assert written(reading.amount) == expected
    assert reading.answer is False
    assert not reading.negated


@pytest.mark.parametrize("text", POSITIONS)
def test_relative_positions_tell_the_anchor(text):
    options = " a) to the top, b) to the bottom-left, c) to the right, d) to the top-right"
    reading = read("mcq", "relative pos", text + options, "b")
    assert [CLASSES[index] for index in reading.classes] == ["Urban fabric", "Mixed forest"]
    assert reading.options == ("top", "bottom-left", "right", "top-right")
    assert reading.answer == 1


def test_a_position_between_two_anchors_is_not_guessed():
    text = "Relative to the urban fabric, where is it relative to the mixed forest?"
    with pytest.raises(Unreadable, match="not clear"):
        read(
            "mcq",
            "relative pos",
            f"{text} a) to the top, b) to the left, c) to the right, d) to the bottom",
            "a",
        )


@pytest.mark.parametrize("text", PRESENCES)
def test_presences(text):
    reading = read("binary", "presence", text, "Yes.")
    assert len(reading.classes) == 1
    assert reading.answer is True
    assert not reading.negated


@pytest.mark.parametrize("index", range(19))
def test_every_form_of_every_class_is_known(index):
    forms = load_wording()[index]
    for form in (forms.official, forms.lower, forms.plural, forms.any, forms.other):
        assert read("binary", "presence", f"Can {form} be seen in the image?", "no").classes == (index,)
        assert read(
            "bounding box", "reference", f"Find <ref>{form}</ref>.", "[0.0 0.0, 0.5 1.0]"
        ).classes == (index,)
    other = load_wording()[(index + 7) % 19]
    text = f"Does {forms.any} touch {other.other} in the scene?"
    assert read("binary", "adjacency", text, "yes").classes == (index, (index + 7) % 19)
    pairs = [tuple(sorted((index, (index + step) % 19))) for step in (7, 1, 2, 3)]
    options = [
        f"{letter}) {CLASSES[one]} and {CLASSES[two]}"
        for letter, (one, two) in zip("abcd", pairs, strict=True)
    ]
    assert read("mcq", "adjacency", f"Which touch? {', '.join(options)}", "a").options == tuple(pairs)


@pytest.mark.parametrize(
    "text",
    [
        "Is mixed forest absent from the image?",
        "Does the image lack mixed forest?",
        "Is the scene free of mixed forest?",
        "Is it false that mixed forest is visible?",
    ],
)
def test_negated_questions_turn_the_answer(text):
    assert read("binary", "presence", text, "yes").negated


def test_nothing_but_a_class_is_the_whole_image():
    reading = read("binary", "area", "Is there nothing other than pastures in the image?", "no")
    assert written(reading.amount) == "[-inf,14400)"
    assert reading.negated


def test_two_templates_run_together_are_read_once():
    point = "<point>(0.93, 0.59)</point>"
    text = f"Create a box around the instance at {point}.Provide a box that encloses the one at {point}."
    assert read("bounding box", "point", text, "[0.8 0.37, 1.0 0.9]").point == (0.93, 0.59)
    text = "Do pastures cover at least 30% of the image?Do pastures cover 30% or more of it?"
    assert written(read("binary", "area", text, "yes").amount) == "[4320,inf]"
    with pytest.raises(Unreadable, match="two different"):
        read(
            "binary", "area", "Do pastures cover at least 30% of it?Do pastures cover under 30% of it?", "yes"
        )


def test_an_expression_without_tags_is_the_whole_sentence():
    reading = read("bounding box", "reference", "Point out the biggest area of pastures.", "[0 0, 1 0.5]")
    assert (reading.classes, reading.extreme, reading.answer) == ((4,), "largest", (0, 0, 1, 0.5))


def test_options_of_each_kind():
    stem, texts = split_options("Which? a) Moors, heathland and sclerophyllous vegetation; b) x. c) y\nd) z")
    assert (stem, texts) == ("Which? ", ["Moors, heathland and sclerophyllous vegetation", "x", "y", "z"])
    text = "How much do pastures cover? a) 0 to 10%, b) 144000 to 432000 sqm, c) 30-50 %, d) more than 50%"
    assert [written(option) for option in read("mcq", "area", text, "a").options] == [
        "[0,1440]",
        "[1440,4320]",
        "[4320,7200]",
        "(7200,inf]",
    ]
    text = "How many areas of pastures are there? a) 0, b) More than five, c) 3, d) two"
    assert read("mcq", "count", text, "B)").options == (
        Interval(0, 0),
        Interval(5, math.inf, low_open=True),
        Interval(3, 3),
        Interval(2, 2),
    )
    text = "What is it? a) polar, frost, b) Polar, Tundra., c) Temperate, dry summer, hot summer, d) Cold, "
    reading = read("mcq", "climate zone", text + "no dry season, warm summer", "d")
    assert reading.options == ("Polar, frost", "Polar, tundra", ZONES[1], ZONES[0])
    text = "Which season is it? a) Autumn, b) Fall, c) Winter, d) Spring"
    assert read("mcq", "season", text, "b").options == ("Fall", "Fall", "Winter", "Spring")


@pytest.mark.parametrize(
    ("annotation_type", "category", "text", "output", "reason"),
    [
        ("vqa", "presence", "Does the image show pastures?", "yes", "unknown type"),
        ("binary", "colour", "Does the image show pastures?", "yes", "unknown category"),
        ("binary", "presence", "Zeigt das Bild Mischwald?", "yes", "not an English text"),
        ("binary", "presence", "Zeigt das Bild mixed forest in Österreich?", "no", "not an English text"),
        ("binary", "presence", "¿Hay mixed forest en la imagen?", "yes", "not an English text"),
        (
            "mcq",
            "season",
            "Quelle saison est-ce ? a) Summer, b) Winter, c) Spring, d) Autumn",
            "a",
            "not an English",
        ),
        ("binary", "presence", "Does the image show glaciers?", "no", "found none"),
        ("binary", "presence", "Does the image show green urban areas?", "no", "found none"),
        ("binary", "presence", "Does the image show non-irrigated arable land?", "no", "found none"),
        ("binary", "presence", "Does the image show pastures?", "perhaps", "neither yes nor no"),
        ("binary", "adjacency", "Does any glacier border pastures?", "no", "expected 2"),
        ("binary", "area", "Do pastures cover much of the image?", "no", "no amount"),
        ("binary", "area", "Do pastures cover 30% of the image?", "no", "not compared"),
        ("binary", "area", "Do pastures cover at least 30 of the image?", "no", "without a unit"),
        ("binary", "area", "Do pastures cover between 30% and 10% of the image?", "no", "before it begins"),
        ("binary", "count", "Are there areas of pastures in the image?", "no", "no number"),
        (
            "mcq",
            "presence",
            "Which is it? a) Pastures, b) Glaciers, c) Arable land, d) Inland waters",
            "a",
            "19 classes",
        ),
        (
            "mcq",
            "presence",
            "Which is it? a) Pastures, b) Mixed forest, c) Arable land",
            "a",
            "no four options",
        ),
        (
            "mcq",
            "presence",
            "Which is it? a) Pastures, b) Pastures, c) Arable land, d) Inland waters",
            "a",
            "the same",
        ),
        ("mcq", "country", "Which is it? a) Austria, b) Germany, c) Serbia, d) Ireland", "a", "no country"),
        (
            "mcq",
            "country",
            "Which is it? a) Austria, b) Kosovo, c) Serbia, d) Ireland",
            "e",
            "none of a, b, c, d",
        ),
        ("bounding box", "point", "Find <point>(0.1, 0.2)</point>.", "[0.2 0.3, 0.1 0.5]", "no extent"),
        (
            "bounding box",
            "point",
            "Find <point>(0.1, 0.2)</point>.",
            "[0.2 0.3, 1.1 0.5]",
            "leaves the image",
        ),
        ("bounding box", "point", "Find <point>(0.1, 0.2)</point>.", "[0.2, 0.3, 0.5]", "no box"),
        ("bounding box", "point", "Find <point>(0.1)</point>.", "[0.2 0.3, 0.5 0.5]", "found 0"),
        ("bounding box", "point", "Find <point>(0.1, 1.2)</point>.", "[0.2 0.3, 0.5 0.5]", "outside"),
        ("bounding box", "reference", "Find the <ref>glacier</ref>.", "[0.2 0.3, 0.5 0.5]", "found none"),
        (
            "bounding box",
            "reference",
            "Find the <ref>second largest pastures</ref>.",
            "[0.2 0.3, 0.5 0.5]",
            "second largest",
        ),
        *(
            (
                "mcq",
                "country",
                "Which is it? a) Austria, b) Kosovo, c) Serbia, d) Ireland",
                answer,
                "options|none of",
            )
            for answer in ("c, d", "a) Serbia", "a) Austria, b) Kosovo", "ab")
        ),
    ],
)
def test_what_is_not_understood_is_said(annotation_type, category, text, output, reason):
    with pytest.raises(Unreadable, match=reason):
        read(annotation_type, category, text, output)


def test_boxes_are_read_as_the_release_writes_them():
    assert read_box("[0.64 0.0, 1.0 0.71]") == (0.64, 0.0, 1.0, 0.71)


@pytest.mark.parametrize("answer", ["c", "C", "c)", "(c)", "c.", "c) Serbia", "c) serbia."])
def test_a_letter_may_bring_the_words_of_its_option(answer):
    text = "Which is it? a) Austria, b) Kosovo, c) Serbia, d) Ireland"
    assert read("mcq", "country", text, answer).answer == 2
