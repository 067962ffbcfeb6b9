"""The page on which people judge captions, as an application for a server on this machine (Section 3.1).

All addresses begin with a token that only the person who started the server knows, and only requests to this
machine's own names are answered: neither another user nor a page from elsewhere reads or writes a review.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jinja2 import Environment
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bentxt.errors import InputError
from bentxt.reporting.html_pages import visible
from bentxt.resources import RESOURCES
from bentxt.review.caption_marks import Piece, marked
from bentxt.review.review_files import Judgements, Review, caption_hash, reviews_as_csv
from bentxt.review.review_journal import ReviewJournal
from bentxt.review.review_pictures import PICTURES, PatchPictures, as_json
from bentxt.tables.schemas.augmented_captions_schema import CRITERIA

#: The page, its style and its program.
PAGES = RESOURCES / "pages"
#: Names under which this machine reaches its own server.
OWN_NAMES = ("127.0.0.1", "localhost")
#: Most bytes of a change.
_MOST_BYTES = 65_536
#: What every answer says: nothing from outside, nothing inline, in nobody's frame, kept nowhere.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

#: What each criterion asks, in the words of the page.
QUESTIONS = {
    "linguistically_correct": (
        "Linguistically correct",
        "Whole, well-formed sentences without slips of grammar or spelling, and nothing said twice.",
    ),
    "factually_accurate": (
        "Factually accurate",
        "All that is said of classes, areas, numbers, borders, season, country and climate agrees with the "
        "map and the template; nothing is invented.",
    ),
    "complete": (
        "Complete",
        "All that the template says is still said, a class under its own name or its group's.",
    ),
    "free_of_artifacts": (
        "Free of artifacts",
        "No prefix, remark, quotation marks round a class, mark-up, foreign words or cut end, as models "
        "leave them.",
    ),
}


@dataclass(frozen=True)
class ReviewedCaption:
    """A caption as people judge it.

    Attributes
    ----------
    patch_id, text, template : str
    checked : tuple of bool or None
        The check's verdict on ``text``, in the order of ``CRITERIA``.
    findings : list of dict
        On ``text``: ``criterion``, ``kind``, ``message``, and ``start`` and ``stop`` in it, or None.
    rejected : list of dict
        On versions that the check did not take, with their ``version``.
    about : dict of str to str
        What else is shown: country, season, climate zone, which version it is.
    """

    patch_id: str
    text: str
    template: str
    checked: Judgements
    findings: list[dict[str, Any]]
    rejected: list[dict[str, Any]]
    about: dict[str, str]
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", caption_hash(self.text))


def review_app(
    captions: Sequence[ReviewedCaption],
    journal: ReviewJournal,
    pictures: PatchPictures,
    token: str,
    run: str,
    sample: str,
    others: Sequence[ReviewedCaption] = (),
) -> Starlette:
    """Make the application.

    Parameters
    ----------
    captions : sequence of ReviewedCaption
        In the order in which they are shown.
    journal : bentxt.review.review_journal.ReviewJournal
        Takes every change.
    pictures : bentxt.review.review_pictures.PatchPictures
        Of the patches of ``captions``.
    token : str
        First part of every address.
    run : str
        ``mini`` or ``paper``.
    sample : str
        How the captions were chosen; stands in each review.
    others : sequence of ReviewedCaption
        Captions whose reviews are exported too: those of another sample that the journal has.

    Returns
    -------
    starlette.applications.Starlette
    """
    shown = _Shown(captions, journal, pictures, run, sample, others)
    prefix = "/{token}"
    routes = [
        Route(f"{prefix}/", shown.page),
        Route(f"{prefix}/review.css", shown.style),
        Route(f"{prefix}/review.js", shown.program),
        Route(f"{prefix}/captions", shown.list),
        Route(f"{prefix}/captions/{{patch}}", shown.caption),
        Route(f"{prefix}/captions/{{patch}}", shown.change, methods=["POST"]),
        Route(f"{prefix}/pictures/{{patch}}/{{kind}}", shown.picture),
        Route(f"{prefix}/reviews.csv", shown.export),
    ]
    middleware = [
        Middleware(_Headers),
        Middleware(TrustedHostMiddleware, allowed_hosts=list(OWN_NAMES), www_redirect=False),
        Middleware(_Token, token=token),
    ]
    return Starlette(routes=routes, middleware=middleware)


def exported(captions: Sequence[ReviewedCaption], journal: ReviewJournal) -> list[Review]:
    """Return the reviews of captions that have a judgement or a comment, in their order.

    Reviews of other captions in the journal are left out, as of texts that have changed.
    """
    found = []
    for caption in captions:
        review = journal.review(caption.patch_id, caption.digest)
        if review.comment or set(review.judgements) != {None}:
            found.append(replace(review, checked=caption.checked))
    return found


class _Headers:
    """Add :data:`_HEADERS` to every answer, those of refusals included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]
                message["headers"] = [*message.get("headers", []), *own]
            await send(message)

        await self._app(scope, receive, send_with)


class _Token:
    """Answer only addresses that begin with the token; of others nobody learns whether they exist."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app, self._token = app, token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            given = scope["path"].split("/")[1].encode("utf-8", "surrogatepass")
            if not secrets.compare_digest(given, self._token):
                refusal = PlainTextResponse("The address lacks the token that the server printed.", 403)
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


class _Shown:
    """What each address answers."""

    def __init__(self, captions, journal, pictures, run, sample, others):
        self._captions: Mapping[str, ReviewedCaption] = {caption.patch_id: caption for caption in captions}
        self._journal, self._pictures = journal, pictures
        self._run, self._sample, self._others = run, sample, others
        template = (PAGES / "review.html").read_text(encoding="utf-8")
        self._template = Environment(autoescape=True).from_string(template)
        self._files = {name: (PAGES / name).read_bytes() for name in ("review.css", "review.js")}

    async def page(self, request: Request) -> Response:
        text = self._template.render(
            criteria=[(name, *QUESTIONS[name]) for name in CRITERIA],
            reviewer=self._journal.reviewer,
            run=self._run,
            sample=self._sample,
            torn=self._journal.torn,
            journal=self._journal.path,
            pictures=PICTURES,
        )
        return Response(text, media_type="text/html")

    async def style(self, request: Request) -> Response:
        return Response(self._files["review.css"], media_type="text/css")

    async def program(self, request: Request) -> Response:
        return Response(self._files["review.js"], media_type="text/javascript")

    async def list(self, request: Request) -> Response:
        return JSONResponse([self._line(caption) for caption in self._captions.values()])

    async def caption(self, request: Request) -> Response:
        caption = self._captions.get(request.path_params["patch"])
        if caption is None:
            return _refused(404, "no such caption under review")
        places = [
            None if found["start"] is None else (found["start"], found["stop"]) for found in caption.findings
        ]
        return JSONResponse(
            self._line(caption)
            | {
                "text": _as_json(marked(caption.text, caption.template, places)),
                "template": _as_json(marked(caption.template, caption.text)),
                "findings": [_finding(found) for found in caption.findings],
                "rejected": [_finding(found) for found in caption.rejected],
                "about": {name: visible(text) for name, text in caption.about.items()},
                "legend": as_json(self._pictures.legend(caption.patch_id)),
            }
        )

    async def change(self, request: Request) -> Response:
        caption = self._captions.get(request.path_params["patch"])
        if caption is None:
            return _refused(404, "no such caption under review")
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return _refused(415, "a change is JSON")
        if not _from_here(request):
            return _refused(403, "a change comes from the page itself")
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MOST_BYTES:
                return _refused(413, "a change is shorter")
        try:
            change = json.loads(body)
            name, value, digest = change["field"], change["value"], change["caption_sha256"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return _refused(400, "a change has field, value and caption_sha256")
        if digest != caption.digest:
            return _refused(409, "the caption has another text now: load the page again")
        try:
            await run_in_threadpool(
                self._journal.add, caption.patch_id, caption.digest, name, value, self._sample
            )
        except (ValueError, TypeError) as error:
            return _refused(400, str(error))
        except OSError as error:
            return _refused(507, f"the journal cannot be written: {error.strerror}")
        return JSONResponse(self._line(caption))

    async def picture(self, request: Request) -> Response:
        patch, kind = request.path_params["patch"], request.path_params["kind"]
        if patch not in self._captions or kind not in PICTURES:
            return _refused(404, "no such picture")
        try:
            picture = await run_in_threadpool(self._pictures.png, patch, kind)
        except InputError as error:
            return _refused(404, error.problem)
        return Response(picture, media_type="image/png")

    async def export(self, request: Request) -> Response:
        reviews = exported([*self._captions.values(), *self._others], self._journal)
        name = f"reviews-{self._journal.path.stem}.csv"
        headers = {"Content-Disposition": _attachment(name)}
        return Response(reviews_as_csv(reviews), media_type="text/csv; charset=utf-8", headers=headers)

    def _line(self, caption: ReviewedCaption) -> dict[str, Any]:
        """Return what the list holds of a caption, and every answer to a change."""
        review = self._journal.review(caption.patch_id, caption.digest)
        return {
            "patch_id": caption.patch_id,
            "caption_sha256": caption.digest,
            "checked": caption.checked,
            "judgements": review.judgements,
            "comment": review.comment,
            "time": review.time,
        }


def _attachment(name: str) -> str:
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "_" for sign in name)
    return f'attachment; filename="{plain}"'


def _from_here(request: Request) -> bool:
    """Whether a request's origin, where the browser names one, is this server."""
    origin = request.headers.get("origin")
    return origin is None or origin == f"http://{request.headers.get('host')}"


def _refused(status: int, why: str) -> Response:
    return JSONResponse({"error": why}, status)


def _finding(found):
    return {
        "criterion": QUESTIONS.get(found["criterion"], (found["criterion"],))[0],
        "kind": visible(found["kind"]),
        "message": visible(found["message"]),
        "version": found["version"],
        "placed": found["start"] is not None,
    }


def _as_json(pieces: list[Piece]) -> list[dict[str, Any]]:
    return [
        {"text": visible(piece.text), "differs": piece.differs, "findings": piece.findings}
        for piece in pieces
    ]
