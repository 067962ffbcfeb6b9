"""The page and the figure of the check: marked places, hostile texts, what the page says of itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.published.caption_claims import read_paper_values
from bentxt.reporting.caption_check_figure import draw_caption_check
from bentxt.reporting.caption_check_page import (
    PAGE,
    marked_parts,
    not_as_expected,
    page_content,
    worst_captions,
)
from bentxt.reporting.caption_rates import (
    damage_rows,
    paper_rows,
    people_rows,
    rate_rows,
    statistics_rows,
    use_rows,
)
from bentxt.reporting.html_pages import render_still_page
from bentxt.resources import RESOURCES
from worlds.checked_captions import JUDGED, ROWS, captions, damages, finding, row
from worlds.shown_pages import HOSTILE, ShownPage

PAPER = read_paper_values(RESOURCES / "paper/claims.yaml")


def rows_of(table, judged, reviews=None):
    return [
        *paper_rows(PAPER),
        *people_rows(reviews, "mini"),
        *rate_rows(table, "mini"),
        *use_rows(table, "mini"),
        *statistics_rows(table, 0.72, PAPER, "mini"),
        *damage_rows(judged, "mini"),
    ]


def shown(table=None, judged=None, reviews=None, run="mini"):
    table = captions() if table is None else table
    judged = damages(JUDGED) if judged is None else judged
    content = page_content(rows_of(table, judged, reviews), table, judged, "written by a-model", run)
    return ShownPage(render_still_page(PAGE.read_text(encoding="utf-8"), content, PAGE))


PLACES = st.tuples(st.none() | st.integers(-2, 14), st.none() | st.integers(-2, 14))


@given(st.text(max_size=12), st.lists(PLACES, max_size=4))
def test_marked_parts_are_the_whole_text(text, places):
    found = [finding("refined", "complete", start=start, stop=stop) for start, stop in places]
    plain = marked_parts(text, [])
    assert "".join(part["text"] for part in marked_parts(text, found)) == "".join(p["text"] for p in plain)


def test_overlapping_findings_are_marked_with_all_their_messages():
    found = [
        finding("refined", "complete", message="one", start=0, stop=4),
        finding("refined", "factually_accurate", message="two", start=2, stop=6),
        finding("refined", "complete", message="beyond", start=4, stop=99),
    ]
    parts = marked_parts("abcdefgh", found)
    assert [(part["text"], part["criterion"], part["title"]) for part in parts] == [
        ("ab", "complete", "one"),
        ("cd", "complete", "one; two"),
        ("ef", "factually_accurate", "two"),
        ("gh", "", ""),
    ]


def test_worst_captions_come_first_and_one_of_a_patch():
    worst = worst_captions(captions())
    assert [(each["patch_id"], each["version"], len(each["findings"])) for each in worst] == [
        ("P3", "paraphrased", 3),
        ("P2", "refined", 2),
    ]
    assert worst_captions(captions(), 1) == worst[:1]
    assert worst_captions(captions(ROWS[:1])) == []


def test_the_page_marks_the_places_and_says_whose_rates_they_are():
    page = shown()
    marks = page.named("mark")
    assert {"class": "factually_accurate", "title": "no forest is here"} in marks
    assert {"class": "free_of_artifacts", "title": "a prefix"} in marks
    text = " ".join(page.texts)
    assert "Output:" in page.texts
    assert "invented world" in text
    assert "those of an automatic check, not of people" in text
    assert "No caption of this run was judged by people." in text
    assert "no captions of a language model" in text
    assert [
        "all four",
        "77.50 76.02–78.91",
        "66.67 20.77–93.85",
        "33.33 6.15–79.23",
        "50.00 15.00–85.00",
    ] in (page.rows)
    assert ["no text: cut", "1", "25.00"] in page.rows
    assert "pastures are missing" in page.texts
    assert "(no place in the text)" in page.texts


def test_peoples_rates_have_a_column_where_there_are_reviews():
    reviews = dict.fromkeys(
        ("linguistically_correct", "factually_accurate", "complete", "free_of_artifacts"), (9, 10)
    )
    page = shown(reviews=reviews)
    assert "this run's, by people" in page.texts
    assert "No caption of this run was judged by people." not in page.texts


def test_missed_damages_and_refused_captions_are_shown_a_few_of_a_kind():
    many = damages([("facts", "wrong season", True, False)] * 5 + JUDGED)
    found = not_as_expected(many, 2)
    assert [(each["group"], each["kind"]) for each in found] == [
        ("undamaged", "undamaged"),
        ("harmless", "areas in ha"),
        ("facts", "wrong season"),
        ("facts", "wrong season"),
    ]
    assert "wrong season of 0." in shown(judged=many).texts


def test_a_run_with_a_models_captions_has_a_column_of_its_own():
    grammar, model = damages(JUDGED), damages(JUDGED, "model")
    both = damages([]).from_batches([*grammar.to_batches(), *model.to_batches()])
    page = shown(judged=both)
    assert "a model's, %" in page.texts
    assert any("whether they are right without a" in text for text in page.texts)


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_model_wrote_stays_text(text):
    table = captions(
        [
            row(
                "P",
                text,
                f"{text}.",
                "paraphrased",
                [finding("refined", "complete", text, text, 0, len(text))],
            )
        ]
    )
    plain = [
        name for name, _ in shown(captions([ROWS[1]])).elements if name not in ("tr", "td", "th", "mark")
    ]
    page = shown(table)
    assert "script" not in {name for name, _ in page.elements}
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert {name for name, _ in page.elements} <= {*plain, "tr", "td", "th", "mark"}


@pytest.mark.parametrize("judged", [JUDGED, []])
def test_the_figure_shows_the_rates_of_the_run_and_of_the_paper(judged):
    figure = draw_caption_check(rows_of(captions(), damages(judged)), "mini")
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    texts += [text.get_text() for text in figure.texts]
    assert "50.0 %\n2" in texts
    assert "paper 107" in texts
    assert any("No captions of this run were judged by people" in text for text in texts)
    assert ("wrong season" in texts) == bool(judged)
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert labels == ["paraphrased", "refined", "used", "the paper's, by people"]
