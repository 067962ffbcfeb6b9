"""docs/benchmark_your_model.md, followed to the letter: each way ends in a page of the user's model.

Nothing is there but the benchmark rows of a small world in the release's columns, and their images.
"""

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from worlds.answering_server import chat_server
from worlds.benchmark_files import write_benchmark_files
from worlds.pages import PROJECT
from worlds.shown_pages import HOSTILE, ShownPage
from worlds.tiny_models import save_checkpoint

pytestmark = pytest.mark.workflow
PAGE = (PROJECT / "docs/benchmark_your_model.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
WAYS = ("A checkpoint", "A server", "A program of yours", "A file of answers")


def blocks(way, kind):
    return re.findall(rf"^```{kind}\n(.*?)^```", SECTIONS[way], re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def files(miniature_world, tmp_path_factory):
    return write_benchmark_files(miniature_world, tmp_path_factory.mktemp("benchmark"))


class User:
    """A checkout, the files that the page takes for granted, and what a user types."""

    def __init__(self, workflow, files):
        self.workflow, self.folder, self.files = workflow, workflow.folder, files
        for name in ("Makefile", "requirements.lock"):
            shutil.copy2(PROJECT / name, self.folder / name)
        left_out = shutil.ignore_patterns("env", "code", "__pycache__")
        shutil.copytree(PROJECT / "workers", self.folder / "workers", ignore=left_out, dirs_exist_ok=True)
        shutil.copy2(files.parquet, self.folder / "benchmark_rows.parquet")
        (self.folder / "images").symlink_to(files.images)

    def write_entry(self, way, **changed):
        """Write the page's own ``mine.yaml``; ``changed`` are values of ``server`` that no page can know."""
        (text,) = blocks(way, "yaml")
        content = yaml.safe_load(text)
        if changed:
            content["models"]["Mine"]["server"] |= changed
        (self.folder / "mine.yaml").write_text(yaml.safe_dump(content))

    def type(self, line, check=True):
        """Run a command of the page; what it needs is installed here."""
        words = shlex.split(line)
        if words[0] == "make":
            words[1:1] = ["--old-file", ".venv/installed"]
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        done = subprocess.run(
            words,
            cwd=self.folder,
            env={**os.environ, "PATH": path, "HF_HUB_OFFLINE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout[-6000:]
        return done.stdout

    def commands(self, way):
        return [line for block in blocks(way, "console") for line in block.splitlines()]

    def page(self):
        return ShownPage((self.folder / "figures/models/Mine.html").read_text(encoding="utf-8"))

    def score(self, task):
        return json.loads((self.folder / f"results/benchmark/scores/bench/Mine/{task}.json").read_text())

    def numbers(self):
        with (self.folder / "figures/models/Mine.csv").open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))


@pytest.fixture
def user(fresh_workflow, files):
    return User(fresh_workflow, files)


def check_page(user, pictures=True):
    """Hold the page against the score files: the model's row is the run's, the others are the paper's."""
    page = user.page()
    (row,) = [row for row in page.rows if row[:2] == ["Mine", "this run"] and len(row) == 6]
    metrics = [("captioning", "bleu4"), ("binary", "accuracy"), ("mcq", "accuracy"), ("referring", "miou")]
    for cell, (task, name) in zip(row[2:], metrics, strict=True):
        metric = user.score(task)["metrics"][name]
        assert cell == f"{metric['value']:.2f} [{metric['low']:.2f}, {metric['high']:.2f}]"
    published = [row for row in page.rows if row[1:2] == ["published, Table 2"]]
    assert len(published) == 12
    assert ["Qwen", "published, Table 2", "0.57 10", "61.96", "37.55", "18.00"] in published
    assert page.rows[page.rows.index(published[-1]) + 1][:2] == ["RS-InternVL", "published, Table 8"]
    assert len([row for row in page.rows if row[:2] == ["Mine", "this run"]]) == 6
    assert "file from elsewhere" in " ".join(page.texts)
    assert not page.named("script")
    assert len(page.named("article")) > 12
    shown = [image["href"] for image in page.named("image")]
    assert bool(shown) == pictures
    assert all(address.startswith("data:image/jpeg;base64,") for address in shown)
    own = [row for row in user.numbers() if row["model"] == "Mine"]
    assert {row["source"] for row in own} == {"this run"}
    assert len(own) == 4 + 5 + 9 + 5 + 5 + 7
    return page


def test_the_page_has_its_four_ways():
    assert [name for name in SECTIONS if name in WAYS] == list(WAYS)


def test_a_checkpoint(user):
    save_checkpoint("qwen3_vl", user.folder / "checkpoints/mine")
    user.write_entry("A checkpoint")
    tried, whole = user.commands("A checkpoint")
    user.type(tried)
    assert "A try: only the first 4 items of each task were answered." in user.page().texts
    assert user.score("binary")["items"] == 4
    user.type(whole)
    page = check_page(user)
    assert not [text for text in page.texts if text.startswith("A try")]
    status = user.score("binary")["prediction"]
    # The four of the try are not asked again.
    assert (status["kept"], status["asked"]) == (4, status["items"] - 4)
    # Another model of one's own makes nothing be asked or drawn again.
    entries = yaml.safe_load((user.folder / "mine.yaml").read_text())
    entries["models"]["Other"] = entries["models"]["Mine"] | {"box_scale": None}
    (user.folder / "mine.yaml").write_text(yaml.safe_dump(entries))
    assert "Nothing to be done" in user.type(whole)


def test_a_server(user):
    def answer(messages):
        text = str(messages)
        if "snow" in text:
            return 400, {}, {"error": {"message": "not <b>this</b> one"}}
        return "yes, a) [100, 100, 600, 700]"

    with chat_server(answer) as server:
        user.write_entry("A server", base_url=server.base_url)
        for line in user.commands("A server"):
            user.type(line)
    page = check_page(user)
    assert len(server.asked) == len(user.files.rows)
    assert {body["model"] for body in server.bodies} == {"my-model"}
    assert {body["max_tokens"] for body in server.bodies} == {384, 16, 32, 48}
    assert any(server.base_url.removeprefix("http://") in text for text in page.texts)


STUB = '''"""Stands in place of the model's class."""


class MyModel:
    @classmethod
    def from_pretrained(cls, folder):
        print("loading", folder)
        return cls()

    def chat(self, picture, instruction, most):
        print("a remark of the model")
        return f"no, b) [0.1, 0.1, 0.6, 0.7], {picture.size} {most}"
'''


def test_a_program_of_yours(user):
    assert len((PROJECT / "workers/template.py").read_text().splitlines()) <= 30
    (user.folder / "checkpoints/mine").mkdir(parents=True)
    (user.folder / "checkpoints/mine/config.json").write_text("{}")
    (user.folder / "workers/my_model.py").write_text(STUB)
    user.write_entry("A program of yours")
    for line in user.commands("A program of yours"):
        user.type(line)
    page = check_page(user)
    assert any("(120, 120) 384" in text for text in page.texts)


def test_a_file_of_answers(user):
    user.write_entry("A file of answers")
    (example,) = blocks("A file of answers", "json")
    assert set(json.loads(example)) == {"ID", "answer"}
    answers = {row["ID"]: row["output"] for row in user.files.rows}
    binary = [row["ID"] for row in user.files.rows if row["type"] == "binary"]
    hostile = dict(zip(binary, HOSTILE, strict=False))
    missing, empty, long = binary[len(HOSTILE) : len(HOSTILE) + 3]
    answers |= hostile | {empty: "", long: "x" * 10_000_000}
    del answers[missing]
    lines = [json.dumps({"ID": number, "answer": text}) for number, text in answers.items()]
    (user.folder / "answers.jsonl").write_text("\n".join(reversed(lines)))
    (line,) = user.commands("A file of answers")
    output = user.type(line)
    assert "encode_images" not in output
    page = check_page(user, pictures=False)
    assert any("This run has no images" in text for text in page.texts)
    (row,) = [row for row in page.rows if row[0] == "Binary questions"]
    assert row[6] == "cut at the longest answer: 1, empty: 1, no answer: 1"
    text = (user.folder / "figures/models/Mine.html").read_text(encoding="utf-8")
    assert len(text) < 300_000
    assert not {"a", "img", "script", "iframe", "link"} & {name for name, _ in page.elements}
    assert not [name for _, each in page.elements for name in each if name.startswith("on")]
    # What the answers said is scored as it was: all others are right.
    assert user.score("mcq")["metrics"]["accuracy"]["value"] == 100
    # A new file of answers is taken, the rest stays.
    (user.folder / "answers.jsonl").write_text("\n".join(lines[:-1]))
    assert "Taking the released" not in user.type(line)


def test_what_is_at_fault_is_named_before_anything_is_written(user):
    user.write_entry("A file of answers")
    (line,) = user.commands("A file of answers")
    (user.folder / "answers.jsonl").write_text('{"ID": 999999, "answer": "yes"}\n')
    output = user.type(line, check=False)
    assert "1 of 1 IDs are not in the data set of this run: 999999" in output
    assert not (user.folder / "figures/models").exists()
    assert "name the model" in user.type("make benchmark", check=False)
    (user.folder / "mine.yaml").write_text("models: {Mine: {family: openai}}\n")
    assert "missing field box_scale" in user.type(line, check=False)


def test_images_that_are_not_there_are_named(user):
    (user.folder / "images").unlink()
    shutil.copytree(user.files.images, user.folder / "images")
    row = user.files.rows[0]
    place = user.folder / "images/BigEarthNet-S2" / row["patch_id"].rsplit("_", 2)[0] / row["patch_id"]
    shutil.rmtree(place)
    user.write_entry("A server")
    # The rows may come as JSON as well.
    shutil.copy2(user.files.json_lines, user.folder / "benchmark_rows.jsonl")
    (line,) = user.commands("A server")
    output = user.type(line.replace("rows.parquet", "rows.jsonl"), check=False)
    assert f"1 of 2 patches are not in the folder: {row['patch_id']}" in output
    assert not (user.folder / "results/benchmark/images.lmdb").exists()
