import time
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.errors import InputError
from bentxt.evaluation.answer_extraction import extract_binary, extract_choice, options_of
from worlds.answer_carriers import ONE_LABEL, TWO_LABELS

COUNTRIES = {"a": "Lithuania", "b": "Belgium", "c": "Austria", "d": "Luxembourg"}
DIRECTIONS = {"a": "to the top-left", "b": "to the bottom", "c": "to the top", "d": "to the top-right"}
ZONES = {
    "a": "Cold, no dry season, cold summer",
    "b": "Cold, no dry season, warm summer",
    "c": "Temperate, no dry season, cold summer",
    "d": "Cold, dry summer, warm summer",
}
AREAS = {"a": "60 to 70%", "b": "70 to 90%", "c": "10 to 40%", "d": "90 to 100%"}
COUNTS = {"a": "3", "b": "More than five", "c": "1", "d": "2"}


@pytest.mark.parametrize("text", ["yes", "Yes", "YES.", " yes\n", '"Yes"', "**yes**", "yes</s>"])
def test_a_bare_yes_is_strict(text):
    assert extract_binary(text) == ("yes", "strict")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("No, there are no urban fabrics.", "no"),
        ("Yes, there is no doubt about it.", "yes"),
        ("Answer: no", "no"),
        ("The answer is yes.", "yes"),
        ("The image shows a forest in the north, so no.", "no"),
        ("Mixed forest borders the lake. Yes.", "yes"),
        ("I would say yes to that", "yes"),
        ("Yes or no? The answer is no.", "no"),
        ("- Yes", "yes"),
        ("The question asks yes or no.\nNo", "no"),
    ],
)
def test_an_answer_in_other_text_is_lenient(text, answer):
    assert extract_binary(text) == (answer, "lenient")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "I cannot tell.",
        "yes or no",
        "Yes/No",
        "There is no way to tell from this picture",
        "yesterday nobody knew",
        "I am not sure whether it is yes or no",
        "1",
    ],
)
def test_no_clear_yes_or_no_is_unparsed(text):
    assert extract_binary(text) == (None, "unparsed")


def test_only_what_follows_the_reasoning_counts():
    assert extract_binary("<think>Yes, maybe. No?</think>\n\nno") == ("no", "strict")
    assert extract_binary("<think>No.</think><|begin_of_box|>yes<|end_of_box|>") == ("yes", "strict")
    assert extract_choice(r"<think>a)</think>\boxed{d}", COUNTRIES) == ("d", "strict")


@pytest.mark.parametrize("text", ["c", "C", "c)", "(c)", "C.", " c\n", "**c)**", "c<|im_end|>"])
def test_a_bare_letter_is_strict(text):
    assert extract_choice(text, COUNTRIES) == ("c", "strict")


@pytest.mark.parametrize(
    ("text", "options", "answer"),
    [
        ("Option b", COUNTRIES, "b"),
        ("option (d) fits best", COUNTRIES, "d"),
        ("b) Belgium", COUNTRIES, "b"),
        ("a. Lithuania", COUNTRIES, "a"),
        ("The answer is b", COUNTRIES, "b"),
        ("The correct answer is: (a)", COUNTRIES, "a"),
        ("The answer is a) because b) and c) are elsewhere", COUNTRIES, "a"),
        ("This is Austria.", COUNTRIES, "c"),
        ("A forest in Austria", COUNTRIES, "c"),
        ("The answer is a forest in Austria", COUNTRIES, "c"),
        ("to the top-left", DIRECTIONS, "a"),
        ("It lies to the top.", DIRECTIONS, "c"),
        ("It lies to the bottom of the urban fabric", DIRECTIONS, "b"),
        ("cold, no dry season, warm summer", ZONES, "b"),
        ("Temperate, no dry season, cold summer.", ZONES, "c"),
        ("10 to 40%", AREAS, "c"),
        ("There are more than five", COUNTS, "b"),
        ("There are 2 of them", COUNTS, "d"),
        ("D: Luxembourg", COUNTRIES, "d"),
        ("The answer is a). The answer is b).", COUNTRIES, "b"),
    ],
)
def test_a_choice_in_other_text_is_lenient(text, options, answer):
    assert extract_choice(text, options) == (answer, "lenient")


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("", COUNTRIES),
        ("a) or b)", COUNTRIES),
        ("a) Lithuania, b) Belgium, c) Austria, d) Luxembourg", COUNTRIES),
        ("Lithuania or Belgium", COUNTRIES),
        ("b) Austria", COUNTRIES),
        ("A forest", COUNTRIES),
        ("e", COUNTRIES),
        ("I see bad clouds and a lake", COUNTRIES),
        ("The area is 3.5 hectares", COUNTS),
        ("France", COUNTRIES),
    ],
)
def test_no_choice_or_two_are_unparsed(text, options):
    assert extract_choice(text, options) == (None, "unparsed")


def test_options_keep_their_commas():
    instruction = (
        "Select the class that appears in the image: a) Industrial or commercial units, b) Arable land, "
        "c) Land principally occupied by agriculture, with significant areas of natural vegetation, "
        "d) Permanent crops"
    )
    assert options_of(instruction) == {
        "a": "Industrial or commercial units",
        "b": "Arable land",
        "c": "Land principally occupied by agriculture, with significant areas of natural vegetation",
        "d": "Permanent crops",
    }


def test_an_instruction_without_options_is_refused():
    with pytest.raises(InputError, match="without four options"):
        options_of("Which class can be seen? a) Pastures, b) Arable land")


@given(st.text())
def test_any_text_gives_an_answer_of_the_kind_or_none(text):
    binary, choice = extract_binary(text), extract_choice(text, COUNTRIES)
    assert (binary.answer is None) == (binary.level == "unparsed")
    assert binary.answer in {"yes", "no", None}
    assert (choice.answer is None) == (choice.level == "unparsed")
    assert choice.answer in {"a", "b", "c", "d", None}


@given(
    st.sampled_from("abcd"), st.sampled_from(["{}", "{})", "({})", "{}.", "Option {}", "The answer is {}."])
)
def test_every_letter_is_read_in_every_form(letter, form):
    assert extract_choice(form.format(letter), COUNTRIES).answer == letter
    assert extract_choice(form.format(letter.upper()), COUNTRIES).answer == letter


@given(st.permutations(list(ZONES.values())), st.integers(0, 3))
def test_the_text_of_an_option_finds_its_letter(texts, index):
    options = dict(zip("abcd", texts, strict=True))
    assert extract_choice(texts[index], options) == ("abcd"[index], "lenient")


# Fairness: a sentence carries every label alike

CLASSES = {
    "a": "Pastures",
    "b": "Land principally occupied by agriculture, with significant areas of natural vegetation",
    "c": "Arable land",
    "d": "Mixed forest",
}
TEXTS = [COUNTRIES, CLASSES, AREAS, {**DIRECTIONS, "a": "to the left"}, COUNTS, ZONES]


def test_there_are_many_carriers():
    assert len(ONE_LABEL) >= 90
    assert len(TWO_LABELS) >= 15
    assert len({*ONE_LABEL, *TWO_LABELS}) == len(ONE_LABEL) + len(TWO_LABELS)


@pytest.mark.parametrize("carrier", [*ONE_LABEL, *TWO_LABELS])
def test_a_carrier_reads_yes_as_it_reads_no(carrier):
    for answer, other in permutations(["yes", "no"]):
        for write in (str.lower, str.title, str.upper):
            text = carrier.replace("X", write(answer)).replace("Z", write(other))
            assert extract_binary(text).answer == answer, text


@pytest.mark.parametrize("carrier", [*ONE_LABEL, *TWO_LABELS])
def test_a_carrier_reads_every_letter_alike(carrier):
    for letter, other in permutations("abcd", 2):
        for write in (str.lower, str.upper, "({})".format, "{})".format, "option {}".format):
            text = carrier.replace("X", write(letter)).replace("Z", write(other))
            assert extract_choice(text, COUNTRIES).answer == letter, text


@pytest.mark.parametrize("carrier", [*ONE_LABEL, *TWO_LABELS])
def test_a_carrier_reads_the_text_of_every_option_alike(carrier):
    for options in TEXTS:
        for letter, other in permutations(options, 2):
            text = carrier.replace("X", options[letter]).replace("Z", options[other])
            assert extract_choice(text, options).answer == letter, text
            both = carrier.replace("X", f"{letter}) {options[letter]}")
            both = both.replace("Z", f"{other}) {options[other]}")
            assert extract_choice(both, options).answer == letter, both


@given(st.sampled_from([*ONE_LABEL, *TWO_LABELS]), st.permutations("abcd"), st.permutations("abcd"))
def test_what_is_read_does_not_depend_on_which_label_is_which(carrier, order, texts):
    options = {letter: COUNTRIES[text] for letter, text in zip("abcd", texts, strict=True)}
    text = carrier.replace("X", order[0]).replace("Z", order[1])
    assert extract_choice(text, options).answer == order[0]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("True", "yes"),
        ("false.", "no"),
        ("Correct", "yes"),
        ("Incorrect.", "no"),
        ("None", "no"),
        ("Not present", "no"),
        ("Present.", "yes"),
        ("Y", "yes"),
        ("n", "no"),
        ("There are no coastal wetlands in this image.", "no"),
        ("There are coastal wetlands in this image.", "yes"),
        ("It does.", "yes"),
        ("It does not.", "no"),
        ("Ja", "yes"),
        ("Nein.", "no"),
        ("没有", "no"),
        ("有", "yes"),
        ('{"answer": true}', "yes"),
        ('{"answer": false}', "no"),
    ],
)
def test_other_words_for_yes_and_no_are_a_setting(text, answer):
    assert extract_binary(text) == (answer, "lenient")
    assert extract_binary(text, other_words=False) == (None, "unparsed")


@pytest.mark.parametrize(
    ("affirmed", "denied"),
    [
        ("There is a lake.", "There is no lake."),
        ("There are pastures in this image.", "There aren't any pastures in this image."),
        ("The image contains pastures.", "The image does not contain pastures."),
        ("The satellite image does include water.", "The satellite image doesn't include water."),
        ("The forest borders the lake.", "The forest does not border the lake."),
        ("The forest is adjacent to the lake.", "The forest is not adjacent to the lake."),
        ("Pastures are visible.", "Pastures are not visible."),
        ("It does.", "It doesn't."),
        ("They are.", "They are not."),
        ("True", "False"),
        ("That is correct.", "That is not correct."),
        ("I think so.", "I don't think so."),
    ],
)
def test_statements_are_read_alike_whether_they_affirm_or_deny(affirmed, denied):
    assert (extract_binary(affirmed).answer, extract_binary(denied).answer) == ("yes", "no")


@pytest.mark.parametrize(
    "text", ["The area is not large.", "The area is large.", "I see a lake.", "I see no lake."]
)
def test_other_statements_are_no_answer_either_way(text):
    assert extract_binary(text) == (None, "unparsed")


@pytest.mark.parametrize(
    "text", ["Yes, that is correct.", "No, that is correct.", "No. True forests are rare."]
)
def test_other_words_never_overrule_yes_and_no(text):
    assert extract_binary(text).answer == text[:3].strip(",. ").lower()


@pytest.mark.parametrize(
    "text",
    ["<think>Yes, I see it", "yes <think> but wait", "◁think▷no", "<think>a</think><think>yes", "[THINK] no"],
)
def test_a_thought_without_an_end_holds_no_answer(text):
    assert extract_binary(text) == (None, "unparsed")


AMOUNTS = {
    "a": "144000 to 288000 m2",
    "b": "288000 to 576000 m2",
    "c": "0 to 144000 m2",
    "d": "720000 to 1440000 m2",
}
SEASONS = {"a": "Spring", "b": "Summer", "c": "Winter", "d": "Autumn"}
PAIRS = {
    "a": "Pastures and inland waters",
    "b": "Arable land and pastures",
    "c": "Moors, heathland and sclerophyllous vegetation and arable land",
    "d": "Mixed forest and inland waters",
}


@pytest.mark.parametrize(
    ("text", "options", "letter"),
    [
        ("10-40 %", AREAS, "c"),
        ("10 – 40 %", AREAS, "c"),
        ("between 10 and 40 percent", AREAS, "c"),
        ("from 10% to 40%", AREAS, "c"),
        ("10 to 40 per cent of the area", AREAS, "c"),
        ("It covers about 60–70 percent.", AREAS, "a"),
        ("70%", AREAS, None),
        ("110 to 40%", AREAS, None),
        ("10 to 400%", AREAS, None),
        ("288,000 to 576,000 m²", AMOUNTS, "b"),
        ("288 000 – 576 000 square meters", AMOUNTS, "b"),
        ("between 288'000 and 576'000 sqm", AMOUNTS, "b"),
        ("0.144 to 0.288 km²", AMOUNTS, "a"),
        ("72 to 144 hectares", AMOUNTS, "d"),
        ("288 to 576 km²", AMOUNTS, None),
        ("Temperate, no dry season, warm summer", SEASONS, None),
        ("cold with a dry winter", SEASONS, None),
        ("It is a warm summer day", SEASONS, "b"),
        ("Fall", SEASONS, "d"),
        ("three", COUNTS, "a"),
        ("One.", COUNTS, "c"),
        ("There are two areas", COUNTS, "d"),
        ("more than 5", COUNTS, "b"),
        ("> 5", COUNTS, "b"),
        ("six", COUNTS, "b"),
        ("There are 7 of them.", COUNTS, "b"),
        ("30", COUNTS, "b"),
        ("3.5", COUNTS, None),
        ("3 %", COUNTS, None),
        ("1 to 2", COUNTS, None),
        ("1. d", COUNTS, "d"),
        ("left", {**DIRECTIONS, "a": "to the left"}, "a"),
        ("Top right", DIRECTIONS, "d"),
        ("to the top right", DIRECTIONS, "d"),
        ("the upper left", DIRECTIONS, "a"),
        ("below", DIRECTIONS, "b"),
        ("to the bottom-left", DIRECTIONS, None),
        ("to the left", DIRECTIONS, None),
        ("inland waters and pastures", PAIRS, "a"),
        ("pastures & inland waters", PAIRS, "a"),
        ("arable land and moors, heathland and sclerophyllous vegetation", PAIRS, "c"),
        ("pastures", PAIRS, None),
        ("arable lands", CLASSES, "c"),
        ("The image shows mostly mixed forests.", CLASSES, "d"),
        ("Land principally occupied by agriculture", CLASSES, "b"),
        ("temperate with no dry season and cold summer", ZONES, "c"),
        ("Cold - no dry season - warm summer", ZONES, "b"),
        ("Cold", ZONES, None),
        ("b) Austria", COUNTRIES, None),
        ("Austria (b)", COUNTRIES, None),
        ("Belgium (b)", COUNTRIES, "b"),
        ("The answer is not b.", COUNTRIES, None),
        ("All of the above", COUNTRIES, None),
        ("a b c d", COUNTRIES, None),
        ("a) Lithuania\nb) Belgium\nc) Austria\nd) Luxembourg\n\nAnswer: c", COUNTRIES, "c"),
        ("A) is flat. B) has hills. C) has mountains. D) is small.", COUNTRIES, None),
        ("It is a beautiful landscape", COUNTRIES, None),
        ("The temperature is 20 °C", COUNTRIES, None),
    ],
)
def test_an_option_is_found_in_the_ways_that_people_write_it(text, options, letter):
    assert extract_choice(text, options).answer == letter


@pytest.mark.parametrize(
    "part", ["yes ", "no\n", "no. ", '"yes" ', "a) ", "(a) ", "[", "<", "0.1, ", "</think>"]
)
def test_the_time_of_reading_grows_with_the_length_and_not_with_its_square(part):
    def seconds(length):
        text = part * (length // len(part))
        started = time.process_time()
        extract_binary(text)
        extract_choice(text, dict(zip("abcd", ("Lake", "Sea", "Wood", "Town"), strict=True)))
        return time.process_time() - started

    # Eight times the length: a square would be sixty-four times the time.
    assert seconds(80_000) < 24 * max(seconds(10_000), 0.02)
