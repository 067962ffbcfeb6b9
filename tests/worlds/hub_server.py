"""A file of a data set on loopback, under the hub's paths: resolve, redirect to a signed address, ranges."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Hub(ThreadingHTTPServer):
    """Serves ``content`` as a data set's file at a revision; ``with Hub(...) as hub``.

    ``cuts`` are the bytes after which the next answers break off; ``asked`` is what was asked for, as
    (path, range).
    """

    daemon_threads = True

    def __init__(self, content, repository, revision, name, cuts=()):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content, self.cuts, self.asked = content, list(cuts), []
        self.path = f"/datasets/{repository}/resolve/{revision}/{name}"
        self.url = f"http://127.0.0.1:{self.server_port}"

    def __enter__(self):
        poll = {"poll_interval": 0.01}
        threading.Thread(target=self.serve_forever, kwargs=poll, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.shutdown()
        super().__exit__(*error)


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        hub, wanted = self.server, self.headers.get("Range")
        hub.asked.append((self.path, wanted))
        if self.path == hub.path:
            self.send_response(302)
            self.send_header("Location", f"{hub.url}/cdn/a-hash?signature=0")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path.startswith("/cdn/"):
            self._send(int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0)
        else:
            self.send_error(404)

    def _send(self, first):
        content = self.server.content
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - first))
        self.end_headers()
        end = self.server.cuts.pop(0) if self.server.cuts else len(content)
        self.wfile.write(content[first:end])
