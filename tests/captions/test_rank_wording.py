"""The check on the order of classes by area in many wordings: true ones pass, false ones do not."""

import pytest

from worlds.worded_captions import AREAS, BORDERS, COUNTS, FOREST, HALVES, PLACE, PLAIN, findings, kinds

#: True sentences, and what makes them wrong.
RANKS = [
    ("Arable land is the least extensive of the four classes.", "least extensive", "most extensive"),
    ("Pastures are the second-largest class.", "second", "third"),
    ("Urban fabric ranks third.", "third", "second"),
    ("Urban fabric represents the third most extensive class.", "third", "second"),
    ("Pastures are the only class to be unevenly split.", " to be unevenly split", ""),
    ("Mixed forest prevails, with urban fabric ranking third.", "third", "second"),
    ("Arable land comes fourth.", "fourth", "third"),
    ("The smallest, arable land, is also the last.", "smallest", "largest"),
    ("Mixed forest is larger than all other classes.", "larger", "smaller"),
    ("Pastures are the runner-up.", "runner-up", "smallest class"),
    ("In descending order, these are mixed forest, pastures and urban fabric.", "descending", "ascending"),
    ("Urban fabric is only marginally larger than arable land.", "larger", "smaller"),
    ("Urban fabric and arable land are of nearly equal extent.", "Urban fabric", "Pastures"),
    ("Mixed forest outranks pastures.", "Mixed forest outranks pastures", "Pastures outrank mixed forest"),
    ("The smallest of the four is arable land.", "smallest", "largest"),
    ("Arable land, at the end, brings up the rear.", "Arable land", "Pastures"),
    ("At the top of the list stands mixed forest.", "mixed forest", "arable land"),
    ("No other class is as extensive as mixed forest.", "mixed forest", "arable land"),
    ("Nothing is smaller than the arable land.", "smaller", "larger"),
    (
        "By order of size, these are mixed forest, pastures and arable land.",
        "forest, pastures",
        "forest, arable land, pastures",
    ),
    ("Mixed forest is followed by pastures and urban fabric.", "pastures and", "arable land and"),
]
#: A part of the plain caption, the same in other words, and spoilt in these words, with the finding's kind.
REWORDED = [
    (
        "Mixed forest (900,000 sqm) is the largest class",
        "Mixed forest (900,000 sqm), by far ahead of arable land, the least extensive class, is the "
        "largest class",
        "Mixed forest (900,000 sqm), the least extensive class, is the largest class",
        "wrong rank",
    ),
    (
        "urban fabric (110,000 sqm) and",
        "urban fabric (110,000 sqm), the third-largest class, and",
        "urban fabric (110,000 sqm), the fourth-largest class, and",
        "wrong rank",
    ),
    (
        "urban fabric (110,000 sqm) and",
        "urban fabric with 110,000 sqm in third place, and",
        "urban fabric with 110,000 sqm in second place, and",
        "wrong rank",
    ),
    (
        "urban fabric (110,000 sqm) and arable land (100,000 sqm).",
        "and, to a nearly equal extent, urban fabric (110,000 sqm) and arable land (100,000 sqm).",
        "while pastures and urban fabric (110,000 sqm), as well as arable land (100,000 sqm), are of "
        "similar extent.",
        "wrong rank",
    ),
    (
        "two marginal areas.",
        "two marginal areas. Two classes of similar extent follow: urban fabric and arable land.",
        "two marginal areas. Two classes of similar extent follow: pastures and arable land.",
        "wrong rank",
    ),
    (
        "pastures (330,000 sqm), urban fabric (110,000 sqm)",
        "pastures, extending over 330,000 sqm, rank second; urban fabric, with 110,000 sqm, third;",
        "pastures, extending over 330,000 sqm, rank third; urban fabric, with 110,000 sqm, second;",
        "wrong rank",
    ),
    (
        "two marginal areas.",
        "two marginal areas. Mixed forest, with 900,000 sqm, and pastures make up most of it.",
        "two marginal areas. Urban fabric, with 110,000 sqm, and pastures make up most of it.",
        "wrong rank",
    ),
    (
        "two marginal areas.",
        "two marginal areas. Bordering this dominant class are pastures.",
        "two marginal areas. The dominant class are pastures.",
        "wrong rank",
    ),
    (
        "two marginal areas.",
        "two marginal areas. The urban fabric touches nothing but the arable land.",
        "two marginal areas. The image shows nothing but arable land.",
        "wrong rank",
    ),
    (
        "two marginal areas.",
        "two marginal areas. Mixed forest, bordered by pastures and arable land, dominates the image.",
        "two marginal areas. Urban fabric, bordered by arable land, dominates the image.",
        "wrong rank",
    ),
    (
        "two marginal areas.",
        "two marginal areas. Largest is the mixed forest, least extensive is the arable land.",
        "two marginal areas. Largest is the mixed forest, least extensive is the urban fabric.",
        "wrong rank",
    ),
    (
        "two marginal areas.",
        "two marginal areas. Mixed forest, the most extensive of the four classes, touches the pastures.",
        "two marginal areas. The pastures, the most extensive of the four classes, touch the mixed forest.",
        "wrong rank",
    ),
    (
        "two marginal areas.",
        "two marginal areas. Apart from pastures, arable land and urban fabric, it is composed entirely of "
        "mixed forest.",
        "two marginal areas. Apart from pastures, it is composed entirely of mixed forest.",
        "wrong rank",
    ),
    (
        "two marginal areas.",
        "two marginal areas. Of the remaining classes, pastures are the most extensive.",
        "two marginal areas. Of all its classes, pastures are the most extensive.",
        "wrong rank",
    ),
    (
        PLAIN,
        f"{PLACE} Arable land (100,000 sqm) borders each of the other classes. The largest of these is mixed "
        f"forest (900,000 sqm), before pastures (330,000 sqm) and urban fabric (110,000 sqm). The pastures "
        f"border the forest. {COUNTS}",
        f"{PLACE} Arable land (100,000 sqm) borders each of the other classes. The largest of these are "
        f"pastures (330,000 sqm), before mixed forest (900,000 sqm) and urban fabric (110,000 sqm). The "
        f"pastures border the forest. {COUNTS}",
        "wrong rank",
    ),
    (
        PLAIN,
        f"{PLACE} Two classes of similar extent are small. {AREAS} {BORDERS} {COUNTS}",
        f"{PLACE} All classes are of similar extent. {AREAS} {BORDERS} {COUNTS}",
        "wrong rank",
    ),
]


def test_the_larger_of_two_classes_is_the_larger():
    text = (
        "This Finnish summer image shows coniferous forest (730,000 sqm) and inland waters (710,000 sqm), "
        "which border each other. Coniferous forest is slightly the larger of the two. Climate zone: {zone}."
    )
    assert findings(text, HALVES) == []
    assert kinds(text.replace("larger", "smaller"), HALVES) == ["wrong rank"]


@pytest.mark.parametrize(("sentence", "old", "new"), RANKS)
def test_ranks_are_read_in_any_wording(sentence, old, new):
    assert findings(f"{PLAIN} {sentence}", FOREST) == []
    assert "wrong rank" in kinds(f"{PLAIN} {sentence.replace(old, new)}", FOREST)


@pytest.mark.parametrize(("old", "right", "wrong", "kind"), REWORDED)
def test_ranks_in_other_words_are_read_and_spoilt_they_are_found(old, right, wrong, kind):
    assert old in PLAIN
    assert findings(PLAIN.replace(old, right), FOREST) == []
    assert kind in kinds(PLAIN.replace(old, wrong), FOREST)
