"""A worker as a process: what it may do, and what becomes of its items when it does not answer."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file

from bentxt.errors import CheckpointUnavailable, InputError
from bentxt.failures import CRASHED, CUT, EMPTY, OUT_OF_MEMORY, UNREADABLE
from bentxt.models import worker_process
from bentxt.models.answering_model import Reply
from bentxt.models.families.worker_model import WorkerModel
from worlds.prediction_world import patch
from worlds.processes import gone

ROOT = Path(__file__).resolve().parents[2]
#: A worker without the helper module, as one in another language would be.
GREETING = 'print(json.dumps({"ready": True, "device": "test", "weights": "none"}), flush=True)\n'
BARE = "import json, os, sys, time\n" + GREETING
SAY = """
def say(**record):
    print(json.dumps(record), flush=True)
"""


@pytest.fixture
def start(tmp_path):
    """Start a worker from its code; ended after the test."""
    started = []

    def start(code, images="rgb", timeout=30, loading=30, greeting=GREETING, told=None):
        script = tmp_path / "worker.py"
        script.write_text("import json, os, sys, time\n" + greeting + SAY + code)
        image = {"input": images, "side": None}
        model = WorkerModel("GC", [sys.executable, script], image, timeout, loading, told or {})
        started.append(model)
        return model

    yield start
    for model in started:
        model.close()


@pytest.fixture
def serve(start):
    """Start a worker that uses the helper module, from the body of its answer."""

    def serve(body, before="", loading="", **options):
        code = f"""
{before}
from worker_protocol import Answer, Loaded, NotReady, serve

def load(options):
    {loading or "pass"}
    def answer(request):
        instruction = request.instruction
{body}
    return Loaded(answer, weights="none")

serve(load)
"""
        return start(code, greeting="", **options)

    return serve


def replies(model, instructions, limit=5):
    """Ask about one patch; return what was kept, by place, and that nothing was kept twice."""
    kept = []
    model.answer_each([patch(0)], [instructions], limit, lambda *said: kept.append(said))
    assert len(dict(kept)) == len(kept)
    return dict(kept)


ECHO = """
for line in sys.stdin:
    request = json.loads(line)
    say(id=request["id"], text=f" {request['instruction']} {request['max_new_tokens']} ", boxes=None)
"""


def test_worker_answers_patch_after_patch(start):
    model = start(ECHO)
    assert (model.device, model.weights) == ("test", "none")
    assert model.answer(patch(0), ["one", "two"], 5) == ["one 5", "two 5"]
    said = model.answer_many([patch(1), patch(2)], [["three"], ["four", "five"]], 6)
    assert said == [[Reply("three 6")], [Reply("four 6"), Reply("five 6")]]


def test_answers_come_in_any_order(start):
    code = """
requests = [json.loads(sys.stdin.readline()) for _ in range(3)]
for request in reversed(requests):
    say(id=request["id"], text=request["instruction"])
"""
    assert start(code).answer(patch(0), ["a", "b", "c"], 5) == ["a", "b", "c"]


def test_an_answer_that_comes_twice_or_was_not_asked_for_is_no_answer(start, capsys):
    code = """
for line in sys.stdin:
    request = json.loads(line)
    say(id=request["id"] + 1000, text="not asked")
    say(id="7", text="no number")
    for text in ("first", "second"):
        say(id=request["id"], text=text)
"""
    assert replies(start(code), ["a", "b"]) == {0: Reply("first"), 1: Reply("first")}
    assert "answers nothing which is asked" in capsys.readouterr().err


def test_many_long_requests_do_not_block_a_worker_that_answers_early(start):
    texts = [f"{number} " + "x" * 50000 for number in range(50)]
    code = """
for line in sys.stdin:
    request = json.loads(line)
    say(id=request["id"], text=request["instruction"])
"""
    assert start(code).answer(patch(0), texts, 5) == texts


def test_what_a_line_says_becomes_the_reply(start):
    no_boxes = Reply("", UNREADABLE, "the worker's boxes are no list of four numbers each")
    out_of_memory = "OutOfMemoryError: CUDA out of memory"
    lines = [
        (
            {"text": "Sure, [SEG].", "boxes": [[0.1, 0.2, 0.5, 1], [0, 0, 1, 1]]},
            Reply("Sure, [SEG].", box="[0.1, 0.2, 0.5, 1]"),
        ),
        ({"text": "It is gone.", "boxes": []}, Reply("It is gone.")),
        ({"text": " yes\n", "cut": False}, Reply("yes")),
        ({"text": "a long", "cut": True}, Reply("a long", CUT, "cut at the longest answer")),
        ({"text": " "}, Reply("", EMPTY, "the model said nothing")),
        ({"error": "ValueError: no"}, Reply("", CRASHED, "ValueError: no")),
        ({"error": out_of_memory}, Reply("", OUT_OF_MEMORY, out_of_memory)),
        ({"text": "fine"}, Reply("fine")),
        ({"text": None}, Reply("", UNREADABLE, "the worker's answer has no text")),
        (
            {"text": "x", "boxes": [[1, 2, 3]]},
            no_boxes,
        ),
        ({"text": "fine"}, Reply("fine")),
        (
            {"text": "x", "boxes": [[1, 2, 3, float("nan")]]},
            no_boxes,
        ),
        (
            {"text": "x", "boxes": [[1, 2, True, 4]]},
            no_boxes,
        ),
    ]
    code = f"""
answers = json.loads({json.dumps(json.dumps([line for line, _ in lines]))})
for line, answer in zip(sys.stdin, answers):
    say(id=json.loads(line)["id"], **answer)
"""
    assert replies(start(code), ["?"] * len(lines)) == dict(enumerate(reply for _, reply in lines))


@pytest.mark.parametrize("images", ["rgb", "s2", "s1_s2", "rgb_s2_s1"])
def test_images_are_those_of_the_lmdb(start, images, tmp_path):
    code = f"""
import shutil
request = json.loads(sys.stdin.readline())
for name, path in request["images"].items():
    shutil.copy(path, {str(tmp_path)!r} + "/seen_" + name)
say(id=request["id"], text="seen")
"""
    given_patch = patch(3)
    assert start(code, images).answer(given_patch, ["?"], 5) == ["seen"]
    seen = {path.name.removeprefix("seen_") for path in tmp_path.glob("seen_*")}
    assert seen == set(images.split("_"))
    if "s2" in images:
        stored = load_file(tmp_path / "seen_s2")
        assert set(stored) == set(given_patch.s2)
        assert all(np.array_equal(stored[band], given_patch.s2[band]) for band in stored)


def test_images_are_written_once_a_patch_and_removed_when_it_is_done(start):
    """The worker counts the folders that are there: never more than it has open requests of patches."""
    code = """
import pathlib
for line in sys.stdin:
    request = json.loads(line)
    path = pathlib.Path(request["images"]["rgb"])
    say(id=request["id"], text=f"{path.stat().st_mtime_ns} {len(list(path.parents[1].iterdir()))}")
"""
    said = start(code).answer_many([patch(seed) for seed in range(30)], [["a", "b"]] * 30, 5)
    assert all(first.text.split()[0] == second.text.split()[0] for first, second in said)
    assert max(int(reply.text.split()[1]) for of in said for reply in of) <= 6


# What it is told, and what it says of itself


def test_a_worker_is_told_checkpoint_revision_code_and_settings(serve):
    told = {
        "checkpoint": "someone/model",
        "revision": "c" * 40,
        "code": {"repository": "r", "commit": "d" * 40},
        "settings": {"mode": "average", "tags": "kept"},
    }
    body = "        return str([options.checkpoint, options.revision, options.commit, options.settings])"
    model = serve(body, told=told)
    expected = ["someone/model", "c" * 40, "d" * 40, {"mode": "average", "tags": "kept"}]
    assert model.answer(patch(0), ["?"], 5) == [str(expected)]
    assert model.greeting["code"] == "d" * 40
    assert model.greeting["settings"] == told["settings"]
    assert model.greeting["versions"]["python"] == ".".join(map(str, sys.version_info[:3]))


def test_packages_of_this_environment_are_not_the_workers(serve, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("VIRTUAL_ENV", "/elsewhere")
    body = "        return f\"{os.environ['PYTHONPATH']} {os.environ.get('VIRTUAL_ENV')}\""
    assert serve(body).answer(patch(0), ["?"], 5) == [f"{ROOT / 'workers'} None"]


@pytest.mark.parametrize(
    ("tags", "seen"),
    [("kept", "What is at <point>[1, 2]</point>?"), ("stripped", "What is at [1, 2]?")],
)
def test_tags_are_kept_or_stripped(serve, tags, seen):
    model = serve("        return instruction", told={"settings": {"tags": tags}})
    assert model.answer(patch(0), ["What is at <point>[1, 2]</point>?"], 5) == [seen]


# Not ready


def test_a_model_without_worker_is_unavailable():
    with pytest.raises(CheckpointUnavailable, match=r"(?s)its entry names none.*GC"):
        WorkerModel("GC", None, {"input": "rgb", "side": None}, 1, 1, {})


def test_a_worker_that_cannot_be_started_is_unavailable():
    with pytest.raises(CheckpointUnavailable, match=r"(?s)no program /nowhere/python.*make worker MODEL=GC"):
        WorkerModel("GC", ["/nowhere/python"], {"input": "rgb", "side": None}, 1, 1, {})


@pytest.mark.parametrize(
    ("greeting", "message"),
    [
        ('print(json.dumps({"ready": False, "reason": "no weights here"}), flush=True)\n', "no weights here"),
        ('print(json.dumps({"ready": True, "device": "cpu"}), flush=True)\n', "is no greeting"),
        ('print(json.dumps({"id": 3, "text": "early"}), flush=True)\n', "is no greeting"),
        ('sys.exit("no module named geochat")\n', "(?s)ended with status 1.*no module named geochat"),
        ('print("Loading...", flush=True); sys.exit(3)\n', "(?s)ended with status 3.*Loading"),
        ("os.close(1); time.sleep(60)\n", "closed its standard output"),
    ],
)
def test_a_worker_that_cannot_load_its_model_is_unavailable(start, greeting, message):
    with pytest.raises(CheckpointUnavailable, match=message):
        start("", greeting=greeting)


def test_a_model_that_does_not_load_in_time_is_unavailable(start):
    with pytest.raises(CheckpointUnavailable, match=r"no greeting within 0\.5 s"):
        start("", greeting="time.sleep(60)\n", loading=0.5)


@pytest.mark.parametrize(
    ("loading", "message"),
    [
        ('raise NotReady("missing checkpoint part: TextLoRA")', "missing checkpoint part: TextLoRA"),
        ("import a_package_that_is_not_there", "missing package a_package_that_is_not_there"),
        (
            'raise RuntimeError("CUDA error")',
            "(?s)RuntimeError: CUDA error; its last words: .*raise Run",
        ),
        ('options.setting("mode", "no such mode", ("average",))', "mode must be one of average"),
    ],
)
def test_the_helper_says_why_the_model_is_not_ready(serve, loading, message):
    with pytest.raises(CheckpointUnavailable, match=message):
        serve("        return ''", loading=loading)


# Prints


LOUD = """
import ctypes
print("printed at import", end="")
"""
LOUD_BODY = """
        print("from Python")
        print("without end", end="")
        os.write(1, b'{"id": 0, "text": "not the protocol"}\\n')
        ctypes.CDLL(None).puts(b"from C")
        ctypes.CDLL(None).fflush(None)
        __import__("subprocess").run(["sh", "-c", 'printf "from a child"'])
        return "answer to " + instruction + str(sys.stdin.read())
"""


def test_what_the_models_code_prints_reaches_the_log_and_not_the_protocol(serve, capsys):
    model = serve(LOUD_BODY, before=LOUD, loading='print("Loading GeoChat......")')
    assert model.answer(patch(0), ["one", "two"], 5) == ["answer to one", "answer to two"]
    model.close()
    log = capsys.readouterr().err
    for said in (
        "printed at import",
        "Loading GeoChat",
        "from Python",
        "from C",
        "from a child",
        "without end",
    ):
        assert said in log


def test_stray_lines_of_a_bare_worker_reach_the_log(start, capsys):
    code = """
print("hm", flush=True)
print("[1]", flush=True)
print("[" * 100000, flush=True)
sys.stdout.write("half a line")
""" + ECHO.replace("say(", "print(flush=True); say(")
    assert start(code).answer(patch(0), ["one"], 5) == ["one 5"]
    assert "GC worker: hm\n" in capsys.readouterr().err


def test_megabytes_of_prints_neither_block_nor_fill_the_log(serve, capsys):
    body = """
        for _ in range(100):
            print("x" * 100000)
            print("\\x1b[2Jred\\r" * 1000, file=sys.stderr)
        return instruction
"""
    model = serve(body)
    assert model.answer(patch(0), ["one", "two"], 5) == ["one", "two"]
    model.close()
    log = capsys.readouterr().err
    assert 0 < len(log) < 3_000_000
    assert "\x1b" not in log


def test_a_worker_that_reads_nothing_is_given_up_without_blocking(start):
    model = start("time.sleep(60)", timeout=0.5)
    with pytest.raises(InputError, match=r"3 items in a row failed, the last one: no answer within 0\.5 s"):
        model.answer(patch(0), ["x" * 200_000] * 5, 5)


# Dead, hung, and what becomes of the others


DIES = "        if instruction == 'bad':\n            os.kill(os.getpid(), 9)\n        return instruction"
HANGS = "        if instruction == 'bad':\n            time.sleep(60)\n        return instruction"
RAISES = "        if instruction == 'bad':\n            raise KeyError('that')\n        return instruction"
ASKED = ["one", "two", "bad", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (DIES, "the worker ended with status -9"),
        (HANGS, "no answer within 1 s"),
        (RAISES, "KeyError: 'that'"),
    ],
    ids=["dead", "hung", "error"],
)
def test_the_item_at_which_the_worker_fails_fails_and_the_others_are_answered(serve, body, reason):
    said = replies(serve(body, timeout=1), ASKED)
    assert said[2].failure == CRASHED
    assert reason in said[2].reason
    assert {place: reply.text for place, reply in said.items()} == dict(
        enumerate("" if text == "bad" else text for text in ASKED)
    )


def test_the_item_that_a_bare_worker_dies_at_is_the_oldest_open_one(start):
    code = """
for line in sys.stdin:
    request = json.loads(line)
    if request["instruction"] == "bad":
        sys.exit("out of cheese")
    say(id=request["id"], text=request["instruction"])
"""
    said = replies(start(code), ASKED)
    assert "out of cheese" in said[2].reason
    assert sum(reply.failure is not None for reply in said.values()) == 1


def test_a_worker_that_dies_each_time_ends_the_job_and_answers_are_kept(serve):
    body = "        if instruction != 'fine':\n            os._exit(7)\n        return instruction"
    kept = {}
    with pytest.raises(
        InputError, match=r"(?s)3 items in a row failed.*status 7.*what was answered is kept"
    ) as caught:
        serve(body).answer_each([patch(0)], [["fine", *"abcdef"]], 5, kept.__setitem__)
    assert not isinstance(caught.value, CheckpointUnavailable)
    assert [reply.text for reply in kept.values()] == ["fine", "", "", ""]


def test_errors_in_a_row_restart_the_worker_and_many_end_the_job(serve, tmp_path):
    """An error of the device spoils what follows; a new process has the device anew."""
    body = f"""
        with open({str(tmp_path / "starts")!r}, "a") as file:
            file.write(f"{{os.getpid()}}\\n")
        raise RuntimeError("CUDA error: device-side assert triggered")
"""
    with pytest.raises(InputError, match="10 items in a row failed, the last one: RuntimeError: CUDA error"):
        serve(body).answer_many([patch(0)], [["?"] * 20], 5)
    assert len(set((tmp_path / "starts").read_text().split())) == 4


def test_a_worker_that_comes_back_as_another_is_refused(serve, tmp_path):
    flag = tmp_path / "second"
    loading = f"os.path.exists({str(flag)!r}) and (_ for _ in ()).throw(NotReady('no GPU: it is gone'))"
    body = f"        open({str(flag)!r}, 'w').close(); os._exit(1)"
    with pytest.raises(InputError, match="no GPU: it is gone") as caught:
        serve(body, loading=loading).answer(patch(0), ["?", "?"], 5)
    assert not isinstance(caught.value, CheckpointUnavailable)


def test_signs_of_life_keep_a_slow_loading_worker_and_their_loss_is_noticed(start, monkeypatch):
    monkeypatch.setattr(worker_process, "LOST_BEATS", 10)
    greeting = (
        """
for _ in range(20):
    print(json.dumps({"alive": None, "every": 0.05}), flush=True)
    time.sleep(0.05)
"""
        + GREETING
    )
    model = start("sys.stdin.readline(); time.sleep(60)", greeting=greeting, timeout=50)
    before = time.monotonic()
    with pytest.raises(InputError, match=r"no sign of life for 0.5 s"):
        model.answer(patch(0), ["?"] * 3, 5)
    assert time.monotonic() - before < 25


# The end


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


PIDS = "        return str(os.getpid())"


def test_a_closed_model_ends_its_worker_in_order(serve, tmp_path):
    farewell = tmp_path / "farewell"
    model = serve(
        PIDS, before=f"import atexit, pathlib; atexit.register(pathlib.Path({str(farewell)!r}).touch)"
    )
    (pid,) = model.answer(patch(0), ["?"], 5)
    model.close()
    assert not alive(pid)
    assert farewell.exists()


def test_a_worker_that_does_not_end_is_killed_with_what_it_started(start):
    code = """
import subprocess
child = subprocess.Popen(["sleep", "600"])
request = json.loads(sys.stdin.readline())
say(id=request["id"], text=f"{os.getpid()} {child.pid}")
time.sleep(600)
"""
    model = start(code)
    (said,) = model.answer(patch(0), ["?"], 5)
    model._process.close(0.2)
    assert gone(map(int, said.split()))


PROGRAM = """
import os, sys
sys.path[:0] = [{scripts!r}, {tests!r}]
from bentxt.models.families.worker_model import WorkerModel
from worlds.prediction_world import patch
from worlds.processes import gone

model = WorkerModel("GC", [sys.executable, {script!r}], {{"input": "rgb", "side": None}}, 60, 60, {{}})
model.answer_each([patch(0)], [["pid", "hang"]], 5, lambda place, reply: print(reply.text, flush=True))
"""


@pytest.mark.parametrize("helper", [True, False], ids=["with the helper", "without"])
@pytest.mark.parametrize(
    "number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda each: each.name
)
def test_a_worker_never_outlives_the_program(tmp_path, number, helper):
    """Killed while the worker is in the middle of an answer."""
    body = """
import os, time
def answer(request):
    if request.instruction == "hang":
        time.sleep(600)
    return str(os.getpid())
"""
    if helper:
        body += "from worker_protocol import serve\nserve(lambda options: answer)\n"
    else:
        body = (
            BARE
            + body
            + """
from types import SimpleNamespace
for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps({"id": request["id"], "text": answer(SimpleNamespace(**request))}), flush=True)
"""
        )
    (tmp_path / "worker.py").write_text(body)
    paths = {"scripts": str(ROOT / "workflow_scripts"), "tests": str(ROOT / "tests")}
    (tmp_path / "program.py").write_text(PROGRAM.format(script=str(tmp_path / "worker.py"), **paths))
    program = subprocess.Popen([sys.executable, tmp_path / "program.py"], stdout=subprocess.PIPE, text=True)
    pid = program.stdout.readline().strip()
    assert alive(pid)
    program.send_signal(number)
    program.wait(20)
    program.stdout.close()
    assert gone([int(pid)])


@given(st.text(), st.integers(1, 9))
def test_any_instruction_and_any_answer_survive_the_protocol(echoing, text, limit):
    reply = echoing(text, limit)
    assert reply.text == text.strip()


@pytest.fixture(scope="module")
def echoing(tmp_path_factory):
    script = tmp_path_factory.mktemp("echo") / "worker.py"
    script.write_text(
        "from worker_protocol import serve\nserve(lambda options: lambda request: request.instruction)\n"
    )
    model = WorkerModel("GC", [sys.executable, script], {"input": "rgb", "side": None}, 30, 30, {})
    shown = patch(0)

    def ask(text, limit):
        ((reply,),) = model.answer_many([shown], [[text]], limit)
        return reply

    yield ask
    model.close()
