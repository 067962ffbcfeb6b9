import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from bentxt.errors import MetricUnavailable
from bentxt.evaluation.clair import clair, parse_score


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ('{"score": 85, "reason": "same lake"}', 0.85),
        ('<think>{"score": 10} maybe</think>\n```json\n{"score": 40.5, "reason": "x"}\n```', 0.405),
        ('Here: {"reason": "none", "score": 0}', 0),
        ('{"note": 1} {"score": 7}', 0.07),
    ],
)
def test_a_score_is_read(text, score):
    assert parse_score(text) == pytest.approx(score)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "85",
        '<think>{"score": 85}</think> I cannot say.',
        '{"score": 185}',
        '{"score": "85"}',
        '{"score": true}',
        '{"score": 8',
        '{"reason": "no score"}',
    ],
)
def test_a_score_that_cannot_be_read_is_none_and_not_zero(text):
    assert parse_score(text) is None


@pytest.fixture
def judge():
    """Serve a judge that scores the length of the candidate, and stumbles over "odd"."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            seen.append(request)
            candidate = request["messages"][0]["content"].split("Candidate caption:\n")[1].split("\n")[0]
            content = "no idea" if candidate == "odd" else json.dumps({"score": len(candidate)})
            message = {"role": "assistant", "content": f"<think>hm</think>{content}"}
            choice = {"index": 0, "finish_reason": "stop", "message": message}
            body = {"id": "1", "object": "chat.completion", "created": 1, "model": "j", "choices": [choice]}
            answer = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/v1"
    yield {"base_url": address, "model": "j", "key_variable": "NO_SUCH_KEY", "max_tokens": 64}, seen
    server.shutdown()
    server.server_close()


def test_the_judge_is_asked_greedily_and_failures_stay_visible(judge):
    settings, seen = judge
    scores = clair(["four", "odd", "sixsix"], ["r1", "r2", "r3"], settings)
    assert scores[[0, 2]] == pytest.approx([0.04, 0.06])
    assert np.isnan(scores[1])
    assert [request["temperature"] for request in seen] == [0, 0, 0]
    assert "r3" in seen[2]["messages"][0]["content"]


def test_without_a_judge_there_is_no_number():
    with pytest.raises(MetricUnavailable, match=r"benchmark\.clair"):
        clair(["a"], ["b"], None)
