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
MARGINS = caption_facts(
    "Q",
    "Serbia",
    "Winter",
    "Temperate, no dry season, hot summer",
    {2: [13200], 4: [500, 200], 0: [500]},
    [(2, 4), (0, 2)],
    RULES,
)
ONE = caption_facts("R", "Portugal", "Spring", "Temperate, dry summer, hot summer", {3: [14400]}, [], RULES)
HALVES = caption_facts(
    "T", "Finland", "Summer", "Cold, no dry season, cold summer", {9: [7300], 17: [7100]}, [(9, 17)], RULES
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
    (
        "Mixed forest (900,000 sqm) outweighs all other classes; pastures (330,000 sqm) are the "
        "runner-up, urban fabric (110,000 sqm) is third and arable land (100,000 sqm) fourth."
    ),
    (
        "In descending order of area, the classes are mixed forest (900,000 sqm), pastures (330,000 "
        "sqm), urban fabric (110,000 sqm) and arable land (100,000 sqm)."
    ),
    (
        "Mixed forest (900,000 sqm) clearly predominates. Pastures (330,000 sqm) are the second most "
        "extensive class, while urban fabric (110,000 sqm) and arable land (100,000 sqm) are nearly "
        "level with each other."
    ),
    (
        "The largest class by a wide margin is mixed forest (900,000 sqm); the smallest, arable land "
        "(100,000 sqm), is slightly smaller than urban fabric (110,000 sqm). Pastures (330,000 sqm) lie "
        "in between."
    ),
    (
        "Arable land (100,000 sqm) is the least extensive of the four classes and mixed forest (900,000 "
        "sqm) the most extensive, with pastures (330,000 sqm) in second and urban fabric (110,000 sqm) "
        "in third place."
    ),
    (
        "Mixed forest (900,000 sqm) covers more than twice as much area as pastures (330,000 sqm), which "
        "in turn cover three times as much as urban fabric (110,000 sqm). Arable land (100,000 sqm) is "
        "the smallest class."
    ),
    (
        "Next to a dominant mixed forest (900,000 sqm), the image features pastures (330,000 sqm), urban "
        "fabric (110,000 sqm), and arable land (100,000 sqm)."
    ),
    (
        "Mixed forest makes up 62.5 % (900,000 sqm), pastures 22.9 % (330,000 sqm), urban fabric 7.6 % "
        "(110,000 sqm), arable land 6.9 % (100,000 sqm)."
    ),
    (
        "Together, mixed forest (900,000 sqm) and pastures (330,000 sqm) fill some 85% of the image, "
        "with urban fabric (110,000 sqm) and arable land (100,000 sqm) making up the remaining 15%."
    ),
    (
        "Agricultural areas amount to 430,000 sqm, of which 330,000 sqm are pastures and 100,000 sqm "
        "arable land. Mixed forest covers 900,000 sqm and urban fabric 110,000 sqm."
    ),
    (
        "Two agricultural classes, pastures (330,000 sqm) and arable land (100,000 sqm), accompany the "
        "mixed forest (900,000 sqm) and the urban fabric (110,000 sqm)."
    ),
    (
        "The mixed forest (900,000 sqm) is followed at some distance by pastures (330,000 sqm); urban "
        "fabric (110,000 sqm) and arable land (100,000 sqm) bring up the rear."
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

#: Whole captions, of facts with little or nothing beside one class, and of two halves.
CAPTIONS = [
    (
        MARGINS,
        "Arable land covers 1,320,000 sqm of this Serbian winter scene ({zone}) and borders both "
        "pastures and urban fabric; the pastures, in two marginal areas, and the urban fabric each stay "
        "below 5% (72,000 sqm).",
    ),
    (
        MARGINS,
        "Winter in Serbia, climate zone {zone}: arable land spans 132 hectares, close to 92 % of the "
        "image, and touches the only two other classes, pastures (two marginal areas, under 72,000 sqm "
        "in all) and urban fabric (likewise under 72,000 sqm).",
    ),
    (
        MARGINS,
        "In this winter image from Serbia, arable land (approximately 1,320,000 sqm) is by far the "
        "dominant class. Pastures, split into two marginal areas, and urban fabric contribute less than "
        "5% each. Both border the arable land. The climate zone is {zone}.",
    ),
    (
        MARGINS,
        "This wintry scene in Serbia's {zone} climate zone is nearly all arable land (approximately "
        "1,320,000 sqm), bordered by two marginal areas of pastures and by urban fabric, neither class "
        "amounting to 72,000 sqm.",
    ),
    (
        MARGINS,
        "Serbia in winter: arable land extends over around 1.32 km², leaving only small remnants to "
        "pastures, which form two marginal areas, and urban fabric, both of them below 0.072 km² in "
        "total. The arable land is adjacent to the pastures and to the urban fabric. Climate zone: "
        "{zone}.",
    ),
    (
        MARGINS,
        "The image, taken in Serbia in winter and belonging to the climate zone {zone}, is covered "
        "almost completely by arable land (roughly 1,320,000 sqm). What little remains is divided "
        "between pastures, in two marginal areas, and urban fabric, each taking up less than 5% of the "
        "image; both adjoin the arable land.",
    ),
    (
        MARGINS,
        "Arable land makes up the vast majority of this Serbian winter scene, about 1,320,000 sqm. Urban "
        "fabric is marginal, and so are the pastures, which occur in two areas and do not exceed 5% "
        "altogether. Arable land touches urban fabric and pastures. The climate zone is {zone}.",
    ),
    (
        MARGINS,
        "Arable land accounts for no less than 1,320,000 sqm in this winter image of Serbia. It borders "
        "pastures and urban fabric, which fall short of 5 % (72,000 sqm) each; the pastures are made up "
        "of two marginal areas. Climate zone: {zone}.",
    ),
    (
        ONE,
        "Permanent crops cover the entire image, approximately 1,440,000 sqm, captured in Portugal in "
        "spring under the climate zone {zone}.",
    ),
    (
        ONE,
        "This Portuguese spring scene shows a single class: permanent crops, which extend over the whole "
        "patch (about 144 ha). The climate zone is {zone}.",
    ),
    (
        ONE,
        "Without exception, the whole of this Portuguese spring image is given over to permanent crops, "
        "some 1,440,000 sqm. Climate zone: {zone}.",
    ),
    (
        ONE,
        "Taken in spring in Portugal, in the climate zone {zone}, the image depicts nothing else than "
        "permanent crops on all of its roughly 1,440,000 sqm.",
    ),
    (
        ONE,
        "Permanent crops alone make up this Portuguese spring image, filling 100% of it, or 1.44 km². It "
        "lies in the climate zone {zone}.",
    ),
    (
        ONE,
        "Portugal in spring, climate zone {zone}: permanent crops stretch from one end of the image to "
        "the other, covering all 1,440,000 sqm.",
    ),
    (
        ONE,
        "The scene is entirely homogeneous, consisting of permanent crops throughout (about 1,440,000 "
        "sqm). It was captured in spring in Portugal, in the climate zone {zone}.",
    ),
    (
        ONE,
        "One class only, permanent crops, occupies the full extent (approximately 144 hectares) of this "
        "spring image from Portugal, whose climate zone is {zone}.",
    ),
    (
        ONE,
        "Permanent crops occupy this Portuguese patch in its entirety (approximately 1,440,000 sqm). It "
        "was recorded in spring; the climate zone is {zone}.",
    ),
    (
        HALVES,
        "Split almost evenly, this Finnish summer image shows coniferous forest (730,000 sqm) and inland "
        "waters (710,000 sqm), which border each other. Climate zone: {zone}.",
    ),
    (
        HALVES,
        "Coniferous forest (~730,000 sqm) and inland waters (~710,000 sqm) share this Finnish summer "
        "scene in almost equal parts and are adjacent to each other. The climate zone is {zone}.",
    ),
    (
        HALVES,
        "Slightly more than half of this Finnish summer image, around 730,000 sqm, is coniferous forest, "
        "and slightly less than half, around 710,000 sqm, is inland waters; the two classes touch. Its "
        "climate zone is {zone}.",
    ),
    (
        HALVES,
        "This Finnish summer scene is made up of two halves: coniferous forest with 730,000 sqm and "
        "inland waters with 710,000 sqm, the two of which border each other. Climate zone: {zone}.",
    ),
    (
        HALVES,
        "Two classes, coniferous forest and inland waters, meet in this Finnish summer image; they cover "
        "approximately 730,000 sqm and 710,000 sqm, respectively. The climate zone is {zone}.",
    ),
    (
        HALVES,
        "Two classes of nearly equal size, coniferous forest (730,000 sqm) and inland waters (710,000 "
        "sqm), border each other in this Finnish summer image. The climate zone is {zone}.",
    ),
    (
        HALVES,
        "In this Finnish summer image, inland waters (710,000 sqm) are only marginally smaller than the "
        "coniferous forest (730,000 sqm) that they border. The climate zone is {zone}.",
    ),
    (
        HALVES,
        "Half forest, half water: this Finnish summer image holds 730,000 sqm of coniferous forest and "
        "710,000 sqm of inland waters, which touch each other. The climate zone is {zone}.",
    ),
]
#: True sentences, and what makes them wrong.
RANKS = [
    ("Arable land is the least extensive of the four classes.", "least extensive", "most extensive"),
    ("Pastures are the second-largest class.", "second", "third"),
    ("Urban fabric ranks third.", "third", "second"),
    ("Arable land comes fourth.", "fourth", "third"),
    ("The smallest, arable land, is also the last.", "smallest", "largest"),
    ("Mixed forest is larger than all other classes.", "larger", "smaller"),
    ("Pastures are the runner-up.", "runner-up", "smallest class"),
    ("In descending order, these are mixed forest, pastures and urban fabric.", "descending", "ascending"),
    ("Urban fabric is only marginally larger than arable land.", "larger", "smaller"),
    ("Urban fabric and arable land are of nearly equal extent.", "Urban fabric", "Pastures"),
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


@pytest.mark.parametrize(("facts", "text"), CAPTIONS)
def test_marginal_classes_single_classes_and_halves_are_read(facts, text):
    text = text.replace("{zone}", f'"{facts.climate_zone}"')
    assert check_caption(text, facts, STRICT).findings == ()
    for old, new in (
        ("1,320,000", "1,230,000"),
        ("1,440,000", "1,404,000"),
        ("710,000", "701,000"),
        ("two m", "six m"),
    ):
        spoilt = text.replace(old, new, 1)
        assert spoilt == text or check_caption(spoilt, facts, STRICT).findings


def test_the_larger_of_two_classes_is_the_larger():
    text = (
        "This Finnish summer image shows coniferous forest (730,000 sqm) and inland waters (710,000 sqm), "
        "which border each other. Coniferous forest is slightly the larger of the two. Climate zone: {zone}."
    ).replace("{zone}", f'"{HALVES.climate_zone}"')
    assert check_caption(text, HALVES, STRICT).findings == ()
    (fault,) = check_caption(text.replace("larger", "smaller"), HALVES, STRICT).findings
    assert fault.kind == "wrong rank"


@pytest.mark.parametrize(("sentence", "old", "new"), RANKS)
def test_ranks_are_read_in_any_wording(sentence, old, new):
    assert findings(AREAS, f"{COUNTS} {sentence}") == ()
    assert "wrong rank" in {f.kind for f in findings(AREAS, f"{COUNTS} {sentence.replace(old, new)}")}
