"""The check on captions in a language model's wording: right ones pass, spoilt ones do not."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bentxt.captions.caption_check import Strictness, check_caption
from worlds.caption_tables import STRICT
from worlds.worded_captions import FOREST, MARGINS, PLAIN, WETLANDS, findings, kinds

RIGHT = [
    (
        MARGINS,
        "Almost entirely taken up by arable land (132 ha), this Serbian winter image also shows "
        "pastures and urban "
        "fabric, each below 5 %. The arable land borders both of them. The climate zone is {zone}.",
    ),
    (
        MARGINS,
        "Arable land covers 132 ha of this Serbian winter image. Two further classes appear only marginally, "
        "each on less than 5 % (72,000 sqm): pastures and urban fabric. The arable land borders both "
        "pastures "
        "and urban fabric. The climate zone is {zone}.",
    ),
    (
        MARGINS,
        "Arable land covers 132 ha of this Serbian winter image, and a marginal part of the scene, less than "
        "5 % (72,000 sqm), is pastures, which border the arable land. Urban fabric, i.e. another class below "
        "5 %, touches only the arable land. The climate zone is {zone}.",
    ),
    (
        WETLANDS,
        "Summer in Switzerland: arable land (526,000 m²) and inland wetlands (460,000 m²) dominate "
        "this satellite image, which lies in the {zone} climate zone. Both classes border urban fabric, "
        "which covers 149,000 m² in three marginal areas, and they also border each other. Inland "
        "waters (305,000 m²) touch only the inland wetlands.",
    ),
    (
        WETLANDS,
        "This Swiss summer scene, which falls within the {zone} climate zone, is dominated by arable "
        "land, which spans approximately 526,000 square meters and is directly adjacent to inland "
        "wetlands covering some 460,000 square meters. The wetlands, in turn, border inland waters "
        "(305,000 square meters). Urban fabric, totaling 149,000 square meters and split into three "
        "marginal areas, touches both the arable land and the wetlands.",
    ),
    (
        WETLANDS,
        "Captured during summertime in Switzerland, the image features 52.6 ha of arable land, 46 ha "
        "of inland wetlands, 30.5 ha of inland waters and 14.9 ha of urban fabric, the latter broken "
        "up into three marginal patches. While the arable land shares a boundary with the wetlands "
        "and the urban fabric, the wetlands also abut the water and the urban fabric. The area "
        "belongs to the {zone} climate zone.",
    ),
    (
        WETLANDS,
        "The image, acquired over Switzerland in the summer months, shows a landscape of arable land "
        "(about 37% of the scene, or 526,000 sqm), inland wetlands (about 32%, 460,000 sqm), inland "
        "waters (about 21%, 305,000 sqm), and urban fabric (about 10%, 149,000 sqm). The arable land "
        "meets the inland wetlands and the urban fabric; the inland wetlands are also contiguous with "
        "the inland waters and the urban fabric. The urban fabric is made up of three individual "
        "areas, each of which is marginal. Its climate zone is {zone}.",
    ),
    (
        WETLANDS,
        "In this summer view of Switzerland, within the {zone} climate zone, arable land is the largest "
        "class at roughly 526,000 square meters, closely followed by inland wetlands at about 460,000 "
        "square meters; together they make up more than two thirds of the image. Inland waters take "
        "up a further 305,000 square meters and urban fabric the remaining 149,000 square meters, "
        "scattered over three marginal areas. The arable land adjoins the inland wetlands and the "
        "urban fabric, and the inland wetlands adjoin the urban fabric and the inland waters, whereas "
        "the inland waters touch neither the arable land nor the urban fabric.",
    ),
    (
        WETLANDS,
        "Set in Switzerland's {zone} climate zone, this summer image contains four classes. Arable land, "
        "the most extensive at ~526,000 sqm, lies alongside inland wetlands (~460,000 sqm) and urban "
        "fabric (~149,000 sqm). The urban fabric, which also borders the inland wetlands, falls into "
        "three small marginal areas. Next to the inland wetlands are inland waters (~305,000 sqm).",
    ),
    (
        WETLANDS,
        "Arable land and inland wetlands, with 526,000 and 460,000 square meters respectively, are "
        "the two dominant classes of this summer image from Switzerland. They are neighbors, and each "
        "of them also has a border with the urban fabric (149,000 square meters), which consists of "
        "three marginal areas. Inland waters (305,000 square meters) border the inland wetlands, but "
        "not the arable land or the urban fabric. The climate zone is {zone}.",
    ),
    (
        FOREST,
        "Mixed forest blankets most of this autumn scene from Austria, extending over roughly 900,000 "
        "square meters. To a lesser extent there are pastures (about 330,000 square meters), urban "
        "fabric (about 110,000 square meters) and arable land (about 100,000 square meters). The "
        "mixed forest borders both the pastures and the arable land. The arable land also touches the "
        "pastures and the urban fabric. Two of the classes are fragmented: the pastures into one "
        "smaller area (300,000 square meters) and one marginal area, and the urban fabric into two "
        "marginal areas. The scene lies in the {zone} climate zone.",
    ),
    (
        FOREST,
        "With 900,000 square meters, mixed forest accounts for more than half of this fall image, "
        "taken in Austria in the {zone} climate zone. It shares borders with pastures (330,000 square "
        "meters) and arable land (100,000 square meters), which also border each other. The arable "
        "land is additionally in contact with urban fabric (110,000 square meters), which is divided "
        "into two marginal areas. The pastures are likewise divided into two: a smaller area of "
        "300,000 square meters and a marginal one.",
    ),
    (
        FOREST,
        "This Austrian autumn landscape, part of the {zone} climate zone, is predominantly mixed forest "
        "(~900,000 sqm). Adjacent to it are pastures (~330,000 sqm), comprising one smaller area of "
        "~300,000 sqm and one marginal area, and arable land (~100,000 sqm). The latter is surrounded "
        "by mixed forest, pastures and urban fabric (~110,000 sqm), and the urban fabric is spread "
        "over two marginal areas.",
    ),
    (
        FOREST,
        "The largest class in this image of Austria, recorded in fall, is mixed forest with "
        "approximately 900,000 square meters. Pastures follow with approximately 330,000 square "
        "meters, ahead of urban fabric with approximately 110,000 square meters and arable land with "
        "approximately 100,000 square meters. Pastures occur as one smaller area of about 300,000 "
        "square meters plus one marginal area; urban fabric occurs as two marginal areas. Borders "
        "exist between mixed forest and pastures, mixed forest and arable land, pastures and arable "
        "land, as well as arable land and urban fabric. The {zone} climate zone prevails here.",
    ),
]


@pytest.mark.parametrize(("facts", "text"), RIGHT)
def test_right_captions_pass(facts, text):
    assert findings(text, facts) == []


WRONG = [
    (
        MARGINS,
        "Entirely taken up by arable land (132 ha), this Serbian winter image also shows pastures and urban "
        "fabric, each below 5 %. The arable land borders both of them. The climate zone is {zone}.",
    ),
    (
        MARGINS,
        "Arable land covers 132 ha of this Serbian winter image, and a marginal part of the scene, less than "
        "2 % (29,000 sqm), is pastures, which border the arable land. Urban fabric, i.e. another class below "
        "5 %, touches only the arable land. The climate zone is {zone}.",
    ),
    (
        MARGINS,
        "Arable land covers 132 ha of this Serbian winter image. Two classes appear only marginally, "
        "each on less than 5 % (72,000 sqm): arable land and urban fabric. The arable land borders both "
        "pastures and urban fabric. The climate zone is {zone}.",
    ),
    (
        WETLANDS,
        "Summer in Switzerland: arable land (526,000 m²) and inland wetlands (460,000 m²) dominate "
        "this satellite image, which lies in the {zone} climate zone. Both classes border urban fabric, "
        "which covers 149,000 m² in three marginal areas, and inland waters (305,000 m²), and they "
        "also border each other.",
    ),
    (
        WETLANDS,
        "This Swiss summer scene, which falls within the {zone} climate zone, is dominated by arable "
        "land, which spans approximately 526,000 square meters and is directly adjacent to inland "
        "wetlands covering some 460,000 square meters. The wetlands, in turn, border inland waters "
        "(305,000 square meters). Urban fabric, totaling 149,000 square meters and split into three "
        "marginal areas, touches the arable land, the waters and the wetlands.",
    ),
    (
        WETLANDS,
        "Captured during summertime in Switzerland, the image features 52.6 ha of arable land, 30.5 "
        "ha of inland wetlands, 46 ha of inland waters and 14.9 ha of urban fabric, the latter broken "
        "up into three marginal patches. While the arable land shares a boundary with the wetlands "
        "and the urban fabric, the wetlands also abut the water and the urban fabric. The area "
        "belongs to the {zone} climate zone.",
    ),
    (
        WETLANDS,
        "In this summer view of Switzerland, within the {zone} climate zone, inland wetlands are the "
        "largest class at roughly 460,000 square meters, closely followed by arable land at about "
        "526,000 square meters. Inland waters take up a further 305,000 square meters and urban "
        "fabric the remaining 149,000 square meters, scattered over three marginal areas. The arable "
        "land adjoins the inland wetlands and the urban fabric, and the inland wetlands adjoin the "
        "urban fabric and the inland waters.",
    ),
    (
        WETLANDS,
        "Arable land and inland wetlands, with 460,000 and 526,000 square meters respectively, are "
        "the two dominant classes of this summer image from Switzerland. They are neighbors, and each "
        "of them also has a border with the urban fabric (149,000 square meters), which consists of "
        "three marginal areas. Inland waters (305,000 square meters) border the inland wetlands. The "
        "climate zone is {zone}.",
    ),
    (
        WETLANDS,
        "Arable land and inland wetlands, with 526,000 and 460,000 square meters respectively, are "
        "the two dominant classes of this summer image from Switzerland. They are neighbors, and each "
        "of them also has a border with the urban fabric (149,000 square meters), which consists of "
        "three marginal areas. Inland waters (305,000 square meters) border the inland wetlands, and "
        "they feed the fields with water. The climate zone is {zone}.",
    ),
    (
        FOREST,
        "With 900,000 square meters, mixed forest accounts for more than half of this fall image, "
        "taken in Austria in the {zone} climate zone. It shares borders with pastures (330,000 square "
        "meters) and arable land (100,000 square meters), which do not border each other. The arable "
        "land is additionally in contact with urban fabric (110,000 square meters), which is divided "
        "into two marginal areas. The pastures are likewise divided into two: a smaller area of "
        "300,000 square meters and a marginal one.",
    ),
    (
        FOREST,
        "With 900,000 square meters, mixed forest accounts for more than half of this fall image, "
        "taken in Austria in the {zone} climate zone. It shares borders with pastures (330,000 square "
        "meters), urban fabric and arable land (100,000 square meters), and the pastures border the "
        "arable land. The arable land is additionally in contact with urban fabric (110,000 square "
        "meters), which is divided into two marginal areas. The pastures are likewise divided into "
        "two: a smaller area of 300,000 square meters and a marginal one.",
    ),
    (
        FOREST,
        "With 900,000 square meters, mixed forest accounts for more than three quarters of this fall "
        "image, taken in Austria in the {zone} climate zone. It shares borders with pastures (330,000 "
        "square meters) and arable land (100,000 square meters), which also border each other. The "
        "arable land is additionally in contact with urban fabric (110,000 square meters), which is "
        "divided into two marginal areas. The pastures are likewise divided into two: a smaller area "
        "of 300,000 square meters and a marginal one.",
    ),
    (
        FOREST,
        "With 900,000 square meters, mixed forest accounts for more than half of this fall image, "
        "taken in Austria in the {zone} climate zone. It shares borders with pastures (330,000 square "
        "meters) and arable land (100,000 square meters), which also border each other. The arable "
        "land is additionally in contact with urban fabric (110,000 square meters), which is divided "
        "into two marginal areas. The pastures are likewise divided into two: a larger area of "
        "250,000 square meters and a marginal one.",
    ),
    (
        FOREST,
        "With 900,000 square meters, mixed forest accounts for more than half of this fall image, "
        "taken in Austria in the {zone} climate zone. It shares borders with pastures (330,000 square "
        "meters) and arable land (100,000 square meters), which also border each other. The arable "
        "land is additionally in contact with urban fabric (110,000 square meters), which is a single "
        "area. The pastures are divided into two: a smaller area of 300,000 square meters and a "
        "marginal one.",
    ),
    (
        FOREST,
        "This Austrian autumn landscape near Graz, part of the {zone} climate zone, is predominantly "
        "mixed forest (~900,000 sqm). Adjacent to it are pastures (~330,000 sqm), comprising one "
        "smaller area of ~300,000 sqm and one marginal area, and arable land (~100,000 sqm). The "
        "latter is surrounded by mixed forest, pastures and urban fabric (~110,000 sqm), and the "
        "urban fabric is spread over two marginal areas.",
    ),
    (
        FOREST,
        "This Austrian autumn landscape, part of the {zone} climate zone, is predominantly mixed forest "
        "(~900,000 sqm), which has spread because grazing was given up. Adjacent to it are pastures "
        "(~330,000 sqm), comprising one smaller area of ~300,000 sqm and one marginal area, and "
        "arable land (~100,000 sqm). The latter is surrounded by mixed forest, pastures and urban "
        "fabric (~110,000 sqm), and the urban fabric is spread over two marginal areas.",
    ),
    (
        FOREST,
        "This Austrian autumn landscape, part of the {zone} climate zone, is predominantly pastures "
        "(~330,000 sqm). Adjacent to them are mixed forest (~900,000 sqm), and arable land (~100,000 "
        "sqm). The pastures comprise one smaller area of ~300,000 sqm and one marginal area. The "
        "arable land is surrounded by mixed forest, pastures and urban fabric (~110,000 sqm), and the "
        "urban fabric is spread over two marginal areas.",
    ),
]


@pytest.mark.parametrize(("facts", "text"), WRONG)
def test_a_fact_that_is_wrong_or_invented_is_found(facts, text):
    assert findings(text, facts)


SPOILT = [
    # (replaced, by, kind of the finding)
    ("900,000 sqm", "909,000 sqm", "wrong area"),
    ("900,000 sqm", "900,000 acres", "foreign unit"),
    ("900,000 sqm", "900.000.0 sqm", "broken number"),
    ("330,000 sqm), urban fabric (110,000", "110,000 sqm), urban fabric (330,000", "wrong area"),
    ("Mixed forest (900,000 sqm) is the largest", "Pastures (330,000 sqm) are the largest", "wrong rank"),
    ("into two areas", "into three areas", "wrong count"),
    ("two marginal areas.", "three marginal areas.", "wrong count"),
    ("borders pastures and arable", "borders pastures, urban fabric and arable", "false border"),
    ("forest borders pastures", "forest does not border pastures", "denied border"),
    ("the arable land borders pastures and urban fabric", "it borders pastures", "missing border"),
    ("; the arable land borders pastures and urban fabric", "", "missing border"),
    (", one smaller (300,000 sqm) and one marginal", ", both of them smaller", "wrong count"),
    (", and the urban fabric into two marginal areas", "", "missing count"),
    ("urban fabric (110,000 sqm)", "urban fabric", "missing area"),
    ("urban fabric (110,000 sqm)", "urban fabric (less than 5%)", "wrong area"),
    ("in fall", "in winter", "wrong season"),
    ("Austria", "Tyrol", "missing country"),
    ("Austria", "Austria, near Zwettl", "unknown word"),
    ("Austria", "Austria, near Vienna", "invented object"),
    ("pastures (330,000 sqm)", "pastures (330,000 sqm) with cattle", "invented object"),
    ("marginal areas.", "marginal areas, due to grazing.", "invented cause"),
    ("marginal areas.", "marginal areas. Das Bild zeigt eine Landschaft mit Wiesen.", "unknown word"),
    ("marginal areas.", "marginal areas. Kuvassa on metsaa ja peltoa.", "unknown word"),
    ("marginal areas.", "marginal areas. Let me know if you need changes.", "remark"),
    ("marginal areas.", "marginal areas. (Note: areas are kept.)", "remark"),
    ("Taken in", "Here is the caption: Taken in", "remark"),
    ("Taken in", "I keep all facts.</think>Taken in", "thought"),
    ("marginal areas.", "marginal areas.<|eot|>", "special token"),
    ("borders pastures and arable", "borders 'pastures' and arable", "quotation marks"),
    ("borders pastures and arable", "borders `pastures` and arable", "markup"),
    ("borders pastures and arable", "borders _pastures_ and arable", "markup"),
    (
        "marginal areas.",
        "marginal areas. Mixed forest touches pastures. Also, pastures meet mixed forest.",
        "repeated",
    ),
    ("into two marginal areas.", "into two", "cut off"),
    # What a sentence behind the others adds.
    *(
        ("marginal areas.", f"marginal areas. {sentence}", kind)
        for sentence, kind in (
            ("A boundary between mixed forest and urban fabric is also visible.", "false border"),
            (
                "The mixed forest borders the pastures, which in turn are adjacent to urban fabric.",
                "false border",
            ),
            ("Taken together, agricultural areas cover about 330,000 square meters.", "wrong area"),
            ("It borders arable land. It borders arable land.", "repeated"),
            ("A boundary between mixed forest and pastures is also visible.", "repeated"),
            ("Mixed forest and pastures touch each other.", "repeated"),
            ("An area of 330,000 sqm is covered by pastures.", "repeated"),
            ("The image was taken near the national border.", "invented object"),
            ("The scene lies close to the capital.", "invented object"),
            ("The vegetation suffers from a long drought.", "invented object"),
            ("The fields recover from heavy rainfall.", "invented cause"),
            ("Several land covers meet here.", "phrase to avoid"),
        )
    ),
    ("and arable land (100,000", "and arable land land (100,000", "doubled word"),
]


@pytest.mark.parametrize(
    "sentence",
    [
        "The mixed forest borders the pastures, which in turn are adjacent to arable land.",
        "Taken together, agricultural areas cover about 430,000 square meters.",
        "Arable land covers another part of the image.",
    ],
)
def test_a_true_statement_in_the_same_words_is_no_finding(sentence):
    assert findings(f"{PLAIN} {sentence}", FOREST) == []


@pytest.mark.parametrize(("old", "new", "kind"), SPOILT)
def test_each_kind_of_damage_is_found_by_its_kind(old, new, kind):
    assert findings(PLAIN, FOREST) == []
    assert old in PLAIN
    assert kind in kinds(PLAIN.replace(old, new), FOREST)


#: A part of the plain caption, the same in other words, and spoilt in these words, with the finding's kind.
REWORDED = [
    (
        "two marginal areas.",
        "two marginal areas. So looks this corner of Austria, in a nutshell; pastures supply 33 ha.",
        "two marginal areas. A wood fills the upper corner, and it supplies the people.",
        "invented object",
    ),
    (
        "The mixed forest borders pastures and arable land; the",
        "Pastures meet forest, forest meets arable land, arable land meets pastures, and 33 ha fall to the "
        "pastures; the",
        "Pastures meet forest, forest, arable land; the",
        "doubled word",
    ),
    (
        "image lies in",
        "image, i.e. the whole scene overall, lies in",
        "image, i.e. the whole bridge overall, lies in",
        "invented object",
    ),
    (
        "one smaller (300,000 sqm) and one marginal",
        "one smaller (300,000 sqm) and one marginal islet",
        "one smaller (300,000 sqm) and one marginal, dotted with islets",
        "invented object",
    ),
    (
        "arable land borders pastures",
        "arable land, little else, borders pastures",
        "arable land, used mainly for housing, borders pastures",
        "invented cause",
    ),
    (
        "two marginal areas.",
        "two marginal areas. Consisting of two marginal areas, the urban fabric is the third-largest class.",
        "two marginal areas. Consisting of two marginal areas, the urban fabric spans 110,000 sqm.",
        "repeated",
    ),
    (
        "two marginal areas.",
        "two marginal areas, both of them small.",
        "two marginal areas. The urban fabric consists of two marginal areas.",
        "repeated",
    ),
    (
        "two marginal areas.",
        "two marginal areas. The mixed forest fills 62.5% of the scene.",
        "two marginal areas. The mixed forest fills 90 hectares of the scene.",
        "repeated",
    ),
]


@pytest.mark.parametrize(("old", "right", "wrong", "kind"), REWORDED)
def test_other_words_are_read_and_spoilt_they_are_found(old, right, wrong, kind):
    assert old in PLAIN
    assert findings(PLAIN.replace(old, right), FOREST) == []
    assert kind in kinds(PLAIN.replace(old, wrong), FOREST)


def test_a_last_word_both_is_no_end_within_a_sentence():
    assert not [f for f in findings(f"{PLAIN} The pastures are next to both.", FOREST) if f[0] == "cut off"]
    assert "cut off" in [f[0] for f in findings(f"{PLAIN} The pastures are next to the.", FOREST)]


def test_a_finding_names_the_fact_and_the_place_in_the_text():
    text = PLAIN.replace("{zone}", f'"{FOREST.climate_zone}"').replace("330,000", "331,000")
    (wrong, missing) = check_caption(text, FOREST, STRICT).findings
    assert (wrong.criterion, wrong.kind) == ("factually_accurate", "wrong area")
    assert wrong.message == "area of pastures: 331,000 sqm; it has 330,000 m²"
    assert text[wrong.start : wrong.stop] == "331,000 sqm"
    assert (missing.criterion, missing.message) == (
        "complete",
        "not stated: the area of pastures, 330,000 m²",
    )
    assert missing.start is None


def test_strictness_can_leave_out_borders_and_counts_and_know_more_words():
    no_borders = PLAIN.replace("; the arable land borders pastures and urban fabric", "")
    no_counts = PLAIN.replace(", and the urban fabric into two marginal areas", "")
    zamok = PLAIN.replace("this image", "this zamok image")
    for text, lenient in (
        (no_borders, Strictness(borders=False, counts=True, words=())),
        (no_counts, Strictness(borders=True, counts=False, words=())),
        (zamok, Strictness(borders=True, counts=True, words=("zamok",))),
    ):
        assert findings(text, FOREST)
        assert findings(text, FOREST, lenient) == []


@given(st.sampled_from(["900,000", "330,000", "110,000", "100,000"]), st.integers(73, 1440))
def test_a_caption_with_a_wrong_number_never_passes(old, thousands):
    true = {900, 330, 300, 110, 100}
    assume(thousands not in true)
    assert findings(PLAIN.replace(f"({old} sqm)", f"({thousands * 1000:,} sqm)"), FOREST)
