"""A local server that speaks OpenAI's chat completions protocol, for tests."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ChatServer:
    """Answers from a function of the messages, and remembers what it was asked.

    Attributes
    ----------
    answer : callable
        Takes the messages, returns a text, or a tuple of status, headers and body (JSON values, or bytes).
    asked : list
        The messages of each request, in order of arrival.
    keys : list of str
        The Authorization header of each request.
    hold_at : int
        From this request on (counted from 1) answers wait for ``release``; ``held`` says that it has come.
    """

    def __init__(self, answer):
        self.answer, self.hold_at = answer, None
        self.asked, self.keys, self.bodies = [], [], []
        self.held, self.release = threading.Event(), threading.Event()
        self.lock = threading.Lock()

    def take(self, body, key):
        with self.lock:
            self.asked.append(body["messages"])
            self.bodies.append(body)
            self.keys.append(key)
            number = len(self.asked)
        if self.hold_at is not None and number >= self.hold_at:
            self.held.set()
            assert self.release.wait(60)
        return self.answer(body["messages"])


@contextmanager
def chat_server(answer):
    """Run a :class:`ChatServer`; its ``base_url`` is set."""
    state = ChatServer(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = state.take(body, self.headers["Authorization"])
            status, headers, reply = answer if isinstance(answer, tuple) else (200, {}, completion(answer))
            payload = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
            try:
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.base_url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield state
    finally:
        state.release.set()
        server.shutdown()
        thread.join()
        server.server_close()


def completion(text, finish_reason="stop"):
    """Return a chat completion with one choice."""
    message = {"role": "assistant", "content": text}
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 0,
        "model": "test",
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
