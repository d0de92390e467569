"""The routes the HTTP room serves itself: the reference, the problems, the test clock."""

# ruff: noqa: ARG002 - falcon calls every responder with the request and the response

from __future__ import annotations

import gzip
import inspect
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from html import escape
from importlib.resources import files
from itertools import chain
from typing import Any

import orjson
from marshmallow import Schema, ValidationError, validates_schema
from marshmallow.validate import Range

from kernel.clock import TestClock
from kernel.declarations import Route
from kernel.errors import NotFound
from kernel.http import fields
from kernel.http.endpoint import ANONYMOUS, UNLIMITED, Binary, endpoint
from kernel.http.etags import current, tag_of
from kernel.http.openapi import openapi_document
from kernel.http.problems import kinds
from kernel.http.request import Request, Response
from kernel.http.settings import HttpSettings
from kernel.http.stack import Stack
from kernel.http.static import IMMUTABLE

RAPIDOC = "rapidoc-9.3.8.min.js"
# APPSEC: RapiDoc styles its shadow roots inline; scripts come from this origin only.
_REFERENCE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PROBLEM_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
_HTML = "text/html; charset=utf-8"
_TEN_YEARS = 10 * 366 * 86_400
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def own_routes(routes: Sequence[Route], stack: Stack) -> list[Route]:
    """Return the kernel's own routes beside `routes`, which its reference describes."""
    own = [Route("/problems", ProblemIndex(), root=True)]
    own.append(Route("/problems/{slug}", ProblemPage(), root=True))
    hidden: list[Route] = []
    if stack.settings.home and not any(route.root and route.path == "/" for route in routes):
        hidden.append(Route("/", Home(stack.settings.home), root=True))
    if isinstance(stack.clock, TestClock) and not stack.production:
        hidden.append(Route("/_clock", ClockControl(stack.clock)))
    if stack.settings.docs:
        own += [
            Route("/openapi.json", Document(partial(_document, [routes, own], stack.settings)), root=True),
            Route("/reference", Reference(stack.settings.title), root=True),
            Route("/reference/reference.js", ReferenceLook(), root=True),
            Route(f"/reference/{RAPIDOC}", ReferenceScript(), root=True),
        ]
    return own + hidden


def _document(routes: Sequence[Sequence[Route]], settings: HttpSettings) -> dict[str, Any]:
    return openapi_document(list(chain.from_iterable(routes)), settings)


class Document:
    """A document about the API, such as `/openapi.json`.

    Written at the first request, since it costs tens of milliseconds.
    """

    def __init__(self, write: Callable[[], dict[str, Any]]) -> None:
        self._bytes = cache(lambda: orjson.dumps(write()))

    @endpoint(
        summary="The OpenAPI document",
        permission=ANONYMOUS,
        response=Binary("application/json"),
        rate=UNLIMITED,
    )
    def on_get(self, req: Request, resp: Response) -> bytes | None:
        """Describe every endpoint: OpenAPI 3.1."""
        return self.answer(req, resp)

    def answer(self, req: Request, resp: Response) -> bytes | None:
        """Return the document for anybody; None (304) to who has it."""
        data = self._bytes()
        tag = tag_of(None, data)
        known = current(req.env.get("HTTP_IF_NONE_MATCH", ""), tag)
        resp.set_header("ETag", known or tag)
        resp.set_header("Cache-Control", "public, no-cache")
        resp.set_header("Access-Control-Allow-Origin", "*")
        if known:
            resp.status = 304
            return None
        return data


class Home:
    """`/`, of a deployment whose pages are elsewhere."""

    def __init__(self, path: str) -> None:
        self._path = path

    @endpoint(summary="The way to the front page", permission=ANONYMOUS, status=307, rate=UNLIMITED)
    def on_get(self, req: Request, resp: Response) -> None:
        """Lead there; not for good, since another profile may serve `/` tomorrow."""
        resp.location = self._path


class Reference:
    """`/reference`: the document, readable, with requests to try (RapiDoc, served from here)."""

    def __init__(self, title: str) -> None:
        self._page = (
            _asset("reference.html").decode().replace("{title}", escape(title)).replace("{script}", RAPIDOC)
        )

    @endpoint(summary="The API reference", permission=ANONYMOUS, response=Binary(_HTML), rate=UNLIMITED)
    def on_get(self, req: Request, resp: Response) -> str:
        """Show the API reference."""
        resp.set_header("Content-Security-Policy", _REFERENCE_POLICY)
        return self._page


class ReferenceScript:
    """The reference's script, kept and sent gzipped (217 KB)."""

    @endpoint(
        summary="The reference's script",
        permission=ANONYMOUS,
        response=Binary("text/javascript"),
        rate=UNLIMITED,
    )
    def on_get(self, req: Request, resp: Response) -> bytes:
        """Send the script."""
        resp.set_header("Cache-Control", IMMUTABLE)
        packed = _asset(f"{RAPIDOC}.gz")
        if "gzip" not in req.env.get("HTTP_ACCEPT_ENCODING", ""):
            return gzip.decompress(packed)
        resp.set_header("Content-Encoding", "gzip")
        resp.set_header("Vary", "Accept-Encoding")
        return packed


class ReferenceLook:
    """`/reference/reference.js`: what depends on the reader's screen."""

    @endpoint(
        summary="The reference's look",
        permission=ANONYMOUS,
        response=Binary("text/javascript"),
        rate=UNLIMITED,
    )
    def on_get(self, req: Request, resp: Response) -> bytes:
        """Choose the style for the width and the colour scheme of the screen."""
        resp.set_header("Cache-Control", "public, max-age=3600")
        return _asset("reference.js")


@cache
def _asset(name: str) -> bytes:
    return (files("kernel.http") / "assets" / name).read_bytes()


class ProblemIndex:
    """`/problems`: every kind of problem."""

    @endpoint(summary="The kinds of problems", permission=ANONYMOUS, response=Binary(_HTML), rate=UNLIMITED)
    def on_get(self, req: Request, resp: Response) -> str:
        """List every kind of problem this API answers with."""
        items = "".join(
            f'<li><a href="/problems/{slug}">{slug}</a> ({kind.status}) {escape(kind.title)}</li>'
            for slug, kind in kinds().items()
        )
        return _page(resp, "Problems", f"<ul>{items}</ul>")


class ProblemPage:
    """`/problems/<slug>`: what a problem's `type` resolves to."""

    @endpoint(
        summary="What a problem means",
        permission=ANONYMOUS,
        response=Binary(_HTML),
        rate=UNLIMITED,
        errors=(NotFound,),
    )
    def on_get(self, req: Request, resp: Response, slug: str) -> str:
        """Explain one kind of problem."""
        kind = kinds().get(slug)
        if kind is None:
            raise NotFound
        text = escape(inspect.getdoc(kind) or "").replace("\n\n", "</p><p>")
        return _page(
            resp,
            kind.title,
            f"<p>{text}</p><p>Status {kind.status} · type <code>/problems/{slug}</code></p>"
            '<p><a href="/problems">All problems</a></p>',
        )


def _page(resp: Response, title: str, body: str) -> str:
    resp.set_header("Content-Security-Policy", _PROBLEM_POLICY)
    text = _asset("problem.html").decode()
    return text.replace("{title}", escape(title)).replace("{body}", body)


class ClockChange(Schema):
    """How to move the test clock: by seconds, or to a moment."""

    advance = fields.Float(
        validate=Range(-_TEN_YEARS, _TEN_YEARS), metadata={"description": "Seconds to move forward."}
    )
    set = fields.DateTime(
        validate=Range(_EARLIEST, _LATEST), metadata={"description": "The moment to jump to."}
    )

    @validates_schema
    def _one_of_both(self, data: dict[str, Any], **_: Any) -> None:
        if len(data) != 1:
            raise ValidationError("Give either advance or set.")


class ClockState(Schema):
    """The test clock."""

    now = fields.DateTime(required=True)


class ClockControl:
    """`/v1/_clock`: the test clock; not there unless `[kernel] test_clock`, refused in production."""

    def __init__(self, clock: TestClock) -> None:
        self._clock = clock

    @endpoint(summary="Read the test clock", permission=ANONYMOUS, response=ClockState, rate=UNLIMITED)
    def on_get(self, req: Request, resp: Response) -> dict[str, Any]:
        """Tell what the application takes for the present."""
        return {"now": self._clock.now()}

    @endpoint(
        summary="Move the test clock",
        permission=ANONYMOUS,
        body=ClockChange,
        response=ClockState,
        rate=UNLIMITED,
    )
    def on_post(self, req: Request, resp: Response) -> dict[str, Any]:
        """Advance the test clock by seconds, or set it to a moment."""
        clock, change = self._clock, req.body
        if "set" in change:
            return {"now": clock.set(change["set"])}
        return {"now": clock.advance(timedelta(seconds=change["advance"]))}
