import base64
import io

import numpy as np
import pytest
from PIL import Image

from bentxt.errors import CheckpointUnavailable, InputError
from bentxt.failures import REFUSED_REQUEST
from bentxt.models.answering_model import PatchImages, Reply
from bentxt.models.families.server_model import ServerModel
from worlds.answering_server import chat_server

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
    return PatchImages(f"PATCH_{red}", bands, {})


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
