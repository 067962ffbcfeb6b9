"""A local server of files that keeps ranges, breaks off, ignores ranges, lies or refuses."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class FileServer(ThreadingHTTPServer):
    """Serves ``files``, content by name, under ``url``.

    ``plan`` says how each request in turn is treated: ``status`` answers it with an error, ``location``
    sends elsewhere, ``content`` sends something else, ``until`` breaks off at that byte, ``hang`` keeps the
    connection open there, ``ranges`` False ignores the range, ``shift`` states another one. ``asked`` holds
    path and range of each request.
    """

    daemon_threads = True

    def __init__(self, files):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files, self.plan, self.asked = files, [], []
        self.sent, self.released = threading.Event(), threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}/files"


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        wanted = self.headers.get("Range")
        self.server.asked.append((self.path, wanted))
        treatment = self.server.plan.pop(0) if self.server.plan else {}
        name = urlsplit(self.path).path.rpartition("/")[2]
        if "status" in treatment or name not in self.server.files:
            self.send_error(treatment.get("status", 404))
            return
        if "location" in treatment:
            self.send_response(302)
            self.send_header("Location", treatment["location"])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        content = treatment.get("content", self.server.files[name])
        first = (
            int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and treatment.get("ranges", True) else 0
        )
        self.send_response(206 if first else 200)
        if first:
            span = f"bytes {first + treatment.get('shift', 0)}-{len(content) - 1}/{len(content)}"
            self.send_header("Content-Range", span)
        self.send_header("Content-Length", str(len(content) - first))
        self.end_headers()
        try:
            self.wfile.write(content[first : treatment.get("until", len(content))])
            if "hang" in treatment:
                self.wfile.flush()
                self.server.sent.set()
                self.server.released.wait(30)
        except ConnectionError:
            # Who asked is gone, or has heard enough.
            self.close_connection = True


@contextmanager
def serve(files):
    """Run a :class:`FileServer` in a thread: ``with serve({"a.bin": b"…"}) as server``."""
    with FileServer(files) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield running
        running.released.set()
        running.shutdown()
