"""The page of items: what it holds, that answers stay text, and the program that makes it."""

import base64
import hashlib
import html
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.errors import InputError
from bentxt.reporting.items_page import PAGE, page_data, render_page
from worlds.prediction_world import write_world
from worlds.scored_items_world import UNREAD, item_rows, model_items, options, unavailable, write_items, wrong

TEMPLATE = PAGE.read_text(encoding="utf-8")
PICTURE = np.random.default_rng(0).integers(0, 255, (120, 120, 3), np.uint8)
#: Answers that try to become more than text.
HOSTILE = [
    "</script><script>document.title = 'taken'</script>",
    "<!-- <script> --> @@DATA@@ @@TITLE@@",
    "<img src=x onerror=\"document.title = 'taken'\">",
    "yes\u2028\u2029\x00\x07\u202eon &lt;b&gt;",
    "\\u003cscript\\u003e ${document.title} ` ' \" \\",
]


class Reader(HTMLParser):
    """The elements of a page, and the text of its scripts."""

    def __init__(self):
        super().__init__()
        self.elements, self.scripts, self.inside = [], [], False

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag == "script":
            self.scripts.append("")
            self.inside = True

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "script"

    def handle_data(self, text):
        if self.inside:
            self.scripts[-1] += text


def read(page):
    reader = Reader()
    reader.feed(page)
    data, program = reader.scripts
    return reader.elements, json.loads(data), program


def binary_page(answers=(), title="Binary questions"):
    changed = {place: {"answer": text} for place, text in enumerate(answers)}
    rows = item_rows("binary", 6, 3, changed)
    models = [model_items("Wide", "binary", rows), model_items("Other", "binary", wrong(rows, [5]))]
    data = page_data("binary", models, {"GeoA": "no <weights>"}, {"PATCH_0": PICTURE}, "mini")
    return render_page(TEMPLATE, title, data)


def test_the_page_holds_every_item_with_every_answer():
    rows = item_rows("binary", 6, 3)
    rows[2] |= UNREAD
    models = [model_items("Wide", "binary", rows), model_items("Blind", "binary", wrong(rows, [5]))]
    data = page_data("binary", models, {"GeoA": "no weights", "GeoB": "no weights"}, {}, "paper")
    texts, items = data["texts"], data["items"]
    assert items["id"] == [100, 101, 102, 103, 104, 105]
    assert [texts[number] for number in items["output"]] == ["yes", "no"] * 3
    assert [data["patches"][place]["id"] for place in items["patch"]] == ["PATCH_0", "PATCH_1", "PATCH_2"] * 2
    first, second = data["models"]
    assert (first["verdict"], second["verdict"]) == ("rrurrr", "rrurrw")
    assert first["level"] == "ssusss"
    assert (first["extracted"][2], texts[first["answer"][2]]) == (None, "I cannot say.")
    assert second["score"] == [100, 100, 0, 100, 100, 0]
    assert data["absent"] == [["GeoA, GeoB", "no weights"]]
    assert data["about"] == "Split bench: 6 items of 3 patches."
    assert (data["mini"], second["name"]) == (False, "Blind (no image)")


def test_boxes_points_and_metrics_of_captions():
    boxes = page_data(
        "referring", [model_items("Wide", "referring", item_rows("referring", 2))], {}, {}, "mini"
    )
    assert boxes["items"]["box"] == [(0, 0, 0.5, 0.5), (0.25, 0.5, 1, 1)]
    assert boxes["items"]["point"] == [(0.25, 0.75), None]
    assert boxes["models"][0]["box"] == [[0, 0, 0.5, 0.5], [0.25, 0.5, 1, 1]]
    captions = page_data(
        "captioning", [model_items("Wide", "captioning", item_rows("captioning", 2))], {}, {}, "mini"
    )
    assert [name for name, _ in captions["metrics"]] == ["score", "meteor", "cider"]
    assert captions["models"][0]["cider"] == [400, 400]
    assert captions["models"][0]["verdict"] == "--"


def test_a_page_without_any_model_says_why():
    data = page_data("mcq", [], {"GeoA": "no weights"}, {}, "mini")
    _, found, _ = read(render_page(TEMPLATE, "x", data))
    assert (found["items"]["id"], found["absent"]) == ([], [["GeoA", "no weights"]])


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_model_wrote_stays_text(text):
    page = binary_page([text], title=text)
    elements, data, program = read(page)
    assert text in data["texts"]
    assert [tag for tag, _ in elements if tag == "script"] == ["script", "script"]
    assert [tag for tag, _ in elements] == [tag for tag, _ in read(binary_page())[0]]
    assert not [name for _, attributes in elements for name in attributes if name.startswith("on")]
    assert program in TEMPLATE
    assert f"<title>{html.escape(text)}</title>" in page


def test_an_answer_of_ten_megabytes_is_shown_in_part_with_its_length():
    page = binary_page(["yes " * 2_500_000])
    assert len(page) < 100_000
    assert "… (10,000,000 characters in all)" in page


def test_an_item_without_an_answer_says_why():
    rows = item_rows("binary", 3, 3)
    rows[1] |= UNREAD | {"answer": "", "failure": "refused by the server"}
    data = page_data("binary", [model_items("Wide", "binary", rows)], {}, {}, "mini")
    assert [None if number is None else data["texts"][number] for number in data["models"][0]["failure"]] == [
        None,
        "refused by the server",
        None,
    ]


@given(st.lists(st.text(), min_size=1, max_size=6))
def test_any_text_comes_back_as_it_was(texts):
    template = (
        '<title>@@TITLE@@</title><meta content="@@POLICY@@"><style></style>'
        '<script type="application/json">@@DATA@@</script><script>1</script>'
    )
    page = render_page(template, "x", {"texts": texts})
    assert read(page)[1]["texts"] == texts
    assert page.count("<") == template.count("<")


def test_only_the_page_s_own_script_may_run_and_nothing_is_fetched():
    page = binary_page()
    elements, _, program = read(page)
    policy = next(each["content"] for _, each in elements if each.get("http-equiv"))
    digest = base64.b64encode(hashlib.sha256(program.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    fetched = [value for _, each in elements for name, value in each.items() if name in ("src", "href")]
    assert fetched == ["#results"]
    assert set(re.findall(r"https?://[^\"'\s]+", page)) == {"http://www.w3.org/2000/svg"}


def test_a_broken_template_is_named():
    for text, item in [
        (TEMPLATE.replace("@@DATA@@", ""), "@@DATA@@"),
        (TEMPLATE + "@@MORE@@", "@@MORE@@"),
        (TEMPLATE.replace("<style>", "<style media=print>"), "style"),
    ]:
        with pytest.raises(InputError) as error:
            render_page(text, "x", {}, "items.html")
        assert (error.value.item, error.value.file) == (item, "items.html")


@pytest.fixture
def made(tmp_path, run_program):
    write_world(tmp_path)
    rows = item_rows("binary", 24, 8, {place: {"answer": text} for place, text in enumerate(HOSTILE)})
    paths = [
        write_items(tmp_path, "Wide", "binary", wrong(rows, range(5, 24, 2))),
        write_items(tmp_path, "Blind", "binary", rows),
        unavailable(tmp_path, "Other", "binary", "no network"),
    ]
    arguments = options(paths, task="binary", images=tmp_path / "images.lmdb", out=tmp_path / "page.html")
    run_program("browse_items", *arguments)
    return tmp_path


def test_the_program_makes_a_page_of_what_was_run(made):
    _, data, _ = read((made / "page.html").read_text(encoding="utf-8"))
    assert [model["name"] for model in data["models"]] == ["Wide", "Blind (no image)"]
    assert ["Other", "no network"] in data["absent"]
    assert ["GeoA", "no weights here"] in data["absent"]
    # The world has images of four of the eight patches.
    assert [patch["image"] is None for patch in data["patches"]] == [False] * 4 + [True] * 4
    assert data["patches"][0]["image"].startswith("data:image/jpeg;base64,/9j/")
    provenance = json.loads((made / "page.provenance.json").read_text())
    assert (provenance["run"], provenance["target"]) == ("mini", ["page.html"])


BROWSER = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None)


@pytest.mark.skipif(BROWSER is None, reason="no Chromium here")
def test_a_browser_shows_the_items_that_the_address_asks_for(made):
    address = (made / "page.html").as_uri() + "#m0=wrong&sort=0.score&size=25&text=lake"
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    command += [f"--user-data-dir={made / 'profile'}", "--virtual-time-budget=2000", "--dump-dom", address]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    assert shown.count("<article>") == 10
    assert "10 of 24 items; page 1 of 1" in shown
    assert "<title>Binary questions, all items</title>" in shown
    everything = (made / "page.html").as_uri() + "#size=25"
    shown = subprocess.run(
        [*command[:-1], everything], capture_output=True, text=True, check=True, timeout=120
    )
    assert "<title>Binary questions, all items</title>" in shown.stdout
    articles = shown.stdout.partition("<article>")[2]
    assert html.escape(HOSTILE[0], quote=False) in articles
    assert "⟦U+0000⟧⟦U+0007⟧⟦U+202E⟧on" in articles
