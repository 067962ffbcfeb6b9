import pytest

from bentxt.errors import InputError
from bentxt.published.checks import CONTRADICTION, HOLDS, UNCHECKED
from bentxt.published.text_claims import check_claims, read_claims
from worlds.consistent_paper import CLAIMS, RELEASE, RESOURCES, printed_paper

PAPER = printed_paper()


@pytest.fixture
def checks(tmp_path):
    """Return a function that writes claims as YAML and checks them."""

    def write(text):
        path = tmp_path / "claims.yaml"
        path.write_text(text)
        return list(check_claims(PAPER, RELEASE, read_claims(path), path))

    return write


def claim(value, check, unit="things", exact="false"):
    return f'it: {{says: there are so many, where: here, value: "{value}", unit: {unit}, exact: {exact}, ' + (
        f"checks: [{check}]}}"
    )


@pytest.mark.parametrize(
    ("value", "check", "verdict", "arithmetic"),
    [
        ("50 million", "equals: 107 * 464044", HOLDS, "107 × 464044 = 49,652,708 agrees with 50 million"),
        ("51 million", "equals: 107 * 464044", CONTRADICTION, "107 × 464044 = 49,652,708 ≠ 51 million"),
        ("9.6M", "equals: rows()", HOLDS, "9.6M agrees with 9,553,962"),
        ("9.5M", "equals: rows()", CONTRADICTION, "9,553,962 ≠ 9.5M"),
        ("469", "at_least: 21 * 15", HOLDS, "469 ≥ 21 × 15 = 315"),
        ("300", "at_least: 21 * 15", CONTRADICTION, "300 is not ≥ 21 × 15 = 315"),
        ("0.3k", "at_least: 21 * 15", UNCHECKED, "0.3k is not ≥ 21 × 15 = 315"),
        ("77.50", "share_of: '3209'", HOLDS, "2,487 / 3,209 = 77.5008 → 77.50"),
        (
            "77.51",
            "share_of: '3209'",
            CONTRADICTION,
            "2,487 / 3,209 = 77.5008 → 77.50; 2,488 / 3,209 = 77.5319 → 77.53",
        ),
        (
            "77.51",
            "share_of: '10000'",
            UNCHECKED,
            "of 10000 items every number of so many decimals is a share",
        ),
        ("77", "share_of: '3209'", UNCHECKED, "of 3209 items every number of so many decimals is a share"),
    ],
)
def test_a_number_is_checked_within_its_rounding(checks, value, check, verdict, arithmetic):
    (found,) = checks(claim(value, f"{{{check}}}"))
    assert (found.verdict, found.arithmetic) == (verdict, (arithmetic,))


def test_one_reading_of_several_is_enough(checks):
    (found,) = checks(claim("31.6", "{one_of: {first: 10 + 1, second: 30 + 1.6}}"))
    assert found.verdict == HOLDS
    (found,) = checks(claim("31.52", "{one_of: {first: 10 + 1, second: 30 + 1.6}}"))
    assert found.verdict == CONTRADICTION
    assert found.statement == "31.52 things in the text is none of 2 readings; nearest 31.60, second"


def test_a_number_that_is_only_named_by_others_is_in_their_checks(checks):
    text = """
one: {says: a part, where: here, value: "196,262", exact: true}
two: {says: a part, where: here, value: "17,725", exact: true}
both:
  says: the whole
  where: here
  checks: [{same: ['one + two', 'table1["Landsat30-AU", "image_text_samples"]']}]
"""
    (found,) = checks(text)
    assert found.verdict == CONTRADICTION
    assert found.arithmetic == ("196,262 + 17,725 = 213,987 ≠ 216k",)


@pytest.mark.parametrize(
    ("row", "verdict", "columns"),
    [("GPT", HOLDS, 5), ("GLM", CONTRADICTION, 0)],
)
def test_the_highest_row_of_a_table(checks, row, verdict, columns):
    (found,) = checks(f"it: {{says: best, where: here, checks: [{{highest_in: [table6], row: {row}}}]}}")
    assert (found.verdict, found.computed) == (verdict, f"highest in {columns} of 5 columns of Table 6")


def test_a_model_above_another_wherever_both_have_a_number(checks):
    (found,) = checks("it: {says: better, where: here, checks: [{above: IVL, row: RS-InternVL}]}")
    assert (found.verdict, found.computed) == (HOLDS, "above IVL in 36 of 36 numbers that both have")
    (found,) = checks("it: {says: better, where: here, checks: [{above: GPT, row: RS-InternVL}]}")
    assert found.verdict == CONTRADICTION
    area = "Table S8, RS-InternVL, Area: 42.11; Table 4, GPT, Area: 44.41"
    assert found.arithmetic == (area, "RS-InternVL is above GPT in 31 of 32 numbers that both have")


def test_what_cannot_be_checked_says_why_and_what_follows(checks):
    (found,) = checks(claim("1.7", "{unchecked: no number of it, implies: {the other: 64.69 / it}}"))
    assert found.verdict == UNCHECKED
    assert found.arithmetic == (
        "no number of it",
        "it implies the other: 64.69 / 1.7 = 38.05, with rounding 37.0 to 39.2",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "expected claims by key"),
        ("it: 3", "expected a mapping"),
        ("it: {says: x, where: y, value: 3, checks: []}", "value is 3"),
        ("it: {says: x, where: y, value: 77.50, checks: []}", "value is 77.5"),
        ("it: {says: x, value: '3', checks: []}", "fields missing: where"),
        ("it: {says: x, where: y, colour: z}", "unknown fields: colour"),
        ("it: {says: x, where: y, value: '3'}", "nothing checks this claim"),
        ("it: {says: x, where: y, value: three, checks: []}", "not a number as the paper prints it"),
        ("it: {says: x, where: y, checks: [{equals: '3'}]}", "equals needs a value"),
        ("it: {says: x, where: y, value: '3', checks: [{is: '3'}]}", "no known form"),
        ("it: {says: x, where: y, value: '3', checks: [{equals: '3', at_least: '3'}]}", "no known form"),
        ("it: {says: x, where: y, value: '3', checks: [{equals: 3}]}", "not a check of the form equals"),
        ("it: {says: x, where: y, checks: [{highest_in: [table5]}]}", "not a check of the form highest_in"),
        ("it: {says: x, where: y, checks: [{highest_in: [table5], row: Nobody}]}", "no row 'Nobody'"),
        ("it: {says: x, where: y, value: '3', checks: [{equals: other}]}", "not understood: other: other"),
        ("a b: {says: x, where: y, value: '3', checks: [{equals: '3'}]}", "no word"),
        ("it: {says: x, where: y, value: '3', checks: [{share_of: '1.5'}]}", "a share is of an exact count"),
    ],
)
def test_a_claim_that_is_not_understood_is_named(checks, tmp_path, text, message):
    with pytest.raises(InputError, match=message) as error:
        checks(text)
    assert error.value.file == tmp_path / "claims.yaml"
    assert error.value.item == (None if text == "[]" else text.partition(":")[0])


def test_every_claim_of_the_paper_has_words_and_a_place():
    assert len(CLAIMS) > 25
    assert all(each.says and each.where for each in CLAIMS.values())
    assert (RESOURCES / "paper/claims.yaml").read_text().startswith("# What the paper's text says")
