"""The check on areas and numbers of areas in many wordings: right ones pass, one wrong number does not."""

import pytest

from bentxt.captions.caption_check import check_caption
from bentxt.captions.caption_facts import caption_facts
from worlds.caption_tables import RULES, STRICT

FACTS = caption_facts(
    "P",
    "Austria",
    "Fall",
    "Cold, no dry season, warm summer",
    {10: [9000], 4: [3000, 300], 2: [1000], 0: [600, 500]},
    [(4, 10), (2, 10), (2, 4), (0, 2)],
    RULES,
)
PLACE = f'Taken in fall in Austria, this image lies in the "{FACTS.climate_zone}" climate zone.'
BORDERS = (
    "The mixed forest borders pastures and arable land; the arable land borders pastures and urban fabric."
)
AREAS = (
    "Mixed forest (900,000 sqm) is the largest class, followed by pastures (330,000 sqm), urban fabric "
    "(110,000 sqm) and arable land (100,000 sqm)."
)
COUNTS = (
    "The pastures fall into two areas, one smaller (300,000 sqm) and one marginal, and the urban fabric "
    "into two marginal areas."
)
WORDINGS_OF_AREAS = [
    (
        "Mixed forest takes the lion's share with 900,000 sqm, ahead of pastures with 330,000 sqm, urban "
        "fabric with 110,000 sqm and arable land with 100,000 sqm."
    ),
    (
        "Of the 144 hectares shown, 90 ha belong to mixed forest, 33 ha to pastures, 11 ha to urban fabric "
        "and 10 ha to arable land."
    ),
    (
        "Some 62.5 % of the patch, i.e. 900,000 sqm, is mixed forest; a further 330,000 sqm are pastures, "
        "110,000 sqm urban fabric and 100,000 sqm arable land."
    ),
    (
        "At 900,000 sqm, mixed forest is nearly three times as extensive as pastures at 330,000 sqm; urban "
        "fabric accounts for 110,000 sqm and arable land for 100,000 sqm."
    ),
    (
        "Mixed forest heads the list with 900,000 sqm, pastures come second with 330,000 sqm, urban fabric "
        "third with 110,000 sqm and arable land last with 100,000 sqm."
    ),
    (
        "With 900,000 sqm, mixed forest is the dominant class. The remaining 540,000 sqm are shared by "
        "pastures (330,000 sqm), urban fabric (110,000 sqm) and arable land (100,000 sqm)."
    ),
    (
        "Just over three fifths of the scene (900,000 sqm) consist of mixed forest, just under a quarter "
        "(330,000 sqm) of pastures, and the remainder of urban fabric (110,000 sqm) and arable land (100,000 "
        "sqm)."
    ),
    (
        "Mixed forest and pastures cover 900,000 sqm and 330,000 sqm, respectively; urban fabric and arable "
        "land, at 110,000 sqm and 100,000 sqm, are considerably smaller."
    ),
    (
        "The extents are as follows: mixed forest 900,000 sqm, pastures 330,000 sqm, urban fabric 110,000 "
        "sqm and arable land 100,000 sqm."
    ),
    (
        "Approximately 900,000 sqm of the image are occupied by mixed forest, approximately 330,000 sqm by "
        "pastures, approximately 110,000 sqm by urban fabric and approximately 100,000 sqm by arable land."
    ),
    (
        "There are four classes: mixed forest, measuring 900,000 sqm; pastures, measuring 330,000 sqm; urban "
        "fabric, measuring 110,000 sqm; and arable land, measuring 100,000 sqm."
    ),
    (
        "Mixed forest holds 62.5% (900,000 sqm), pastures 23% (330,000 sqm), urban fabric 8% (110,000 sqm), "
        "and arable land 7% (100,000 sqm)."
    ),
    (
        "Four classes are present, namely mixed forest with an area of 900,000 sqm, pastures with one of "
        "330,000 sqm, urban fabric with one of 110,000 sqm and arable land with one of 100,000 sqm."
    ),
    (
        "The bulk of it, 900,000 sqm, is mixed forest. Pastures add another 330,000 sqm, urban fabric "
        "110,000 sqm and arable land 100,000 sqm."
    ),
    (
        "Mixed forest extends across 900,000 sqm, i.e. more than all other classes combined; pastures total "
        "330,000 sqm, urban fabric 110,000 sqm, and arable land – the smallest class – 100,000 sqm."
    ),
    (
        "Its 900,000 sqm make mixed forest the largest class; pastures follow with 330,000 sqm, urban fabric "
        "with 110,000 sqm and arable land with 100,000 sqm."
    ),
    (
        "A total of 900,000 sqm is covered with mixed forest, whereas pastures take up 330,000 sqm. Urban "
        "fabric (110,000 sqm) is only slightly larger than arable land (100,000 sqm)."
    ),
    (
        "The image is dominated by mixed forest, whose area is 900,000 sqm. The area of pastures is 330,000 "
        "sqm, that of urban fabric 110,000 sqm and that of arable land 100,000 sqm."
    ),
    (
        "The most extensive of its four classes is mixed forest at 900,000 sqm; the others are pastures at "
        "330,000 sqm, urban fabric at 110,000 sqm, and arable land at 100,000 sqm."
    ),
    (
        "Mixed forest spreads over 0.9 km², pastures over 0.33 km², urban fabric over 0.11 km² and arable "
        "land over 0.1 km²."
    ),
    (
        "Mixed forest (roughly 900,000 sqm) prevails over pastures (roughly 330,000 sqm); the two smallest "
        "classes are urban fabric (roughly 110,000 sqm) and arable land (roughly 100,000 sqm)."
    ),
    (
        "Mixed forest ranks first at 900,000 sqm, followed in second place by pastures at 330,000 sqm, in "
        "third place by urban fabric at 110,000 sqm and, finally, by arable land at 100,000 sqm."
    ),
    (
        "Urban fabric and arable land are of nearly the same size, at 110,000 sqm and 100,000 sqm, while "
        "pastures reach 330,000 sqm and mixed forest as much as 900,000 sqm."
    ),
    (
        "Some three fifths of it, or 900,000 sqm, are under mixed forest, another 330,000 sqm under "
        "pastures, and 110,000 sqm and 100,000 sqm under urban fabric and arable land, respectively."
    ),
]
WORDINGS_OF_COUNTS = [
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


def findings(areas, counts):
    return check_caption(f"{PLACE} {areas} {BORDERS} {counts}", FACTS, STRICT).findings


@pytest.mark.parametrize("areas", WORDINGS_OF_AREAS)
def test_areas_are_read_in_any_wording(areas):
    assert findings(areas, COUNTS) == ()
    for old, new in (("330,000", "110,000"), ("110,000", "119,000"), ("33 ha", "38 ha"), ("0.33 ", "0.38 ")):
        spoilt = areas.replace(old, new, 1)
        assert spoilt == areas or findings(spoilt, COUNTS)


@pytest.mark.parametrize("counts", WORDINGS_OF_COUNTS)
def test_numbers_of_areas_are_read_in_any_wording(counts):
    assert findings(AREAS, counts) == ()
    for old, new in (
        ("300,000", "308,000"),
        ("two marginal", "three marginal"),
        ("two areas", "three areas"),
    ):
        spoilt = counts.replace(old, new, 1)
        assert spoilt == counts or findings(AREAS, spoilt)
