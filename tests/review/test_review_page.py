"""The page's server: who may read and write, that captions stay text, two tabs, a kill, two reviewers."""

import csv
import io
import json
import signal
import urllib.error
import urllib.request

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

import review_captions
from bentxt.bigearthnet.image_store import open_images
from bentxt.bigearthnet.reference_maps import class_maps
from bentxt.errors import InputError
from bentxt.reporting.composites import read_class_colours
from bentxt.resources import RESOURCES
from bentxt.review.caption_sample import ReviewSettings
from bentxt.review.captions_under_review import captions_to_review, reviewed_captions
from bentxt.review.review_files import caption_hash, read_reviews
from bentxt.review.review_journal import ReviewJournal
from bentxt.review.review_page import review_app
from bentxt.review.review_pictures import PatchPictures
from bentxt.tables.schemas.augmented_captions_schema import CRITERIA
from worlds.map_archives import codes_of
from worlds.review_world import (
    NAMES,
    ReviewServer,
    ask,
    caption_row,
    finding,
    review_options,
    write_captions,
    write_review_world,
)
from worlds.shown_pages import HOSTILE, ShownPage

TOKEN = "a-token"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("review_world")
    write_review_world(folder, hostile=True)
    return folder


def app_of(world, journal, **settings):
    chosen = ReviewSettings(**{"sample": "random", "text": "caption", "captions": None, **settings})
    tables = world / "patches.parquet", [world / "captions.parquet"]
    names = captions_to_review(*tables, 7, chosen)
    captions, radar = reviewed_captions(*tables, chosen.text, names)
    maps = dict(zip(names, class_maps(world / "Reference_Maps.tar.zst", names), strict=True))
    colours = read_class_colours(RESOURCES / "class_colours.csv")
    pictures = PatchPictures(open_images(world / "images.lmdb"), radar, maps, colours)
    return review_app(captions, journal, pictures, TOKEN, "mini", chosen.sample)


@pytest.fixture
def journal(tmp_path):
    with ReviewJournal(tmp_path / "anna.jsonl", "anna") as found:
        yield found


@pytest.fixture
def client(world, journal):
    return TestClient(app_of(world, journal), base_url="http://127.0.0.1:8000")


def post(client, patch, change, headers=JSON, token=TOKEN):
    text = change if isinstance(change, str) else json.dumps(change)
    return client.post(f"/{token}/captions/{patch}", content=text, headers=headers)


def change_of(client, patch, field, value):
    digest = client.get(f"/{TOKEN}/captions/{patch}").json()["caption_sha256"]
    return {"field": field, "value": value, "caption_sha256": digest}


@pytest.mark.parametrize("path", ["", "captions", f"captions/{NAMES[0]}", "reviews.csv", "review.js"])
@pytest.mark.parametrize("token", ["", "another", TOKEN[:-1], f"{TOKEN}x", "%c3%a9"])
def test_without_the_token_nothing_is_shown(client, path, token):
    answer = client.get(f"/{token}/{path}")
    assert answer.status_code == 403
    assert NAMES[0] not in answer.text


def test_without_the_token_nothing_is_written(client, journal):
    change = change_of(client, NAMES[0], "complete", True)
    assert post(client, NAMES[0], change, token="another").status_code == 403
    assert not journal.reviews()


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "192.168.1.2:80", ""]
)
def test_a_name_of_another_machine_is_refused_so_that_no_page_can_rebind_its_own(client, journal, host):
    change = change_of(client, NAMES[0], "complete", True)
    assert client.get(f"/{TOKEN}/captions", headers={"Host": host}).status_code == 400
    assert post(client, NAMES[0], change, JSON | {"Host": host}).status_code == 400
    assert not journal.reviews()
    assert client.get(f"/{TOKEN}/captions", headers={"Host": "localhost:8000"}).status_code == 200


def test_only_the_page_s_own_files_may_run_on_it_and_nothing_is_inline(client):
    answer = client.get(f"/{TOKEN}/")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    page = ShownPage(answer.text)
    assert page.named("script") == [{"src": "review.js"}]
    assert [each["href"] for each in page.named("link")] == ["review.css"]
    assert not [
        name for _, each in page.elements for name in each if name.startswith("on") or name == "style"
    ]
    files = [answer.text, *(client.get(f"/{TOKEN}/review.{kind}").text for kind in ("css", "js"))]
    assert not any(sign in text for text in files for sign in ("http://", "https://", "innerHTML", "//cdn"))


def test_every_answer_has_the_policy_and_is_kept_nowhere(client):
    for path in (f"/{TOKEN}/", f"/{TOKEN}/captions", "/wrong/", f"/{TOKEN}/captions/none", "/"):
        answer = client.get(path)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_what_a_model_wrote_arrives_as_text_with_what_cannot_be_seen_written_out(client, number):
    found = client.get(f"/{TOKEN}/captions/{NAMES[number]}")
    assert found.headers["content-type"] == "application/json"
    text = "".join(piece["text"] for piece in found.json()["text"])
    if "\u202e" in HOSTILE[number]:
        assert text == "a⟦U+202E⟧evil⟦U+2066⟧ ⟦U+0000⟧⟦U+0007⟧⟦U+001B⟧[31mred"
    else:
        assert text == HOSTILE[number]
    assert found.json()["caption_sha256"] == caption_hash(HOSTILE[number])


def test_pictures_are_of_the_patch_and_the_legend_counts_its_map(client):
    name = NAMES[3]
    seen = {}
    for kind in ("sentinel-2", "sentinel-1", "map"):
        answer = client.get(f"/{TOKEN}/pictures/{name}/{kind}")
        assert answer.headers["content-type"] == "image/png"
        seen[kind] = np.asarray(Image.open(io.BytesIO(answer.content)))
        assert seen[kind].shape == (120, 120, 3)
    codes = codes_of(name)
    legend = client.get(f"/{TOKEN}/captions/{name}").json()["legend"]
    assert sum(line["area"] for line in legend) == 1_440_000
    assert [line["area"] for line in legend] == sorted((line["area"] for line in legend), reverse=True)
    arable = next(line for line in legend if line["name"] == "Arable land")
    assert arable["area"] == 100 * (codes == 211).sum()
    colour = tuple(bytes.fromhex(arable["colour"].removeprefix("#")))
    assert {tuple(pixel) for pixel in seen["map"][codes == 211]} == {colour}
    unlabelled = {line["name"]: line["area"] for line in legend}["no class"]
    assert unlabelled == 100 * (codes == 142).sum()


@pytest.mark.parametrize(
    "path", ["captions/../../etc/passwd", "pictures/none/map", f"pictures/{NAMES[0]}/..", "x"]
)
def test_what_is_not_under_review_is_not_there(client, path):
    assert client.get(f"/{TOKEN}/{path}").status_code in (403, 404)


def test_two_tabs_change_different_things_and_both_stay(client, journal):
    name = NAMES[2]
    change = change_of(client, name, "complete", True)
    post(client, name, change)
    # The other tab does not know of it yet.
    answer = post(client, name, change | {"field": "factually_accurate", "value": False}).json()
    assert answer["judgements"] == [None, False, True, None]
    post(client, name, change | {"field": "comment", "value": "<b>not</b> a village"})
    (listed,) = [each for each in client.get(f"/{TOKEN}/captions").json() if each["patch_id"] == name]
    assert (listed["judgements"], listed["comment"]) == ([None, False, True, None], "<b>not</b> a village")
    assert len(journal.path.read_text().splitlines()) == 3


@pytest.mark.parametrize(
    ("change", "headers", "status"),
    [
        ({"value": 1}, JSON, 400),
        ({"field": "beauty"}, JSON, 400),
        ({"field": "comment", "value": "x" * 10_001}, JSON, 400),
        ({"field": "comment", "value": "x" * 70_000}, JSON, 413),
        ({"caption_sha256": "ab" * 32}, JSON, 409),
        ({}, {"Content-Type": "text/plain"}, 415),
        ({}, JSON | {"Origin": "http://evil.example"}, 403),
        ("{", JSON, 400),
        ("[]", JSON, 400),
        ("[" * 60_000, JSON, 400),
    ],
)
def test_what_is_no_change_of_this_page_is_refused(client, journal, change, headers, status):
    if isinstance(change, dict):
        change = change_of(client, NAMES[0], "complete", True) | change
    answer = post(client, NAMES[0], change, headers)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert not journal.reviews()


def test_a_change_of_the_page_s_own_origin_is_taken(client):
    change = change_of(client, NAMES[0], "complete", True)
    assert post(client, NAMES[0], change, JSON | {"Origin": "http://127.0.0.1:8000"}).status_code == 200


def test_the_export_holds_what_was_judged_with_the_check_s_verdict(client, tmp_path):
    post(client, NAMES[5], change_of(client, NAMES[5], "free_of_artifacts", False))
    answer = client.get(f"/{TOKEN}/reviews.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="reviews-anna.csv"'
    (tmp_path / "reviews.csv").write_bytes(answer.content)
    (found,) = read_reviews(tmp_path / "reviews.csv")
    assert (found.patch_id, found.reviewers, found.sample) == (NAMES[5], ("anna",), "random")
    assert (found.judgements, found.checked) == ((None, None, None, False), (True,) * 4)


def test_findings_stand_where_they_are_and_rejected_versions_apart(tmp_path, journal):
    text = "Arable land fills the scene of a harbour."
    rows = [caption_row(name) for name in NAMES]
    rows[0] |= {
        "caption": text,
        "refined": text,
        "complete": False,
        "refinement_missing": "refused",
        "findings": [
            finding(
                text, "harbour", criterion="factually_accurate", kind="invented object", message="no harbour"
            ),
            {"version": "refined", "criterion": "complete", "kind": "missing season", "message": "summer"}
            | {"start": None, "stop": None},
            {"version": "paraphrased", "criterion": "complete", "kind": "k", "message": "m"}
            | {"start": 0, "stop": 3},
        ],
    }
    write_review_world(tmp_path, rows=rows)
    client = TestClient(app_of(tmp_path, journal), base_url="http://localhost")
    found = client.get(f"/{TOKEN}/captions/{NAMES[0]}").json()
    assert [piece["text"] for piece in found["text"] if piece["findings"] == [0]] == ["harbour"]
    assert [(each["kind"], each["placed"]) for each in found["findings"]] == [
        ("invented object", True),
        ("missing season", False),
    ]
    assert [each["version"] for each in found["rejected"]] == ["paraphrased"]
    assert found["checked"] == [True, True, False, True]
    assert found["about"]["No refinement"] == "refused"
    assert "No paraphrase" not in found["about"]


def test_candidates_are_test_patches_that_the_check_passed_and_a_refined_text_can_be_read_instead(tmp_path):
    rows = [caption_row(name, refined_complete=number != 1) for number, name in enumerate(NAMES)]
    rows[0] |= {"complete": False}
    rows[1] |= {"refined": "Refined, not taken.", "used": "template"}
    rows[2] |= {"refined": " "}
    write_review_world(tmp_path, rows=rows)

    def drawn(**settings):
        chosen = ReviewSettings(**{"sample": "random", "text": "caption", "captions": None, **settings})
        tables = tmp_path / "patches.parquet", [tmp_path / "captions.parquet"]
        return reviewed_captions(*tables, chosen.text, captions_to_review(*tables, 7, chosen))[0]

    # Patches 0, 3, 6 and 9 are of the test split.
    assert sorted(each.patch_id for each in drawn(sample="candidates")) == [NAMES[3], NAMES[6], NAMES[9]]
    refined = {each.patch_id: each for each in drawn(text="refined")}
    assert sorted(refined) == sorted(set(NAMES) - {NAMES[2]})
    assert (refined[NAMES[1]].text, refined[NAMES[1]].checked[2]) == ("Refined, not taken.", False)
    assert [each.patch_id for each in drawn(captions=4)] == [each.patch_id for each in drawn()][:4]


# The program as a process


def judge(address, patch, values):
    digest = ask(address, f"captions/{patch}")["caption_sha256"]
    for name, value in zip(CRITERIA, values, strict=True):
        ask(address, f"captions/{patch}", {"field": name, "value": value, "caption_sha256": digest})


def test_a_killed_server_resumes_with_all_that_was_judged(world, tmp_path):
    options = [*review_options(world), "--journals", tmp_path]
    with ReviewServer(options) as server:
        assert server.address.startswith("http://127.0.0.1:")
        (first, second, *_) = [each["patch_id"] for each in ask(server.address, "captions")]
        judge(server.address, first, [True, True, False, True])
        with pytest.raises(urllib.error.HTTPError, match="400"):
            ask(server.address, "captions", host="evil.example")
        with ReviewServer([*options, "--reviewer", "ben"]) as other:
            judge(other.address, first, [True] * 4)
        server.end(signal.SIGKILL)
    with (tmp_path / "anna.jsonl").open("a") as file:
        file.write('{"reviewer": "anna", "patch')
    with ReviewServer(options) as server:
        listed = {each["patch_id"]: each["judgements"] for each in ask(server.address, "captions")}
        assert listed[first] == [True, True, False, True]
        assert len(listed) == 10
        judge(server.address, second, [True] * 4)
        with urllib.request.urlopen(server.address, timeout=20) as answer:
            assert "line 5 of" in answer.read().decode()
        status, log = server.end()
        assert status == 128 + signal.SIGTERM
        assert "line 5 was cut off" in log
        assert "Traceback" not in log
        assert server.address.rsplit("/", 2)[1] not in log


def test_exports_name_the_reviews_of_texts_that_have_changed(tmp_path, run_program):
    rows = write_review_world(tmp_path)
    with ReviewJournal(tmp_path / "reviews/anna.jsonl", "anna") as journal:
        for row in rows[:2]:
            for name in CRITERIA:
                journal.add(row["patch_id"], caption_hash(row["caption"]), name, True)
    rows[1]["caption"] = "Made again."
    write_captions(tmp_path, rows)
    options = [*review_options(tmp_path, captions=None), "--export", tmp_path / "out.csv"]
    done = run_program("review_captions", *options)
    assert (
        f"1 reviewed captions do not count, the caption in the run has another text: {NAMES[1]}"
        in done.stderr
    )
    assert [each.patch_id for each in read_reviews(tmp_path / "out.csv")] == [NAMES[0]]
    assert len(list(csv.reader((tmp_path / "out.csv").open()))) == 2


def test_a_run_without_captions_is_named(tmp_path):
    with pytest.raises(InputError, match="no captions there") as error:
        review_captions.caption_shards(tmp_path, 2)
    assert error.value.file == tmp_path / "captions/augmented/0-2.parquet"


def test_a_port_in_use_and_a_second_page_of_one_reviewer_are_refused(world, tmp_path, run_program):
    options = [*review_options(world), "--journals", tmp_path]
    with ReviewServer(options) as server:
        port = server.address.split(":")[2].split("/")[0]
        done = run_program("review_captions", *options, "--reviewer", "ben", "--port", port, check=False)
        assert f"port {port}" in done.stderr
        done = run_program("review_captions", *options, check=False)
        assert "another review page of this reviewer" in done.stderr
