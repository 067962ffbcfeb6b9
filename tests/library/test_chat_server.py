"""The client against a real server on this machine: retries, time-outs, concurrency, messages and keys."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest

from bentxt.captions.backends import ServerBackend
from bentxt.chat_server import Chat, ChatServer, _asked_wait
from bentxt.errors import CheckpointUnavailable, InputError, MetricUnavailable
from bentxt.evaluation.clair import clair
from bentxt.models.families.server_model import ServerModel
from worlds.answering_server import chat_server, completion
from worlds.prediction_world import patch

SCRIPTS = Path(__file__).parents[2] / "workflow_scripts"
GENERATION = {"temperature": 0.0, "max_tokens": 64}
BUSY = {"retry-after-ms": "1"}
SECRET = "sk-very-secret"


def chats(count):
    return [Chat(f"PATCH_{i}", ({"role": "user", "content": f"question {i}"},)) for i in range(count)]


def options(base_url, **changes):
    return {
        "base_url": base_url,
        "key_variable": None,
        "concurrency": 4,
        "retries": 2,
        "timeout": 30,
        **changes,
    }


def client(server, section="augmentation.openai", **changes):
    return ChatServer("some/model", options(server.base_url, **changes), section)


def echo(messages):
    return f"answer {len(messages)} to {messages[0]['content']}"


def test_each_chat_gets_its_own_answer():
    with chat_server(echo) as server:
        assert client(server).ask(chats(9), GENERATION) == [f"answer 1 to question {i}" for i in range(9)]
    assert {(body["model"], body["temperature"], body["max_tokens"]) for body in server.bodies} == {
        ("some/model", 0.0, 64)
    }
    assert "PATCH" not in json.dumps(server.bodies)


def test_no_chat_needs_no_server():
    assert ChatServer("m", options("http://localhost:1/v1"), "x").ask([], GENERATION) == []


def test_conversations_continue_as_long_as_the_caller_wants():
    asked, said = chats(5), {}

    def reply(index, answer):
        said.setdefault(index, []).append(answer)
        if len(said[index]) == 2:
            return None
        more = ({"role": "assistant", "content": answer}, {"role": "user", "content": "and now?"})
        return Chat("PATCH", asked[index].messages + more)

    with chat_server(echo) as server:
        client(server).converse(asked, GENERATION, reply)
    assert said == {i: [f"answer 1 to question {i}", f"answer 3 to question {i}"] for i in range(5)}


def test_requests_run_at_the_same_time_and_no_more_than_allowed():
    lock, together, now, most = threading.Lock(), threading.Barrier(4), [0], [0]

    def answer(messages):
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        together.wait(30)  # passes only when four requests are there at once
        with lock:
            now[0] -= 1
        return echo(messages)

    with chat_server(answer) as server:
        assert len(client(server, concurrency=4).ask(chats(12), GENERATION)) == 12
    assert most[0] == 4


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503])
def test_a_request_that_fails_for_a_reason_that_may_pass_is_sent_again(status):
    def answer(messages):
        busy = len(server.asked) <= 2
        return (status, BUSY, {"error": {"message": "busy"}}) if busy else echo(messages)

    with chat_server(answer) as server:
        assert client(server, concurrency=1).ask(chats(1), GENERATION) == ["answer 1 to question 0"]
    assert len(server.asked) == 3


@pytest.mark.parametrize(("status", "requests"), [(400, 1), (404, 1), (429, 3), (500, 3)])
def test_an_error_names_server_item_status_and_section(status, requests):
    with chat_server(lambda _: (status, BUSY, {"error": {"message": "a broken GPU"}})) as server:
        with pytest.raises(InputError, match=rf"(?s){status}.*broken GPU") as error:
            client(server, section="benchmark.clair").ask(chats(1), GENERATION)
        assert (error.value.file, error.value.item) == (server.base_url, "PATCH_0")
    assert "benchmark.clair" in error.value.remedy
    assert len(server.asked) == requests


def test_the_wait_between_attempts_is_the_servers_where_it_names_one():
    times = []

    def answer(messages):
        times.append(time.monotonic())
        wait = {"retry-after-ms": "300"}
        return (503, wait, {"error": {"message": "busy"}}) if len(times) < 3 else echo(messages)

    with chat_server(answer) as server:
        client(server, concurrency=1).ask(chats(1), GENERATION)
    assert len(times) == 3
    assert all(later - earlier >= 0.3 for earlier, later in pairwise(times))


def test_the_first_error_ends_all_conversations():
    def answer(messages):
        return (400, {}, {"error": {"message": "no"}}) if "question 3" in str(messages) else echo(messages)

    with chat_server(answer) as server, pytest.raises(InputError, match="400"):
        client(server, concurrency=1).ask(chats(50), GENERATION)
    assert len(server.asked) == 4


def test_answers_to_requests_at_work_are_taken_after_an_error_and_no_more_is_asked():
    failed, said = threading.Event(), []

    def answer(messages):
        # The first answer comes after the second one has failed.
        assert "question 1" in str(messages) or failed.wait(30)
        return echo(messages)

    def reply(index, text):
        said.append(index)
        if index == 1:
            failed.set()
            raise InputError("no room for this answer")
        return Chat("PATCH", ({"role": "user", "content": "and now?"},))

    with chat_server(answer) as server:
        with pytest.raises(InputError, match="no room"):
            client(server, concurrency=2).converse(chats(9), GENERATION, reply)
        assert len(server.asked) == 2
    assert said == [1, 0]


def test_a_server_that_does_not_answer_in_time_is_given_up():
    with chat_server(echo) as server:
        server.hold_at = 1
        with pytest.raises(InputError, match=r"after 2 attempts of at most 0\.2 s each") as error:
            client(server, retries=1, timeout=0.2).ask(chats(1), GENERATION)
        assert len(server.asked) == 2
    assert "augmentation.openai" in error.value.remedy


def test_a_server_that_sends_an_answer_byte_by_byte_is_given_up_too():
    """Each byte comes in time, the whole does not."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)
        given_up = threading.Event()

        def drip():
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
                while not given_up.wait(0.05):
                    connection.sendall(b" ")

        thread = threading.Thread(target=drip)
        thread.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        try:
            with pytest.raises(InputError, match=r"after 1 attempts of at most 0\.5 s each: time-out"):
                ChatServer("m", options(address, retries=0, timeout=0.5), "s").ask(chats(1), GENERATION)
        finally:
            given_up.set()
            thread.join()


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after": "3"}, 3),
        ({"retry-after": "soon"}, 0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        ({}, 0),
    ],
)
def test_the_wait_that_a_server_asks_for_is_read_in_all_its_forms(header, wait):
    assert _asked_wait(header) == wait


def test_a_server_that_asks_for_a_longer_wait_than_two_minutes_is_given_up():
    with chat_server(
        lambda _: (429, {"retry-after": "86400"}, {"error": {"message": "come tomorrow"}})
    ) as server:
        with pytest.raises(InputError, match="come tomorrow"):
            client(server).ask(chats(1), GENERATION)
        assert len(server.asked) == 1


def test_tokens_are_those_that_the_server_counts():
    with chat_server(echo) as server:
        asked = client(server)
        asked.ask(chats(3), GENERATION)
    assert asked.tokens == 3


def test_a_server_that_is_not_there_is_an_error():
    with chat_server(echo) as server:
        absent = options(server.base_url, retries=0)
    with pytest.raises(InputError, match="no answer from the server after 1 attempts") as error:
        ChatServer("m", absent, "prediction.openai").ask(chats(1), GENERATION)
    assert "prediction.openai.base_url" in error.value.remedy


@pytest.mark.parametrize("body", [completion(None), completion("") | {"choices": []}])
def test_an_answer_without_text_is_blank(body):
    with chat_server(lambda _: (200, {}, body)) as server:
        assert client(server).ask(chats(1), GENERATION) == [""]


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Type": "text/html"}, "<html>a proxy's page</html>"),
        ({}, completion([{"type": "text", "text": "in parts"}])),
    ],
)
def test_what_is_no_chat_completion_is_an_error_and_not_an_answer(headers, body):
    with (
        chat_server(lambda _: (200, headers, body)) as server,
        pytest.raises(InputError, match="the server's answer"),
    ):
        client(server).ask(chats(1), GENERATION)


# Failures of single items


def bad(*numbers):
    """Return an answer of a server that refuses the questions of some numbers."""

    def answer(messages):
        refused = any(f"question {number}" == messages[0]["content"] for number in numbers)
        return (400, {}, {"error": {"message": "not this one"}}) if refused else echo(messages)

    return answer


def test_what_befalls_one_item_goes_to_the_caller_and_the_others_go_on():
    said, failed = {}, {}
    with chat_server(bad(1, 3)) as server:
        client(server).converse(chats(6), GENERATION, said.__setitem__, failed.__setitem__)
    assert sorted(said) == [0, 2, 4, 5]
    assert {number: failure.kind for number, failure in failed.items()} == dict.fromkeys(
        (1, 3), "refused by the server"
    )
    assert "not this one" in failed[1].problem
    assert failed[1].item == "PATCH_1"


def test_many_items_that_fail_in_a_row_are_an_error():
    with chat_server(bad(*range(5, 100))) as server:
        with pytest.raises(InputError, match=r"400: .*not this one"):
            client(server, concurrency=2).converse(chats(100), GENERATION, {}.__setitem__, {}.__setitem__)
        assert 15 < len(server.asked) < 25


# Keys


def users(base_url):
    """Return the three users of the client, each as a call that asks one question."""
    with_key = options(base_url, key_variable="BENTXT_TEST_KEY", retries=0)
    model = {"temperature": None, "length_parameter": "max_tokens"}

    def caption():
        own = {"length_parameter": "max_tokens", "extra": {}}
        backend = ServerBackend("m", 0.0, 9, {}, with_key | own)
        backend.open()
        backend.converse([None], chats(1), lambda *_: None, lambda *_: None)

    def prediction():
        ServerModel("m", {"input": "rgb", "side": None}, with_key | model).answer(patch(1), ["one"], 9)

    def judge():
        clair(["a"], ["b"], with_key | {"model": "m", "max_tokens": 9})

    return {"augmentation.openai": caption, "prediction.openai": prediction, "benchmark.clair": judge}


@pytest.mark.parametrize("section", ["augmentation.openai", "prediction.openai", "benchmark.clair"])
def test_the_key_is_sent_and_in_no_message(section, monkeypatch, caplog, capfd):
    monkeypatch.setenv("BENTXT_TEST_KEY", SECRET)
    refusal = (401, {}, {"error": {"message": f"Incorrect API key provided: {SECRET}"}})
    caplog.set_level("DEBUG")
    with chat_server(lambda _: refusal) as server:
        with pytest.raises((InputError, MetricUnavailable), match="401") as error:
            users(server.base_url)[section]()
        assert server.keys == [f"Bearer {SECRET}"]
    shown = error.getrepr(style="long", showlocals=False).reprcrash.message + str(error.value.__cause__)
    assert SECRET not in shown
    assert section in shown
    assert SECRET not in caplog.text + "".join(capfd.readouterr())


@pytest.mark.parametrize("section", ["augmentation.openai", "prediction.openai", "benchmark.clair"])
def test_a_missing_key_is_named_with_its_variable(section, monkeypatch):
    monkeypatch.delenv("BENTXT_TEST_KEY", raising=False)
    expected = MetricUnavailable if section == "benchmark.clair" else CheckpointUnavailable
    with pytest.raises(expected, match="BENTXT_TEST_KEY is not set"):
        users("http://localhost:1/v1")[section]()


def test_the_word_none_is_left_in_messages_of_servers_without_key():
    with (
        chat_server(lambda _: (400, {}, {"error": {"message": "none of your business"}})) as server,
        pytest.raises(InputError, match="none of your business"),
    ):
        client(server).ask(chats(1), GENERATION)


# Processes

WITHOUT_CLIENT = """
import sys
sys.modules["openai"] = None
from bentxt.chat_server import ChatServer
from bentxt.errors import CheckpointUnavailable
try:
    options = {"base_url": "x", "key_variable": None, "concurrency": 1, "retries": 0, "timeout": 1}
    ChatServer("m", options, "prediction.openai")
except CheckpointUnavailable as error:
    print(error.problem)
"""

ASKING = """
import sys
from bentxt.chat_server import Chat, ChatServer
from bentxt.program.command_line import run
options = {"base_url": sys.argv[1], "key_variable": None, "concurrency": 2, "retries": 5, "timeout": 300}
chats = [Chat("P", ({"role": "user", "content": "?"},))] * 4
run(lambda: ChatServer("m", options, "s").ask(chats, {}))
"""


def test_without_the_client_installed_the_server_is_unavailable():
    environment = os.environ | {"PYTHONPATH": str(SCRIPTS)}
    command = [sys.executable, "-c", WITHOUT_CLIENT]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert "no client for the server" in done.stdout


def test_a_signal_does_not_wait_for_answers():
    environment = os.environ | {"PYTHONPATH": str(SCRIPTS)}
    with chat_server(echo) as server:
        server.hold_at = 1
        command = [sys.executable, "-c", ASKING, server.base_url]
        process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        assert server.held.wait(60)
        process.send_signal(signal.SIGTERM)
        _, messages = process.communicate(timeout=20)
    assert process.returncode == 128 + signal.SIGTERM
    assert "Traceback" not in messages
