"""What the reader of captions reads, worked out by hand, and what it must read alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.captions.reading.caption_reader import read, split_sentences
from bentxt.captions.reading.statements import EVERYTHING, OTHERS
from bentxt.nomenclature import CLASSES

ZONE = "Temperate, dry summer, hot summer"


def sentences(text):
    return read(text, (ZONE,)).sentences


def areas(text):
    """Return (m² or share of m², bound, classes of the likeliest owner) of each amount."""
    return [
        (claim.amount.value, claim.amount.bound, owner_of(claim))
        for s in sentences(text)
        for claim in s.areas
    ]


def owner_of(claim):
    return tuple(index for mention in claim.owners[0].mentions for index in sorted(mention.classes))


def counts(text):
    return [
        (claim.number, claim.size, owner_of(claim))
        for sentence in sentences(text)
        for claim in sentence.counts
    ]


def borders(text):
    """Return (left, right, negated) of the likeliest reading of each border."""
    found = []
    for sentence in sentences(text):
        for claim in sentence.borders:
            sides = claim.readings[0]
            right = None if sides.right is None else shown(sides.right)
            found.append((shown(sides.left), right, claim.negated))
    return found


def shown(mentions):
    special = {EVERYTHING: "all", OTHERS: "others"}
    return tuple(special.get(mention) or min(mention.classes) for mention in mentions)


@pytest.mark.parametrize("name", CLASSES)
def test_official_names_are_recognised_in_any_case(name):
    for form in (name, name.lower(), name.replace(",", ""), name.upper()):
        (sentence,) = sentences(f"It shows {form}.")
        (mention,) = sentence.mentions
        assert (mention.classes, mention.group) == (frozenset({CLASSES.index(name)}), False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("arable land covers 5", {2}),
        ("the land that is principally occupied by agriculture", {6}),
        ("broadleaved woodland", {8}),
        ("transitional woodland/shrub", {13}),
        ("built-up areas", {0}),
        ("deciduous forest", {8}),
    ],
)
def test_other_names_of_classes(text, expected):
    (mention,) = sentences(f"There is {text} here.")[0].mentions
    assert mention.classes == expected


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1,352,000 sqm", 1_352_000),
        ("1'352'000 m²", 1_352_000),
        ("1 352 000 square meters", 1_352_000),
        ("1\u202f352\u202f000 square metres", 1_352_000),
        ("1352000 m2", 1_352_000),
        ("135.2 hectares", 1_352_000),
        ("135.2 ha", 1_352_000),
        ("1.352 km²", 1_352_000),
        ("1.352 million square meters", 1_352_000),
        ("50%", 720_000),
        ("50 percent", 720_000),
        ("half of the image", 720_000),
        ("a quarter of the scene", 360_000),
    ],
)
def test_amounts_in_any_unit_and_style(written, value):
    ((found, bound, owner),) = areas(f"Pastures cover about {written}.")
    assert (round(found), bound, owner) == (value, "", (4,))


@pytest.mark.parametrize(
    ("written", "bound"),
    [("more than 60%", "above"), ("a little over a third", "above"), ("<72,000 sqm", "below"),
     ("less than 5%", "below"), ("under 72,000 sqm", "below"), ("at least 10 ha", "above")],
)  # fmt: skip
def test_bounds(written, bound):
    assert areas(f"Pastures cover {written}.")[0][1] == bound


def test_extending_over_an_area_is_no_bound():
    assert areas("Pastures extend over 500,000 sqm.") == [(500_000, "", (4,))]


@pytest.mark.parametrize(
    "written",
    [
        "1.352.000 square meters",
        "1,072,00 square meters",
        "144 acres",
        "1,440,000 square feet",
        "1,440 meters",
    ],
)
def test_numbers_and_units_of_elsewhere_are_told_apart(written):
    (claim,) = sentences(f"Pastures cover {written}.")[0].areas
    assert claim.amount.unit in ("broken", "foreign")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Arable land (~708,000 sqm) borders pastures (5 ha).", [(2,), (4,)]),
        ("204,000 sqm of mixed forest lie beside 100,000 sqm of pastures.", [(10,), (4,)]),
        ("Pastures and marine waters cover 700,000 and 500,000 sqm, respectively.", [(4,), (18,)]),
        ("Mixed forest touches pastures; the former spans 35 ha, the latter 90,000 sqm.", [(10,), (4,)]),
        ("Pastures dominate. They cover 700,000 sqm.", [(4,)]),
        ("More than half of the scene is occupied by pastures.", [(4,)]),
        ("With 700,000 sqm, pastures are the largest class.", [(4,)]),
        ("Pastures are bordered by mixed forest, which covers 300,000 sqm.", [(10,)]),
        ("Pastures and mixed forest each cover less than 5%.", [(4, 10)]),
        ("Only marginal shares of less than 5% each belong to pastures and mixed forest.", [(4, 10)]),
    ],
)  # fmt: skip
def test_areas_are_read_with_the_class_that_they_are_said_of(text, expected):
    assert [owner for _, _, owner in areas(text)] == expected


def test_classes_with_one_area_have_it_together():
    (claim,) = sentences("Pastures and mixed forest cover 500,000 sqm.")[0].areas
    assert (claim.owners[0].mode, owner_of(claim)) == ("sum", (4, 10))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pastures fall into three areas, one large (50 ha) and two marginal.",
         [(3, "", (4,)), (1, "large", (4,)), (2, "marginal", (4,))]),
        ("Two marginal areas of pastures touch the forest.", [(2, "marginal", (4,))]),
        ("Pastures are split into two parts, both of them marginal.",
         [(2, "", (4,)), (2, "all marginal", (4,))]),
        ("Pastures form a single area.", [(1, "", (4,))]),
        ("Pastures and mixed forest are found in two and four marginal areas.",
         [(2, "marginal", (4,)), (4, "marginal", (10,))]),
        ("A small patch of pastures covers less than 5%.", []),
        ("The scene holds three classes.", []),
    ],
)  # fmt: skip
def test_numbers_of_areas(text, expected):
    assert counts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pastures border arable land.", [((4,), (2,), False)]),
        ("Pastures are bordered by arable land and urban fabric.", [((4,), (2, 0), False)]),
        ("Pastures share a border with both arable land (5 ha) and urban fabric.", [((4,), (2, 0), False)]),
        ("Pastures are adjacent to arable land, and urban fabric covers 5 ha.", [((4,), (2,), False)]),
        ("Adjacent to pastures lies arable land.", [((2,), (4,), False)]),
        ("Pastures and arable land touch each other.", [((4, 2), None, False)]),
        ("Pastures, arable land and urban fabric share borders.", [((4, 2, 0), None, False)]),
        ("Pastures border urban fabric, and urban fabric and arable land meet.",
         [((4,), (0,), False), ((0, 2), None, False)]),
        ("There is a border between pastures and arable land.", [((4, 2), None, False)]),
        ("Pastures do not touch arable land.", [((4,), (2,), True)]),
        ("Neither pastures nor arable land border urban fabric.", [((4, 2), (0,), True)]),
        ("Pastures border all other classes.", [((4,), ("others",), False)]),
        ("All classes border one another.", [(("all",), None, False)]),
        ("Each of the three borders the other two.", [(("all",), ("others",), False)]),
        ("Pastures border arable land and, in turn, touch urban fabric.",
         [((4,), (2,), False), ((4,), (0,), False)]),
        ("Pastures border arable land, which touches urban fabric.",
         [((4,), (2,), False), ((2,), (0,), False)]),
        ("Pastures cover 5 ha, with the adjacent arable land at 6 ha.", [((4,), (2,), False)]),
        ("There are pastures and, bordering them, arable land.", [((2,), (4,), False)]),
        ("Pastures cover 5 ha, and every other class in the image touches them.",
         [(("others",), (4,), False)]),
        ("Pastures share edges with everything else in view: arable land, urban fabric.",
         [((4,), ("others",), False)]),
        ("Pastures and arable land border each other as well as urban fabric.",
         [((4, 2), (0,), False), ((4, 2), None, False)]),
        ("Pastures and arable land border urban fabric and each other.",
         [((4, 2), None, False), ((4, 2), (0,), False)]),
        ("Pastures border urban fabric, and so does arable land.",
         [((2,), (0,), False), ((4,), (0,), False)]),
        ("The four are arable land, pastures, urban fabric and mixed forest; the first two border each "
         "other, as do the last two.", [((0, 10), None, False), ((2, 4), None, False)]),
        ("Pastures cover 5 ha and arable land 6 ha; the two meet along a common border.",
         [((4, 2), None, False)]),
        ("Pastures border arable land, and both touch urban fabric.",
         [((4,), (2,), False), ((4, 2), (0,), False)]),
        ("Pastures cover 5 ha. Arable land borders them.", [((2,), (4,), False)]),
        ("Pastures cover 5 ha. Arable land and urban fabric follow. Both of them adjoin the largest class.",
         [((2, 0), (4,), False)]),
        ("Pastures cover 5 ha. Arable land and urban fabric follow. The dominant class borders arable land.",
         [((4,), (2,), False)]),
        ("Pastures cover 5 ha and arable land 6 ha. Urban fabric is small; both of the former border it.",
         [((4, 2), (0,), False)]),
        ("Pastures and arable land cover 5 ha. Urban fabric borders both of these classes, which touch.",
         [((0,), (4, 2), False), ((4, 2), None, False)]),
        ("Pastures take 5 ha, and arable land, with which they share a border, takes 6 ha.",
         [((4,), (2,), False)]),
        ("Pastures border two other classes: arable land and urban fabric.", [((4,), (2, 0), False)]),
        ("Pastures, arable land and urban fabric cover 5 ha. Mixed forest touches the first of these.",
         [((10,), (4,), False)]),
        ("Pastures border arable land, and mixed forest has one with urban fabric.",
         [((4,), (2,), False), ((10,), (0,), False)]),
        ("The image has three mutually bordering classes.", [(("all",), None, False)]),
        ("Apart from mixed forest, which is small, pastures border arable land.", [((4,), (2,), False)]),
    ],
)  # fmt: skip
def test_borders_in_any_wording(text, expected):
    assert borders(text) == expected


def test_a_border_that_is_excepted_is_denied():
    assert borders("Pastures border arable land, but not urban fabric.") == [
        ((4,), (0,), True),
        ((4,), (2,), False),
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Pastures dominate the scene.", "largest"),
        ("The largest class is pastures.", "largest"),
        ("The whole image is covered by pastures.", "whole"),
        ("Pastures fill most of the image.", "most"),
        ("All of these classes are equally large, as are pastures.", "equal"),
        ("No single class dominates the image with its pastures.", "none"),
        ("Pastures are only marginally present.", "marginal"),
    ],
)
def test_ranks(text, kind):
    assert kind in [claim.kind for claim in sentences(text)[0].ranks]


def test_place_and_time_are_read_with_their_places_in_the_text():
    text = f'This Swiss autumn scene, in the "{ZONE.lower()}" zone, falls into two parts.'
    reading = read(text, (ZONE,))
    assert [(word.kind, word.value) for word in reading.places] == [
        ("country", "Switzerland"),
        ("season", "fall"),
    ]
    assert [text[word.start : word.end] for word in reading.places] == ["Swiss", "autumn"]
    ((zone, start, stop),) = reading.zones
    assert (zone, text[start:stop]) == (ZONE, ZONE.lower())


def test_sentences_end_before_a_capital_letter_only():
    text = 'It covers 1.5 km. Of it, approx. 3 ha are "wet." Next one!'
    found = [text[start:stop] for start, stop in split_sentences(text)]
    assert found == ["It covers 1.5 km.", 'Of it, approx. 3 ha are "wet.', "Next one!"]


@given(st.integers(73, 1440))
def test_styles_of_numbers_are_read_alike(thousands):
    value = thousands * 1000
    styles = [
        f"{value:,} sqm",
        f"{value} m²",
        f"{value:,}".replace(",", "'") + " m²",
        f"{value:,}".replace(",", " ") + " square meters",
        f"{value / 1e4:.1f} ha",
        f"{value / 1e6:.3f} km²",
    ]
    for style in styles:
        ((found, bound, owner),) = areas(f"Pastures ({style}) dominate.")
        assert (round(found), bound, owner) == (value, "", (4,)), style


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_read(text):
    for sentence in sentences(text):
        for mention in sentence.mentions:
            assert 0 <= mention.start < mention.end <= len(text)


@pytest.mark.parametrize("sign", ["²", "³", "①"])
def test_a_digit_that_is_no_decimal_number_is_no_count(sign):
    (sentence,) = read(f"The pastures are split into {sign} areas.", ()).sentences
    assert sentence.counts == ()
