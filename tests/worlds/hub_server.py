"""The hub on loopback: a file of a data set with redirect and ranges, and models by their commits."""

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _Server(ThreadingHTTPServer):
    """On loopback, from ``with`` to its end."""

    daemon_threads = True

    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server_port}"

    def __enter__(self):
        poll = {"poll_interval": 0.01}
        threading.Thread(target=self.serve_forever, kwargs=poll, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.shutdown()
        super().__exit__(*error)


class Hub(_Server):
    """Serves ``content`` as a data set's file at a revision; ``with Hub(...) as hub``.

    ``cuts`` are the bytes after which the next answers break off; ``asked`` is what was asked for, as
    (path, range).
    """

    def __init__(self, content, repository, revision, name, cuts=()):
        super().__init__(_Handler)
        self.content, self.cuts, self.asked = content, list(cuts), []
        self.path = f"/datasets/{repository}/resolve/{revision}/{name}"


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


class ModelHub(_Server):
    """Serves repositories of models; ``with ModelHub({"owner/name": {commit: {path: bytes}}}) as hub``.

    The last commit of a repository is its newest; repositories in ``gated`` are refused. ``asked`` is what
    was asked for, as (method, path).
    """

    def __init__(self, repositories, gated=()):
        super().__init__(_ModelHandler)
        self.repositories, self.gated, self.asked = repositories, gated, []

    def serve(self, monkeypatch, cache):
        """Have huggingface_hub ask this server and keep what it gets in a folder; return the server."""
        import huggingface_hub.constants as constants

        monkeypatch.setattr(constants, "ENDPOINT", self.url)
        template = f"{self.url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        return self


class _ModelHandler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        self.server.asked.append((self.command, self.path))
        parts = self.path.partition("?")[0].strip("/").split("/")
        kind = "model" if parts[:2] == ["api", "models"] else "file"
        parts = parts[2:] if kind == "model" else parts
        name, rest = "/".join(parts[:2]), parts[2:]
        if name not in self.server.repositories:
            return self._refuse(404, "RepoNotFound")
        if name in self.server.gated:
            return self._refuse(403, "GatedRepo")
        commits = self.server.repositories[name]
        commit = rest[1] if rest else "main"
        commit = list(commits)[-1] if commit == "main" else commit
        if commit not in commits:
            return self._refuse(404, "RevisionNotFound")
        files = commits[commit]
        if kind == "file":
            path = "/".join(rest[2:])
            if path not in files:
                return self._refuse(404, "EntryNotFound")
            return self._send(files[path], commit)
        if rest and rest[0] == "tree":
            listed = [
                {"type": "file", "path": path, "size": len(content), "oid": _oid(content)}
                for path, content in files.items()
            ]
            return self._send(json.dumps(listed).encode(), commit)
        siblings = [{"rfilename": path} for path in files]
        about = {"id": name, "modelId": name, "sha": commit, "siblings": siblings}
        return self._send(json.dumps(about).encode(), commit)

    def _refuse(self, status, code):
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, content, commit):
        self.send_response(200)
        self.send_header("X-Repo-Commit", commit)
        self.send_header("ETag", f'"{_oid(content)}"')
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)


def _oid(content):
    return hashlib.sha1(content).hexdigest()
