import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.errors import InputError
from bentxt.evaluation.answer_extraction import extract_binary, extract_choice, options_of

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
        ("The answer is a). The answer is b).", COUNTRIES),
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
