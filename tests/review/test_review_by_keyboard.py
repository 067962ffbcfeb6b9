"""A person at the page: captions judged by keyboard in a browser, a reload, a second reviewer, a merge."""

import json

import pytest

from bentxt.review.review_files import read_reviews
from worlds.browser import BROWSER, Browser
from worlds.review_world import NAMES as PATCHES
from worlds.review_world import (
    SETTINGS,
    ReviewServer,
    ask,
    caption_row,
    finding,
    review_options,
    write_review_world,
)

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium here")
SAVED = "document.querySelector('#saved').innerText.startsWith('saved')"


def shown(page, place):
    """Wait until a caption is shown, by its place in the sample; returns its patch."""
    page.wait(f"current === {place} && document.body.dataset.shown === captions[{place}].patch_id")
    return page.value("document.querySelector('#patch').innerText")


def judge(page, place, not_met=()):
    """Judge a caption by its keys, and go on."""
    patch = shown(page, place)
    page.press(*"1234", *not_met)
    page.wait(f"captions[{place}].judgements.every((one) => one !== null)")
    page.press("ArrowRight")
    return patch


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A run one of whose captions tries to become more than text, and fails the check."""
    folder = tmp_path_factory.mktemp("keyboard")
    rows = [caption_row(name) for name in PATCHES]
    for row in rows[::2]:
        text = "<script>document.title = 'taken'</script> <img src=x onerror=\"document.title=''\"> a harbour"
        found = finding(text, "harbour", criterion="factually_accurate", kind="invented object")
        row |= {"caption": text, "factually_accurate": False, "findings": [found]}
    write_review_world(folder, rows=rows)
    return folder


def test_ten_captions_a_reload_a_second_reviewer_and_a_merge(world, tmp_path, run_program):
    options = [*review_options(world), "--journals", tmp_path]
    with Browser(tmp_path / "profile") as page, ReviewServer(options) as server:
        page.open(server.address)
        judged = [judge(page, place, "2" if place == 1 else "") for place in range(4)]
        shown(page, 4)
        page.press("1", "c")
        page.write("a harbour? 1234")
        page.press("Enter")
        page.wait(SAVED)
        page.reload()
        # It comes back to the same caption, with what was judged of it.
        assert shown(page, 4)
        assert page.value("document.querySelector('#comment').value") == "a harbour? 1234"
        assert page.text("#done") == "4 of 10 reviewed"
        assert [page.value(f"captions[4].judgements[{place}]") for place in range(4)] == [
            True,
            None,
            None,
            None,
        ]
        page.press("a")
        page.wait("captions[4].judgements.every((one) => one === true)")
        page.press("ArrowRight")
        judged += [judge(page, place) for place in range(5, 10)]
        page.wait("document.querySelector('#done').innerText === '10 of 10 reviewed'")
        page.wait(SAVED)
        assert page.value("document.title") == "Review of captions"
        assert page.value("document.querySelectorAll('#caption script, #caption img').length") == 0
        # The two may judge at one time; neither sees what the other says.
        with ReviewServer([*options, "--reviewer", "ben"]) as other:
            page.open(other.address)
            page.wait("document.querySelector('header').innerText.includes('by ben')")
            for place in range(10):
                judge(page, place, "3" if place == 0 else "")
            page.wait("document.querySelector('#done').innerText === '10 of 10 reviewed'")
            page.wait(SAVED)
    for name in ("anna", "ben"):
        done = run_program(
            "review_captions", *options, "--reviewer", name, "--export", tmp_path / f"{name}.csv"
        )
        assert "reviews of 10 captions" in done.stderr
    files = [tmp_path / "anna.csv", tmp_path / "ben.csv"]
    run_program(
        "merge_reviews",
        "--reviews",
        *files,
        "--out",
        tmp_path / "merged.csv",
        "--settings",
        json.dumps(SETTINGS),
    )
    merged = {each.patch_id: each for each in read_reviews(tmp_path / "merged.csv")}
    assert len(merged) == 10
    assert {patch for patch, each in merged.items() if not each.passed} == {judged[0], judged[1]}
    assert "a harbour? 1234" in "".join(each.comment for each in merged.values())
    assert "## How far reviewers agree" in (tmp_path / "merged.md").read_text()


def test_filters_search_help_marks_another_tab_and_a_server_that_ends(world, tmp_path):
    options = [*review_options(world, captions=None), "--journals", tmp_path]
    with ReviewServer(options) as server, Browser(tmp_path / "profile", (900, 600)) as page:
        page.open(server.address)
        shown(page, 0)
        assert page.text("#position") == "1 of 12 shown"
        page.press("?")
        page.wait("document.querySelector('#help').open")
        # Keys of the page are not keys of its help.
        page.press("1", "Escape")
        page.wait("!document.querySelector('#help').open")
        assert page.value("captions[0].judgements.every((one) => one === null)")
        page.press("/")
        page.write(PATCHES[2][-8:])
        page.press("Enter")
        page.wait(f"document.body.dataset.shown === {json.dumps(PATCHES[2])}")
        assert page.text("#position") == "1 of 1 shown"
        assert page.text("#caption .found").startswith("harbour")
        assert "invented object" in page.text("#findings")
        page.press("h")
        assert page.value("getComputedStyle(document.querySelector('#findings')).display") == "none"
        page.value("search.value = ''; search.dispatchEvent(new Event('input'))")
        page.value("filter.value = 'failed'; filter.dispatchEvent(new Event('change'))")
        assert page.text("#position").endswith(" of 6 shown")
        page.press("a", "ArrowRight")
        page.wait("captions.filter(isReviewed).length === 1")
        page.value("filter.value = 'open'; filter.dispatchEvent(new Event('change'))")
        assert page.text("#position").endswith(" of 11 shown")
        # Nothing but the texts has to be scrolled, and no picture is missing.
        page.wait("[...document.images].every((image) => image.naturalWidth === 120)")
        assert page.value(
            "document.documentElement.scrollWidth <= 900 && document.documentElement.scrollHeight <= 600"
        )
        # What another tab judged is there with the next change; what cannot be saved is told.
        digest = page.value("captions[current].caption_sha256")
        patch = page.value("captions[current].patch_id")
        change = {"field": "complete", "value": False, "caption_sha256": digest}
        ask(server.address, f"captions/{patch}", change)
        page.press("1")
        page.wait("captions[current].judgements[0] === true && captions[current].judgements[2] === false")
        server.process.kill()
        server.process.wait()
        page.press("2")
        page.wait("document.querySelector('#problem').innerText.startsWith('Not saved')")
        assert page.text("#saved") == "not saved yet …"
