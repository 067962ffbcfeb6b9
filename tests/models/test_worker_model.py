import json
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file

from bentxt.errors import CheckpointUnavailable, InputError
from bentxt.models.families.worker_model import Answer, Request, WorkerModel
from worlds.prediction_world import patch

GREETING = 'print(json.dumps({"ready": True, "device": "test", "weights": "none"}), flush=True)\n'


@pytest.fixture
def start(tmp_path):
    """Start a worker from its code; ended after the test."""
    started = []

    def start(code, images="rgb", timeout=30, greeting=GREETING):
        script = tmp_path / "worker.py"
        script.write_text("import json, os, sys, time\n" + greeting + code)
        entry = {"worker": [sys.executable, script], "image": {"input": images, "side": None}}
        model = WorkerModel("GC", entry["worker"], entry["image"], timeout)
        started.append(model)
        return model

    yield start
    for model in started:
        model.close()


ECHO = """
for line in sys.stdin:
    request = json.loads(line)
    text = f" {request['instruction']} {request['max_new_tokens']} {sorted(request['images'])}"
    print(json.dumps({"id": request["id"], "text": text, "boxes": None}), flush=True)
"""


def test_worker_answers_patch_after_patch(start):
    model = start(ECHO)
    assert (model.device, model.weights) == ("test", "none")
    assert model.answer(patch(0), ["one", "two"], 5) == ["one 5 ['rgb']", "two 5 ['rgb']"]
    replies = model.answer_many([patch(1), patch(2)], [["three"], ["four"]], 6)
    assert [[reply.text for reply in of] for of in replies] == [
        ["three 6 ['rgb']"],
        ["four 6 ['rgb']"],
    ]


def test_answers_come_in_any_order(start):
    code = """
requests = [json.loads(sys.stdin.readline()) for _ in range(3)]
for request in reversed(requests):
    print(json.dumps({"id": request["id"], "text": request["instruction"], "boxes": None}), flush=True)
"""
    assert start(code).answer(patch(0), ["a", "b", "c"], 5) == ["a", "b", "c"]


def test_many_long_requests_do_not_block_a_worker_that_answers_early(start):
    texts = [f"{number} " + "x" * 5000 for number in range(200)]
    code = """
for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps({"id": request["id"], "text": request["instruction"], "boxes": None}), flush=True)
"""
    assert start(code).answer(patch(0), texts, 5) == texts


def test_boxes_beside_the_text_become_the_answer(start):
    code = """
request = json.loads(sys.stdin.readline())
boxes = [[0.1, 0.2, 0.5, 1], [0, 0, 1, 1]]
print(json.dumps({"id": request["id"], "text": "Sure, [SEG].", "boxes": boxes}), flush=True)
"""
    assert start(code).answer(patch(0), ["where?"], 5) == ["[0.1, 0.2, 0.5, 1]"]


@pytest.mark.parametrize("images", ["s2", "s1_s2", "rgb_s2_s1"])
def test_images_are_those_of_the_lmdb(start, images, tmp_path):
    code = f"""
import shutil
request = json.loads(sys.stdin.readline())
for name, path in request["images"].items():
    shutil.copy(path, {str(tmp_path)!r} + "/seen_" + name)
print(json.dumps({{"id": request["id"], "text": "", "boxes": None}}), flush=True)
"""
    given_patch = patch(3)
    assert start(code, images).answer(given_patch, ["?"], 5) == [""]
    seen = {path.name.removeprefix("seen_") for path in tmp_path.glob("seen_*")}
    assert seen == set(images.split("_"))
    stored = load_file(tmp_path / "seen_s2")
    assert set(stored) == set(given_patch.s2)
    assert all(np.array_equal(stored[band], given_patch.s2[band]) for band in stored)


def test_a_model_without_worker_is_unavailable():
    entry = {"worker": None, "image": {"input": "rgb", "side": None}}
    with pytest.raises(CheckpointUnavailable, match=r"(?s)this version has no worker script.*GC"):
        WorkerModel("GC", entry["worker"], entry["image"], 1)


def test_a_worker_that_cannot_be_started_is_unavailable():
    entry = {"worker": ["/nowhere/python"], "image": {"input": "rgb", "side": None}}
    with pytest.raises(CheckpointUnavailable, match="cannot be started"):
        WorkerModel("GC", entry["worker"], entry["image"], 1)


@pytest.mark.parametrize(
    ("greeting", "message"),
    [
        ('print(json.dumps({"ready": False, "reason": "no weights here"}), flush=True)\n', "no weights here"),
        ('print("Loading...", flush=True)\n', "its first line is no greeting: 'Loading...'"),
        ('print("[1]", flush=True)\n', "is no greeting"),
        ('print(json.dumps({"ready": True, "device": "cpu"}), flush=True)\n', "is no greeting"),
        ('sys.exit("no module named geochat")\n', "(?s)ended with status 1.*no module named geochat"),
    ],
)
def test_a_worker_that_cannot_load_its_model_is_unavailable(start, greeting, message):
    with pytest.raises(CheckpointUnavailable, match=message):
        start("", greeting=greeting)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ('sys.stdin.readline(); sys.exit("out of memory")', "(?s)ended with status 1.*out of memory"),
        ("sys.stdin.readline(); os.kill(os.getpid(), 9)", "ended with status -9"),
        ('sys.stdin.readline(); print("hm", flush=True)', "'hm'"),
        (
            'sys.stdin.readline(); print(json.dumps({"id": 5, "text": ""}), flush=True)',
            "request 5, which is not",
        ),
        ('sys.stdin.readline(); print(json.dumps({"id": 0}), flush=True)', "needs a text"),
    ],
)
def test_a_worker_that_fails_later_fails_the_job(start, code, message):
    model = start(code)
    with pytest.raises(InputError, match=message) as caught:
        model.answer(patch(0), ["?"], 5)
    assert not isinstance(caught.value, CheckpointUnavailable)


def test_a_silent_worker_is_given_up(start):
    model = start("sys.stdin.readline(); sys.stdin.read()", timeout=1)
    with pytest.raises(InputError, match="said nothing for 1 s"):
        model.answer(patch(0), ["?"], 5)


@given(st.integers(0, 2**31), st.text(), st.dictionaries(st.text(), st.text(), max_size=3), st.integers(1, 9))
def test_requests_are_one_line_of_json_each(number, text, images, limit):
    line = Request(number, text, images, limit).to_line()
    assert line.endswith("\n")
    assert len(line.splitlines()) == 1
    expected = {"id": number, "instruction": text, "images": images, "max_new_tokens": limit}
    assert json.loads(line) == expected


@pytest.mark.parametrize(
    "record",
    [
        [],
        {"text": "x"},
        {"id": "1", "text": "x"},
        {"id": 1, "text": None},
        {"id": 1, "text": "x", "boxes": [[1, 2, 3]]},
        {"id": 1, "text": "x", "boxes": [1, 2, 3, 4]},
        {"id": 1, "text": "x", "boxes": [[1, 2, 3, "4"]]},
    ],
)
def test_answers_that_are_none_are_refused(record):
    with pytest.raises(ValueError, match=r"answer needs|boxes must"):
        Answer.from_line(json.dumps(record))
