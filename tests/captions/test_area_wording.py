"""The check on areas in many wordings: right ones pass, one wrong number does not."""

import pytest

from worlds.worded_captions import AREAS, FOREST, HALVES, ONE, PARTED_MARGINS, PLAIN, findings, kinds

WORDINGS = [
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
#: Whole captions, of facts with little or nothing beside one class, and of two halves.
CAPTIONS = [
    (
        PARTED_MARGINS,
        "Arable land covers 1,320,000 sqm of this Serbian winter scene ({zone}) and borders both "
        "pastures and urban fabric; the pastures, in two marginal areas, and the urban fabric each stay "
        "below 5% (72,000 sqm).",
    ),
    (
        PARTED_MARGINS,
        "Winter in Serbia, climate zone {zone}: arable land spans 132 hectares, close to 92 % of the "
        "image, and touches the only two other classes, pastures (two marginal areas, under 72,000 sqm "
        "in all) and urban fabric (likewise under 72,000 sqm).",
    ),
    (
        PARTED_MARGINS,
        "In this winter image from Serbia, arable land (approximately 1,320,000 sqm) is by far the "
        "dominant class. Pastures, split into two marginal areas, and urban fabric contribute less than "
        "5% each. Both border the arable land. The climate zone is {zone}.",
    ),
    (
        PARTED_MARGINS,
        "This wintry scene in Serbia's {zone} climate zone is nearly all arable land (approximately "
        "1,320,000 sqm), bordered by two marginal areas of pastures and by urban fabric, neither class "
        "amounting to 72,000 sqm.",
    ),
    (
        PARTED_MARGINS,
        "Serbia in winter: arable land extends over around 1.32 km², leaving only small remnants to "
        "pastures, which form two marginal areas, and urban fabric, both of them below 0.072 km² in "
        "total. The arable land is adjacent to the pastures and to the urban fabric. Climate zone: "
        "{zone}.",
    ),
    (
        PARTED_MARGINS,
        "The image, taken in Serbia in winter and belonging to the climate zone {zone}, is covered "
        "almost completely by arable land (roughly 1,320,000 sqm). What little remains is divided "
        "between pastures, in two marginal areas, and urban fabric, each taking up less than 5% of the "
        "image; both adjoin the arable land.",
    ),
    (
        PARTED_MARGINS,
        "Arable land makes up the vast majority of this Serbian winter scene, about 1,320,000 sqm. Urban "
        "fabric is marginal, and so are the pastures, which occur in two areas and do not exceed 5% "
        "altogether. Arable land touches urban fabric and pastures. The climate zone is {zone}.",
    ),
    (
        PARTED_MARGINS,
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
#: A part of the plain caption, the same in other words, and spoilt in these words, with the finding's kind.
REWORDED = [
    (
        "the urban fabric into two marginal areas.",
        "the urban fabric into two areas, each of which covers less than 5% of the patch (72,000 sqm).",
        "the urban fabric into two areas, each of which covers less than 5% of the patch (92,000 sqm).",
        "wrong area",
    ),
    (
        "urban fabric (110,000 sqm) and arable land (100,000 sqm).",
        "urban fabric (110,000 sqm) and, with 100,000 sqm, arable land.",
        "urban fabric (110,000 sqm) and, with 110,000 sqm, arable land.",
        "wrong area",
    ),
    (
        AREAS,
        "Mixed forest covers 900,000 sqm and urban fabric 110,000 sqm. Agricultural areas, comprising "
        "pastures and arable land, add up to 430,000 sqm.",
        "Mixed forest covers 900,000 sqm and urban fabric 110,000 sqm. Agricultural areas, comprising "
        "pastures and arable land, add up to 330,000 sqm.",
        "wrong area",
    ),
    (
        AREAS,
        "Mixed forest covers 900,000 sqm and urban fabric 110,000 sqm. Agricultural areas, comprising "
        "pastures and arable land, add up to 430,000 sqm.",
        "Mixed forest covers 900,000 sqm and urban fabric 110,000 sqm. Agricultural areas, among them "
        "pastures, and arable land add up to 430,000 sqm.",
        "missing area",
    ),
    (
        "Mixed forest (900,000 sqm) is the largest class, followed by pastures (330,000 sqm), urban fabric",
        "More than half of the image (~900,000 sqm) is mixed forest, a further part, ~330,000 sqm, "
        "is pastures, "
        "followed by urban fabric",
        "More than half of the image (~330,000 sqm) is mixed forest, a further part, ~900,000 sqm, "
        "is pastures, "
        "followed by urban fabric",
        "wrong area",
    ),
    (
        "Mixed forest (900,000 sqm) is the largest class, followed by pastures (330,000 sqm), urban fabric",
        "With 900,000 sqm and 330,000 sqm, respectively, mixed forest and pastures are followed by "
        "urban fabric",
        "With 330,000 sqm and 900,000 sqm, respectively, mixed forest and pastures are followed by "
        "urban fabric",
        "wrong area",
    ),
    (
        "Mixed forest (900,000 sqm)",
        "Mixed forest over an area of 900,000 sqm",
        "Mixed forest over an area of 890,000 sqm",
        "missing area",
    ),
    (
        "Mixed forest (900,000 sqm)",
        "Mixed forest, at just under 900,600 sqm,",
        "Mixed forest, at just under 990,600 sqm,",
        "missing area",
    ),
    (
        "the urban fabric into two marginal areas",
        "the urban fabric into two areas, neither of which reaches 5% of the image",
        "the urban fabric into two areas, neither of which reaches 3% of the image",
        "wrong area",
    ),
    (
        "the urban fabric into two marginal areas",
        "the urban fabric into two marginal areas; these add up to ~110,000 sqm",
        "the urban fabric into two marginal areas; these add up to ~130,000 sqm",
        "wrong area",
    ),
    (
        "the urban fabric into two marginal areas",
        "the urban fabric into two marginal areas, each with less than 5 % (72,000 sqm)",
        "the urban fabric into two marginal areas, each with less than 2 % (29,000 sqm)",
        "wrong area",
    ),
    # A unit that stands with another number.
    (
        "(900,000 sqm) is the largest class, followed by pastures (330,000 sqm)",
        "spans 90 ha; pastures, with 33, come next (33 hectares), and mixed forest leads; then follow",
        "spans 90 ha; pastures, with 43, come next (33 hectares), and mixed forest leads; then follow",
        "wrong area",
    ),
    (
        AREAS,
        "About 90 of its 144 hectares are mixed forest; pastures have 33.0, urban fabric 11 and arable land, "
        "at the end, about 10.",
        "About 90 of its 144 hectares are mixed forest; pastures have 33.0, urban fabric 11 and arable land, "
        "at the end, about 17.",
        "wrong area",
    ),
    (
        "pastures (330,000 sqm), urban",
        "pastures, 33 hectares in extent, an area of 30 and one that is marginal, urban",
        "pastures, 38 hectares in extent, an area of 30 and one that is marginal, urban",
        "wrong area",
    ),
    (
        "Mixed forest (900,000 sqm)",
        "Mixed forest (900,000 sqm, six parts in ten or five eighths of the image)",
        "Mixed forest (900,000 sqm, eight parts in ten of the image)",
        "wrong area",
    ),
    (
        AREAS,
        "Mixed forest is in the lead with 0.9 km², then come pastures with 0.33, urban fabric with 0.11 and "
        "arable land with 0.1.",
        "Mixed forest is in the lead with 0.9 km², then come pastures with 0.11, urban fabric with 0.33 and "
        "arable land with 0.1.",
        "wrong area",
    ),
    (
        "Mixed forest (900,000 sqm) is the largest class, followed by",
        "Mixed forest is the largest class. Its 900,000 sqm border pastures. Next come",
        "Mixed forest is the largest class. Its 330,000 sqm border pastures. Next come",
        "wrong area",
    ),
    (
        "Mixed forest (900,000 sqm) is the largest class, followed by",
        "Mixed forest is the largest class. This class covers 900,000 sqm and borders pastures. Next come",
        "Mixed forest is the largest class. This class covers 330,000 sqm and borders pastures. Next come",
        "wrong area",
    ),
    # Clauses of their own, comparisons, and lists of classes and areas.
    (
        AREAS,
        "The largest share of the image, 900,000 sqm, goes to mixed forest, 330,000 sqm go to pastures, "
        "110,000 sqm to urban fabric and a final 100,000 sqm to arable land.",
        "The largest share of the image, 900,000 sqm, goes to mixed forest, 330,000 sqm go to urban "
        "fabric, 110,000 sqm to pastures and a final 100,000 sqm to arable land.",
        "wrong area",
    ),
    (
        AREAS,
        "Its four classes are mixed forest, pastures, urban fabric and arable land, with areas of about "
        "900,000, 330,000, 110,000 and 100,000 sqm, respectively.",
        "Its four classes are mixed forest, pastures, urban fabric and arable land, with areas of about "
        "900,000, 110,000, 330,000 and 100,000 sqm, respectively.",
        "wrong area",
    ),
    (
        AREAS,
        "Some 900,000 sqm, that is, well over half, are forested (mixed forest); pastures extend over "
        "330,000 sqm, and the remaining 210,000 sqm are split between urban fabric (110,000 sqm) and "
        "arable land (100,000 sqm).",
        "Some 900,000 sqm, that is, well over half, are forested (mixed forest); pastures extend over "
        "330,000 sqm, and the remaining 290,000 sqm are split between urban fabric (110,000 sqm) and "
        "arable land (100,000 sqm).",
        "wrong area",
    ),
    (
        AREAS,
        "Mixed forest, more than twice as extensive as the pastures (330,000 sqm), covers 900,000 sqm; "
        "urban fabric, about a third as large as the pastures, covers 110,000 sqm, and arable land "
        "100,000 sqm.",
        "Mixed forest, more than twice as extensive as the pastures (110,000 sqm), covers 900,000 sqm; "
        "urban fabric, about a third as large as the pastures, covers 330,000 sqm, and arable land "
        "100,000 sqm.",
        "wrong area",
    ),
    (
        AREAS,
        "Mixed forest accounts for 900,000 sqm of the total, as against 330,000 sqm for pastures, 110,000"
        " sqm for urban fabric and 100,000 sqm for arable land.",
        "Mixed forest accounts for 900,000 sqm of the total, as against 330,000 sqm for urban fabric, "
        "110,000 sqm for pastures and 100,000 sqm for arable land.",
        "wrong area",
    ),
    # An area in front of its class.
    (
        AREAS,
        "Covering 900,000 sqm, mixed forest leads, leaving 330,000 sqm to pastures, 110,000 sqm to urban "
        "fabric and 100,000 sqm to arable land.",
        "Covering 900,000 sqm, mixed forest leads, leaving 330,000 sqm to urban fabric, 110,000 sqm to "
        "pastures and 100,000 sqm to arable land.",
        "wrong area",
    ),
    (
        "urban fabric (110,000 sqm) and",
        "urban fabric (110,000 sqm or so) and, of almost the same extent,",
        "urban fabric (190,000 sqm or so) and, of almost the same extent,",
        "wrong area",
    ),
    (
        ", and the urban fabric into two marginal areas.",
        ". Urban fabric, which the arable land borders, occupies 110,000 sqm in two marginal areas.",
        ". Urban fabric, which the arable land borders, occupies 100,000 sqm in two marginal areas.",
        "wrong area",
    ),
    (
        AREAS,
        "Mixed forest, pastures, urban fabric and arable land make up the scene. The first of them covers "
        "900,000 sqm. Pastures have 330,000 sqm, urban fabric 110,000 sqm and arable land 100,000 sqm.",
        "Mixed forest, pastures, urban fabric and arable land make up the scene. The first of them covers "
        "330,000 sqm. Pastures have 330,000 sqm, urban fabric 110,000 sqm and arable land 100,000 sqm.",
        "wrong area",
    ),
    (
        AREAS,
        "Mixed forest and pastures prevail, the first with 900,000 sqm and the second with 330,000 sqm. "
        "110,000 sqm belong to urban fabric, in two marginal areas, and 100,000 sqm to arable land.",
        "Mixed forest and pastures prevail, the first with 330,000 sqm and the second with 900,000 sqm. "
        "110,000 sqm belong to urban fabric, in two marginal areas, and 100,000 sqm to arable land.",
        "wrong area",
    ),
    (
        AREAS,
        "Mixed forest and pastures border each other in this view of artificial surfaces. The "
        "former cover 900,000 sqm, the latter 330,000; urban fabric has 110,000 sqm and arable land 100,000.",
        "Mixed forest and pastures border each other in this view of artificial surfaces. The "
        "former cover 330,000 sqm, the latter 900,000; urban fabric has 110,000 sqm and arable land 100,000.",
        "wrong area",
    ),
    (
        "urban fabric (110,000 sqm) and arable land (100,000 sqm).",
        "and there are urban fabric and arable land, both minor areas, with 110,000 and 100,000 sqm "
        "respectively.",
        "and there are urban fabric and arable land, both minor areas, with 100,000 and 110,000 sqm "
        "respectively.",
        "wrong area",
    ),
]


@pytest.mark.parametrize("areas", WORDINGS)
def test_areas_are_read_in_any_wording(areas):
    assert findings(PLAIN.replace(AREAS, areas), FOREST) == []
    for old, new in (("330,000", "110,000"), ("110,000", "119,000"), ("33 ha", "38 ha"), ("0.33 ", "0.38 ")):
        spoilt = areas.replace(old, new, 1)
        assert spoilt == areas or findings(PLAIN.replace(AREAS, spoilt), FOREST)


@pytest.mark.parametrize(("facts", "text"), CAPTIONS)
def test_marginal_classes_single_classes_and_halves_are_read(facts, text):
    assert findings(text, facts) == []
    for old, new in (
        ("1,320,000", "1,230,000"),
        ("1,440,000", "1,404,000"),
        ("710,000", "701,000"),
        ("two m", "six m"),
    ):
        spoilt = text.replace(old, new, 1)
        assert spoilt == text or findings(spoilt, facts)


@pytest.mark.parametrize(("old", "right", "wrong", "kind"), REWORDED)
def test_areas_in_other_words_are_read_and_spoilt_they_are_found(old, right, wrong, kind):
    assert old in PLAIN
    assert findings(PLAIN.replace(old, right), FOREST) == []
    assert kind in kinds(PLAIN.replace(old, wrong), FOREST)
