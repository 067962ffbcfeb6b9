import base64
import io
import json
import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from bentxt.errors import CheckpointUnavailable, InputError
from bentxt.failures import REFUSED_REQUEST
from bentxt.models.answering_model import PatchImages, Reply
from bentxt.models.families.server_model import ServerModel
from bentxt.models.instructions import write_instruction
from bentxt.models.model_table import find_entry
from bentxt.models.rgb import png_data_url
from worlds.answering_server import chat_server
from worlds.prediction_world import PREDICTION, ROOT, write_world

OPTIONS = {
    "key_variable": None,
    "concurrency": 4,
    "retries": 1,
    "timeout": 30,
    "temperature": None,
    "length_parameter": "max_completion_tokens",
}


def patch(red):
    bands = {band: np.full((120, 120), 0, np.uint16) for band in ("B04", "B03", "B02")}
    bands["B04"][:] = red * 10
    return PatchImages(f"PATCH_{red}", bands, {}, 3000)


def picture_and_text(messages):
    """Return what the server sees: the picture's side and red, and the text."""
    (message,) = messages
    image, text = message["content"]
    data = base64.b64decode(image["image_url"]["url"].removeprefix("data:image/png;base64,"))
    picture = Image.open(io.BytesIO(data))
    return f" {picture.size[0]} px, red {picture.getpixel((5, 5))[0]}: {text['text']}\n"


def model(server, side=None, **options):
    return ServerModel(
        "gpt", {"input": "rgb", "side": side}, OPTIONS | {"base_url": server.base_url} | options
    )


def test_each_instruction_goes_with_its_own_patchs_picture():
    with chat_server(picture_and_text) as server:
        replies = model(server).answer_many([patch(300), patch(150)], [["one", "two"], ["three"]], 16)
    assert [[reply.text for reply in of] for of in replies] == [
        ["120 px, red 255: one", "120 px, red 255: two"],
        ["120 px, red 128: three"],
    ]
    assert {body["max_completion_tokens"] for body in server.bodies} == {16}
    assert not any("temperature" in body for body in server.bodies)


def test_pictures_are_enlarged_where_the_entry_says_so():
    with chat_server(picture_and_text) as server:
        assert model(server, side=336).answer(patch(300), ["one"], 16) == ["336 px, red 255: one"]


def test_temperature_and_length_are_sent_as_the_server_knows_them():
    with chat_server(picture_and_text) as server:
        model(server, temperature=0.0, length_parameter="max_tokens").answer(patch(1), ["one"], 7)
    (body,) = server.bodies
    assert (body["temperature"], body["max_tokens"]) == (0.0, 7)
    assert "max_completion_tokens" not in body


def test_without_key_the_model_is_unavailable(monkeypatch):
    monkeypatch.delenv("BENTXT_TEST_KEY", raising=False)
    options = OPTIONS | {"base_url": "http://localhost:1/v1", "key_variable": "BENTXT_TEST_KEY"}
    with pytest.raises(CheckpointUnavailable, match="BENTXT_TEST_KEY is not set"):
        ServerModel("gpt", {"input": "rgb", "side": None}, options)


def test_the_key_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("BENTXT_TEST_KEY", "sesame")
    with chat_server(picture_and_text) as server:
        model(server, key_variable="BENTXT_TEST_KEY").answer(patch(1), ["one"], 7)
    assert server.keys == ["Bearer sesame"]


def test_a_refused_request_fails_its_item_and_no_other():
    def answer(messages):
        return (400, {}, {"error": {"message": "no pictures"}}) if "one" in str(messages) else "fine"

    with chat_server(answer) as server:
        (replies,) = model(server).answer_many([patch(1)], [["one", "two"]], 7)
    assert (replies[0].text, replies[0].failure, replies[1]) == ("", REFUSED_REQUEST, Reply("fine"))
    assert "400" in replies[0].reason
    assert "no pictures" in replies[0].reason


def test_a_refused_key_ends_it_and_names_server_patch_and_remedy():
    with (
        chat_server(lambda _: (401, {}, {"error": {"message": "no"}})) as server,
        pytest.raises(InputError, match=r"(?s)401.*PATCH_1.*prediction\.openai") as caught,
    ):
        model(server).answer(patch(1), ["one"], 7)
    assert not isinstance(caught.value, CheckpointUnavailable)


@pytest.mark.parametrize(
    ("address", "weights"),
    [
        ("https://api.openai.com/v1", "published"),
        ("http://localhost:8000/v1", "as served by http://localhost:8000/v1"),
        ("https://notopenai.com/v1", "as served by https://notopenai.com/v1"),
    ],
)
def test_only_openais_own_server_has_the_published_weights(address, weights):
    options = OPTIONS | {"base_url": address}
    assert ServerModel("gpt", {"input": "rgb", "side": None}, options).weights == weights


def test_the_request_of_gpt_byte_for_byte():
    """Picture before text, as PNG; no temperature; the longest answer under OpenAI's name."""
    entry = find_entry("GPT", None, ROOT / "resources/models.yaml")
    text = write_instruction(entry.instructions, "mcq", "count", "How many? a) 1, b) 2, c) 3, d) 4")
    with chat_server(lambda _: "b") as server:
        options = PREDICTION["openai"] | {"base_url": server.base_url, "key_variable": None}
        weights = SimpleNamespace(checkpoints={})
        settings = {"prediction": {"openai": options}}
        ServerModel.load("GPT", entry, weights, settings).answer(patch(300), [text], 32)
        entry = replace(
            entry, server={"detail": "low", "temperature": 0.5, "extra": {"reasoning_effort": "low"}}
        )
        ServerModel.load("GPT", entry, weights, settings).answer(patch(300), [text], 32)
    picture = png_data_url(patch(300).rgb)
    content = [
        {"type": "image_url", "image_url": {"url": picture}},
        {"type": "text", "text": text},
    ]
    plain = {
        "messages": [{"role": "user", "content": content}],
        "model": "gpt-5.2",
        "max_completion_tokens": 32,
    }
    assert text == "How many? a) 1, b) 2, c) 3, d) 4 Answer using either a), b), c), or d)."
    assert json.dumps(server.bodies[0], sort_keys=True) == json.dumps(plain, sort_keys=True)
    content[0]["image_url"]["detail"] = "low"
    assert server.bodies[1] == plain | {"temperature": 0.5, "reasoning_effort": "low"}


def test_variables_of_the_chat_template_are_sent_where_there_are_any():
    with chat_server(lambda _: "b") as server:
        options = OPTIONS | {"base_url": server.base_url}
        asked = ServerModel("m", {"input": "rgb", "side": None}, options, {"enable_thinking": False})
        asked.answer(patch(1), ["one"], 4)
    assert server.bodies[0]["chat_template_kwargs"] == {"enable_thinking": False}
    assert asked.request["extra_body"] == {"chat_template_kwargs": {"enable_thinking": False}}


def test_what_is_asked_is_in_the_key_and_how_is_not():
    def request(**more):
        options = OPTIONS | {"base_url": "http://localhost:1/v1"} | more
        return ServerModel("m", {"input": "rgb", "side": None}, options).request

    plain = request()
    assert request(concurrency=64, retries=9, timeout=1, extra={}, detail=None) == plain
    for more in (
        {"base_url": "http://localhost:2/v1"},
        {"temperature": 0.0},
        {"extra": {"seed": 1}},
        {"detail": "high"},
        {"length_parameter": "max_tokens"},
    ):
        assert request(**more) != plain


@pytest.mark.parametrize("concurrency", [1, 4])
def test_as_many_requests_are_at_work_as_the_server_may_have(concurrency):
    """The server answers only once that many have come: fewer at a time would never end."""
    together = threading.Barrier(concurrency)

    def answer(messages):
        together.wait(30)
        return "fine"

    with chat_server(answer) as server:
        (replies,) = model(server, concurrency=concurrency).answer_many([patch(1)], [["one"] * 8], 4)
    assert replies == [Reply("fine")] * 8


@pytest.mark.parametrize("status", [200, 401])
def test_the_key_is_in_no_file_log_or_command_line(tmp_path, status):
    """Also where the server quotes it in an error."""
    key = "sk-canary-7c1f"
    seen = []

    def answer(messages):
        seen.extend(
            path.parent.name
            for path in Path("/proc").glob("[0-9]*/cmdline")
            if key.encode() in path.read_bytes()
        )
        refused = {"error": {"message": f"key {key} may not ask"}}
        return "yes" if status == 200 else (status, {}, refused)

    write_world(tmp_path)
    entry = find_entry("GPT", None, ROOT / "resources/models.yaml").to_dict()
    with chat_server(answer) as server:
        own = {"base_url": server.base_url, "key_variable": "BENTXT_CANARY", "retries": 0}
        images = {"rgb_white": 3000}
        settings = {"run": "mini", "seed": 1, "prediction": PREDICTION, "images": images}
        command = [
            sys.executable, str(ROOT / "workflow_scripts/predict_answers.py"),
            "--model", "GPT", "--task", "binary",
            "--entry", json.dumps(entry | {"server": own}),
            "--dataset", tmp_path / "dataset.parquet", "--images", tmp_path / "images.lmdb",
            "--answers", tmp_path / "out/answers.jsonl", "--out", tmp_path / "out/answers.parquet",
            "--status", tmp_path / "out/status.json", "--code", "c0de",
            "--settings", json.dumps(settings),
        ]  # fmt: skip
        (tmp_path / "out").mkdir()
        with (tmp_path / "out/log").open("wb") as log:
            done = subprocess.run(
                list(map(str, command)),
                env=os.environ | {"BENTXT_CANARY": key},
                stdout=log,
                stderr=log,
                check=False,
            )
    assert (done.returncode == 0) == (status == 200), (tmp_path / "out/log").read_text()
    assert set(server.keys) == {f"Bearer {key}"}
    assert seen == []
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert tmp_path / "out/log" in written
    assert [path for path in written if key.encode() in path.read_bytes()] == []
    if status != 200:
        assert "(key) may not ask" in (tmp_path / "out/log").read_text()
