"""The page of one model: its row and its answers are there as texts, and as nothing else."""

import base64
import hashlib
import json
import re
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bentxt.errors import InputError
from bentxt.models.model_table import read_models
from bentxt.models.table_rows import rows_to_json, table_rows
from bentxt.published.model_page import PAGE, choose_shown, page_content, render_model_page
from bentxt.published.model_standing import standings
from worlds.consistent_paper import printed_paper
from worlds.pages import PROJECT
from worlds.prediction_world import write_world
from worlds.scored_items_world import UNREAD, item_rows, unavailable, write_items, wrong
from worlds.shown_pages import HOSTILE, ShownPage

TEMPLATE = PAGE.read_text(encoding="utf-8")
TABLES = standings({}, printed_paper())


def run(run_program, folder, answers=(), images=True, **more):
    """Make the page of a model that says these answers to binary questions."""
    changed = {place: UNREAD | {"answer": text} for place, text in enumerate(answers)}
    rows = item_rows("binary", 24, 4, changed)
    paths = [write_items(folder, "Wide", "binary", rows if answers else wrong(rows, range(9, 24, 2)))]
    paths.append(write_items(folder, "Wide", "referring", item_rows("referring", 12, 4)))
    paths.append(write_items(folder, "Wide", "captioning", item_rows("captioning", 4)))
    paths.append(unavailable(folder, "Wide", "mcq", "no <b>answers</b>"))
    scores, items = zip(*paths, strict=True)
    arguments = ["--model", "Wide", "--scores", *scores, "--items", *items, "--out", folder / "page.html"]
    arguments += ["--rows", rows_to_json(table_rows(read_models(PROJECT / "resources/models.yaml")))]
    arguments += ["--settings", json.dumps({"run": "mini", "seed": 3})]
    for name, folder_of in (("paper", "paper"), ("release-counts", "release_counts.csv")):
        arguments += [f"--{name}", PROJECT / "resources" / folder_of]
    arguments += ["--release-rows", PROJECT / "resources/release_benchmark_rows.csv"]
    if images:
        write_world(folder)
        arguments += ["--images", folder / "images.lmdb"]
    for name, value in more.items():
        arguments += [f"--{name}", value]
    run_program("draw_model_page", *arguments)
    return (folder / "page.html").read_text(encoding="utf-8")


def test_the_page_holds_the_row_the_answers_and_what_keeps_them_from_being_more(tmp_path, run_program):
    page = ShownPage(run(run_program, tmp_path, name="A <model> & more"))
    assert page.texts[0].startswith("A <model> & more on the BigEarthNet.txt benchmark")
    said = " ".join(page.texts)
    assert "The embedded run: an invented world" in said
    assert "not scored: no <b>answers</b>" in said
    (row,) = [row for row in page.rows if row[:2] == ["Wide", "this run"] and len(row) == 6]
    assert row[2] == row[5] == "100.00 [100.00, 100.00]"
    assert re.fullmatch(r"66\.67 \[\d+\.\d\d, \d+\.\d\d\]", row[3])
    assert row[4] == "–"
    assert ["Qwen", "published, Table 6", "20.42", "28.81", "8.25", "0.89", "0.00", "yes"] in page.rows
    assert len(page.named("article")) == 2 * 6 + 6 + 4
    provenance = json.loads((tmp_path / "page.provenance.json").read_text())
    assert provenance["target"] == ["page.html", "page.csv"]


def test_boxes_are_drawn_where_the_answer_and_the_reference_say(tmp_path, run_program):
    page = ShownPage(run(run_program, tmp_path))
    boxes = {
        tuple(each[name] for name in ("x", "y", "width", "height"))
        for each in page.named("rect")
        if "stroke" in each
    }
    assert boxes == {("0.0", "0.0", "60.0", "60.0"), ("30.0", "60.0", "90.0", "60.0")}
    points = {(each["cx"], each["cy"]) for each in page.named("circle") if each.get("r") == "3"}
    assert points == {("30.0", "90.0")}
    # Pictures of the patches, as data in the page.
    shown = {each["href"] for each in page.named("image")}
    assert len(shown) == 4
    assert all(address.startswith("data:image/jpeg;base64,/9j/") for address in shown)


def test_without_images_the_page_says_so_and_has_the_rest(tmp_path, run_program):
    page = ShownPage(run(run_program, tmp_path, images=False))
    assert "This run has no images" in " ".join(page.texts)
    assert page.named("image") == []
    assert len(page.named("article")) == 2 * 6 + 6 + 4


def skeleton(page):
    """Return the elements of a page with the names of their attributes; of equal ones in a row one."""
    return {(tag, *sorted(attributes)) for tag, attributes in ShownPage(page).elements}


def test_what_a_model_wrote_stays_text_and_short(tmp_path, run_program):
    (tmp_path / "plain").mkdir()
    plain = run(run_program, tmp_path / "plain", ["I cannot say."] * 6)
    answers = [*HOSTILE[:5], "x" * 10_000_000]
    page = run(run_program, tmp_path, answers)
    assert skeleton(page) == skeleton(plain)
    assert "on" not in {name[:2] for _, attributes in ShownPage(page).elements for name in attributes}
    assert len(page) < 2 * len(plain)
    said = ShownPage(page).texts
    for text in (answers[0], answers[1], answers[2], answers[4]):
        assert text in said
    assert "a⟦U+202E⟧evil⟦U+2066⟧ ⟦U+0000⟧⟦U+0007⟧⟦U+001B⟧[31mred" in said
    assert "x" * 600 + "… ⟦cut here: 10,000,000 characters in all⟧" in said


def contents(task, rows):
    items = {name: [row[name] for row in rows] for name in rows[0]}
    shown = {task: choose_shown(items, 3)}
    return page_content("Mine", "Mine", {}, TABLES, shown, None, "paper")


@settings(max_examples=25)
@given(st.text(), st.text(), st.text())
def test_any_texts_leave_the_page_s_elements_as_they_are(question, answer, place):
    rows = item_rows("binary", 4, answers={1: UNREAD})
    plain = render_model_page(TEMPLATE, contents("binary", rows))
    rows[1] |= {"input": question, "answer": answer or " ", "country": place, "patch_id": place or "P"}
    page = render_model_page(TEMPLATE, contents("binary", rows))
    assert [tag for tag, _ in ShownPage(page).elements] == [tag for tag, _ in ShownPage(plain).elements]


def test_nothing_runs_and_nothing_is_fetched():
    page = render_model_page(TEMPLATE, contents("referring", item_rows("referring", 4)))
    shown = ShownPage(page)
    policy = next(each["content"] for each in shown.named("meta") if each.get("http-equiv"))
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:;")
    assert "script" not in policy
    assert "unsafe" not in policy
    assert not re.findall(r"https?:", page)
    assert not {"script", "a", "link", "iframe", "object", "form"} & {name for name, _ in shown.elements}


@pytest.mark.parametrize(
    ("template", "words"),
    [
        (TEMPLATE.replace("</body>", "<script>1</script></body>"), "no script"),
        (TEMPLATE.replace("<style>", "<style media=print>"), "expected one <style>"),
        (TEMPLATE.replace("page.footer", "page.foot"), "broken template"),
        (TEMPLATE.replace("{% endfor %}", "", 1), "broken template"),
    ],
)
def test_a_broken_template_is_named(template, words):
    with pytest.raises(InputError, match=words) as error:
        render_model_page(template, contents("mcq", item_rows("mcq", 4)), "model.html")
    assert error.value.file == "model.html"


def test_scores_of_another_model_are_refused(tmp_path, run_program):
    score, items = write_items(tmp_path, "Other", "binary", item_rows("binary"))
    arguments = ["--model", "Wide", "--scores", score, "--items", items, "--out", tmp_path / "page.html"]
    done = run_program("draw_model_page", *arguments, check=False)
    assert "a score of Other on bench, expected Wide on bench" in done.stderr
    assert not (tmp_path / "page.html").exists()


BROWSER = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None)


@pytest.mark.skipif(BROWSER is None, reason="no Chromium here")
def test_a_browser_shows_the_page_and_runs_nothing_of_the_answers(tmp_path, run_program):
    run(run_program, tmp_path, [*HOSTILE, "<script>document.title = 'taken'</script>"])
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=2000", "--dump-dom"]
    done = subprocess.run(
        [*command, (tmp_path / "page.html").as_uri()], capture_output=True, text=True, check=True, timeout=120
    )
    assert "<title>Wide on the BigEarthNet.txt benchmark</title>" in done.stdout
    assert done.stdout.count("<article>") == 22
