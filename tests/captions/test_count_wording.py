"""The check on numbers of areas in many wordings: right ones pass, one wrong number does not."""

import pytest

from bentxt.captions.caption_facts import caption_facts
from worlds.caption_tables import RULES
from worlds.worded_captions import COUNTS, FOREST, PLAIN, findings, kinds

WORDINGS = [
    (
        "The pastures consist of one smaller area of 300,000 sqm and one marginal area, the urban fabric of "
        "two marginal ones."
    ),
    (
        "Both pastures and urban fabric occur in two areas: the former in a smaller one of 300,000 sqm and a "
        "marginal one, the latter in two marginal ones."
    ),
    (
        "Pastures appear twice, as a smaller area (300,000 sqm) and as a marginal one, and urban fabric "
        "likewise occupies two areas, both marginal."
    ),
    (
        "While the pastures are split between a smaller area of 300,000 sqm and a marginal one, the urban "
        "fabric comprises two marginal areas."
    ),
    (
        "Pastures form two separate patches, the larger of which measures 300,000 sqm while the other is "
        "marginal; the urban fabric forms two marginal patches."
    ),
    (
        "The pastures comprise two parcels, namely a smaller parcel of 300,000 sqm and a marginal parcel; "
        "the two parcels of urban fabric are both marginal."
    ),
    (
        "Two areas of pastures can be told apart, a smaller one covering 300,000 sqm and a marginal one, as "
        "can two marginal areas of urban fabric."
    ),
    (
        "Of the two areas of pastures, one measures 300,000 sqm and the other is marginal; both areas of "
        "urban fabric are marginal."
    ),
    (
        "In the case of the pastures, there are two areas (a smaller one of 300,000 sqm and a marginal one); "
        "in that of urban fabric, there are two marginal ones."
    ),
    (
        "The pastures are not contiguous: there is one smaller area of 300,000 sqm and one marginal area. "
        "The urban fabric, too, is divided into two areas, each of them marginal."
    ),
    (
        "The pastures fall into a smaller area with 300,000 sqm and a second, marginal area, the urban "
        "fabric into two marginal areas."
    ),
    (
        "One smaller area of 300,000 sqm and one marginal area make up the pastures, and two marginal areas "
        "make up the urban fabric."
    ),
    (
        "Pastures are found in two places, a smaller area of 300,000 sqm and a marginal one of less than "
        "72,000 sqm; urban fabric in two marginal areas of less than 72,000 sqm each."
    ),
    (
        "The pastures are broken into two pieces – 300,000 sqm and less than 5% of the image – and the urban "
        "fabric into two, neither of them exceeding 5% of the image."
    ),
    (
        "Two distinct areas constitute the pastures, of which one is of 300,000 sqm and the other one below "
        "5% of the image; the urban fabric is dispersed over two marginal plots."
    ),
    (
        "Nearly all of the pastures (300,000 sqm) form a single smaller area, with the rest in a marginal "
        "one; urban fabric is scattered over two marginal areas."
    ),
    (
        "The pastures have a smaller area of 300,000 sqm plus a marginal one, and the urban fabric has two "
        "marginal areas."
    ),
    (
        "Pastures are represented by 2 areas (one smaller, ~300,000 sqm, and one marginal), urban fabric by "
        "2 marginal areas."
    ),
    (
        "The pastures' two areas are a smaller one of 300,000 sqm and a marginal one; the urban fabric's two "
        "areas are both marginal."
    ),
    (
        "Neither the pastures nor the urban fabric are contiguous: the former fall into one smaller area of "
        "300,000 sqm and one marginal area, the latter into two marginal areas."
    ),
    (
        "The pastures are split up into two areas: 300,000 sqm lie in a smaller one, and what is left lies "
        "in a marginal one. Two marginal areas form the urban fabric."
    ),
    (
        "Pastures come in two parts, the bigger one being 300,000 sqm and the other one marginal, urban "
        "fabric in two marginal parts."
    ),
]
#: A part of the plain caption, the same in other words, and spoilt in these words, with the finding's kind.
REWORDED = [
    (
        COUNTS,
        "The pastures come with one smaller part of 300,000 sqm and one marginal part; the urban fabric "
        "falls into two marginal areas. Both of these minor classes are among the four.",
        "The pastures come with one smaller part of 300,000 sqm and two marginal parts; the urban fabric "
        "falls into two marginal areas.",
        "wrong count",
    ),
    (
        "into two areas, one smaller (300,000 sqm) and one marginal",
        "into one smaller expanse of 300,000 sqm plus one marginal fragment",
        "into one smaller expanse of 300,000 sqm plus three marginal fragments",
        "wrong count",
    ),
    (
        "into two areas, one smaller (300,000 sqm) and one marginal",
        "into two stands, of which one is smaller (300,000 sqm) and one is marginal",
        "into two stands, of which one is smaller (300,000 sqm) and two are marginal",
        "wrong count",
    ),
    (
        "The pastures fall into two areas, one smaller (300,000 sqm) and one marginal, and",
        "Of the pastures, 300,000 sqm are found in one smaller area, while a second area is only "
        "marginal, and",
        "Of the pastures, 300,000 sqm are found in one smaller area, and",
        "missing count",
    ),
    (
        "The pastures fall into two areas, one smaller (300,000 sqm) and one marginal, and",
        "Of the pastures, one area alone accounts for 300,000 sqm, a second is marginal, and",
        "Of the pastures, one area alone accounts for 300,000 sqm, and",
        "missing count",
    ),
    (
        "pastures (330,000 sqm), urban",
        "pastures (330,000 sqm), of which 300,000 sqm lie in one smaller area and the rest in one "
        "marginal, urban",
        "pastures (330,000 sqm), of which 300,000 sqm lie in one smaller area and the rest in four "
        "marginal ones, "
        "urban",
        "wrong count",
    ),
    (
        "urban fabric (110,000 sqm) and arable land (100,000 sqm)",
        "arable land (100,000 sqm) and, in two marginal areas, urban fabric (110,000 sqm)",
        "arable land (100,000 sqm) and, in three marginal areas, urban fabric (110,000 sqm)",
        "wrong count",
    ),
    # One area by the bound that it stays below.
    *(
        (
            "into two areas, one smaller (300,000 sqm) and one marginal",
            f"into {right}",
            f"into {wrong}",
            "wrong count",
        )
        for right, wrong in (
            (
                "one area of 300,000 sqm and one of less than 5% (72,000 sqm)",
                "one area of 300,000 sqm and two of less than 5% (72,000 sqm)",
            ),
            (
                "two areas, one 300,000 sqm in size and one below 5%",
                "one of 300,000 sqm and three areas below 5%",
            ),
            (
                "one piece of 300,000 sqm and a second one smaller than 5%",
                "one piece of 300,000 sqm and two others smaller than 5%",
            ),
            (
                "two areas, one of which has 300,000 sqm while the other falls short of 5%",
                "two areas, one of which has 300,000 sqm while the other two fall short of 5%",
            ),
            (
                "one area measuring 300,000 sqm and another that stays below 5% (72,000 sqm)",
                "one area measuring 300,000 sqm and another three that stay below 5% (72,000 sqm)",
            ),
            (
                "areas of which one has 300,000 sqm and one covers less than 5% of the image (72,000 sqm)",
                "areas of which one has 300,000 sqm and two cover less than 5% of the image (72,000 sqm)",
            ),
        )
    ),
    (
        "The pastures fall into two areas, one smaller (300,000 sqm) and one marginal, and",
        "Of the pastures, 300,000 sqm belong to one area and the rest to a second one below 5%, and",
        "Of the pastures, 300,000 sqm belong to one area and the rest to three others below 5%, and",
        "wrong count",
    ),
    (
        "The pastures fall into two areas, one smaller (300,000 sqm) and one marginal, and",
        "The pastures do not form one block but have one of 300,000 sqm and an additional marginal one, and",
        "The pastures form one block, and",
        "wrong count",
    ),
    (
        "the urban fabric into two marginal areas.",
        "none of the two areas into which the urban fabric is divided reaches 5% (72,000 sqm).",
        "none of the six areas into which the urban fabric is divided reaches 5% (72,000 sqm).",
        "wrong count",
    ),
    # A number whose noun stands elsewhere.
    *(
        (COUNTS, right, wrong, "wrong count")
        for right, wrong in (
            (
                "Two parts make up the urban fabric, and two likewise the pastures.",
                "Two parts make up the urban fabric, and three likewise the pastures.",
            ),
            (
                "Two areas belong to the pastures and two, marginal throughout, to the urban fabric.",
                "Two areas belong to the pastures and six, marginal throughout, to urban fabric.",
            ),
            (
                "The pastures form two areas; urban fabric also two, both of them marginal.",
                "Pastures form two areas; urban fabric also four.",
            ),
            (
                "The pastures fall into two areas, one marginal; urban fabric is there, which borders "
                "arable land and is split into two areas.",
                "The pastures fall into two areas, one marginal; urban fabric is there, which borders "
                "arable land and is split into three areas.",
            ),
            (
                "Both pastures and urban fabric are parted, the former consisting of two areas, the latter "
                "of two.",
                "Both pastures and urban fabric are parted, the former consisting of two areas, the latter "
                "of four.",
            ),
            (
                "Pastures have 300,000 sqm in one area and the rest in another, marginal one, while the "
                "urban fabric has two areas.",
                "Pastures have 300,000 sqm in one area and the rest in three other, marginal ones, while "
                "urban fabric has two areas.",
            ),
            (
                "Two separate areas constitute the urban fabric; pastures have two, one of them marginal.",
                "Two separate areas constitute the urban fabric; pastures have five, one of them marginal.",
            ),
            (
                "Pastures comprise a 300,000 sqm area and a marginal one, urban fabric two fragments.",
                "Pastures comprise a 300,000 sqm area and three marginal ones, urban fabric two.",
            ),
            (
                "The pastures consist of a piece of 300,000 sqm plus a marginal part, urban fabric of two "
                "individually marginal areas.",
                "The pastures consist of a piece of 300,000 sqm plus a marginal part, urban fabric of five "
                "individually marginal areas.",
            ),
        )
    ),
    *(
        (
            "The pastures fall into two areas, one smaller (300,000 sqm) and one marginal, and",
            right,
            wrong,
            kind,
        )
        for right, wrong, kind in (
            (
                "Pastures are parted into a smaller and a marginal area, and",
                "Pastures are parted into a smaller area, and",
                "missing count",
            ),
            (
                "Of the pastures, most lies in a smaller area of 300,000 sqm that is accompanied by a "
                "marginal one, and",
                "Of the pastures, most lies in a smaller area of 300,000 sqm, and",
                "missing count",
            ),
            (
                "Pastures have 330,000 sqm, of which a smaller area holds 300,000 sqm and a marginal one the "
                "rest, and",
                "Pastures have 330,000 sqm, of which a smaller area holds 300,000 sqm, and",
                "missing count",
            ),
        )
    ),
    *(
        (
            "The pastures fall into two areas, one smaller (300,000 sqm) and one marginal, and",
            right,
            wrong,
            kind,
        )
        for right, wrong, kind in (
            (
                "Pastures are found in a smaller area of 300,000 sqm, a marginal one beside it, and",
                "Pastures are found in an area of 300,000 sqm, and",
                "missing count",
            ),
            (
                "Pastures form one area of 300,000 sqm and a marginal second, and",
                "Pastures form an area of 300,000 sqm, and",
                "missing count",
            ),
            (
                "The image also shows pastures. These consist of one smaller area and one marginal area, and",
                "The image also shows pastures. These consist of one smaller area, and",
                "missing count",
            ),
            (
                "The image also shows pastures. Their 330,000 sqm lie in one smaller area (300,000 sqm) and "
                "one marginal area, and",
                "The image also shows pastures. Their 330,000 sqm lie in one smaller area (300,000 sqm), and",
                "missing count",
            ),
            (
                "Two classes are each split into two areas: the pastures, with one of 300,000 sqm and one "
                "that is marginal, and urban fabric. Of these,",
                "Two classes are each split into four areas: the pastures, with one of 300,000 sqm and one "
                "that is marginal, and urban fabric. Of these,",
                "wrong count",
            ),
            (
                "Pastures cover 330,000 sqm, of which roughly 300,000 form a smaller area, with a second, "
                "marginal area besides, and",
                "Pastures cover 330,000 sqm, of which roughly 300,000 form a smaller area, and",
                "missing count",
            ),
            (
                "The image consists of four classes only. Pastures lie in more than one area, namely in a "
                "smaller one (300,000 sqm) and a marginal one, and",
                "The image consists of four classes only. Pastures lie in more than one area, and",
                "missing count",
            ),
        )
    ),
    (
        "The pastures fall into two areas, one smaller (300,000 sqm) and one marginal, and",
        "Apart from forest and arable land, every class is in two areas. Not one of them is large, and",
        "Every class is in two areas, and",
        "wrong count",
    ),
]


@pytest.mark.parametrize("counts", WORDINGS)
def test_numbers_of_areas_are_read_in_any_wording(counts):
    assert findings(PLAIN.replace(COUNTS, counts), FOREST) == []
    for old, new in (
        ("300,000", "308,000"),
        ("two marginal", "three marginal"),
        ("two areas", "three areas"),
    ):
        spoilt = counts.replace(old, new, 1)
        assert spoilt == counts or findings(PLAIN.replace(COUNTS, spoilt), FOREST)


@pytest.mark.parametrize(("old", "right", "wrong", "kind"), REWORDED)
def test_numbers_of_areas_in_other_words_are_read_and_spoilt_they_are_found(old, right, wrong, kind):
    assert old in PLAIN
    assert findings(PLAIN.replace(old, right), FOREST) == []
    assert kind in kinds(PLAIN.replace(old, wrong), FOREST)


def test_areas_behind_a_border_with_all_others_are_those_of_its_subject():
    facts = caption_facts(
        "Y",
        "Serbia",
        "Summer",
        "Temperate, no dry season, hot summer",
        {2: [8000, 1000], 4: [3000], 17: [2400]},
        [(2, 4), (2, 17)],
        RULES,
    )
    text = (
        "In this Serbian summer image arable land (900,000 sqm) touches both others and is divided into two "
        "areas, one large (~{large},000 sqm) and one smaller (~100,000 sqm). Pastures cover 300,000 sqm and "
        "inland waters 240,000 sqm. Climate zone: {{zone}}."
    )
    assert findings(text.format(large=800), facts) == []
    assert kinds(text.format(large=810), facts) == ["wrong area"]
