"""`/app`: one page for every address below it, and the files it needs."""

from __future__ import annotations

from kernel import ANONYMOUS, UNLIMITED, Binary, NotFound, Request, Response, Route, endpoint
from kernel.http.etags import tag_of
from kernel.http.static import IMMUTABLE, unless_known
from plugins.webclient import document

FRESH = "public, no-cache"


class Page:
    """`/app`, and what is below it: the client finds its view by the address."""

    @endpoint(
        summary="The web client",
        permission=ANONYMOUS,
        response=Binary("text/html; charset=utf-8"),
        rate=UNLIMITED,
    )
    def on_get(self, req: Request, resp: Response, path: str = "") -> bytes | None:
        """The same for everybody; what is on it comes from the public API."""
        resp.set_header("Content-Security-Policy", document.policy())
        data = document.page()
        return unless_known(req, resp, data, tag_of(None, data), FRESH)


class Manifest:
    """`/app/manifest.json`."""

    @endpoint(
        summary="The web client's manifest",
        permission=ANONYMOUS,
        response=Binary("application/manifest+json"),
        rate=UNLIMITED,
    )
    def on_get(self, req: Request, resp: Response) -> bytes | None:
        """What a browser needs to install it."""
        data = document.manifest()
        return unless_known(req, resp, data, tag_of(None, data), FRESH)


class Worker:
    """`/app/sw.js`."""

    @endpoint(
        summary="The web client's service worker",
        permission=ANONYMOUS,
        response=Binary("text/javascript; charset=utf-8"),
        rate=UNLIMITED,
    )
    def on_get(self, req: Request, resp: Response) -> bytes | None:
        """It keeps the page and its files for use without a network, never answers of the API."""
        resp.set_header("Service-Worker-Allowed", document.HOME)
        resp.set_header("Content-Security-Policy", "default-src 'none'; connect-src 'self'")  # it fetches
        data = document.worker()
        return unless_known(req, resp, data, tag_of(None, data), FRESH)


class File:
    """`/app/files/{digest}/{name}`."""

    @endpoint(
        summary="A file of the web client",
        permission=ANONYMOUS,
        response=Binary("text/javascript", "text/css", "image/svg+xml", "image/png"),
        rate=UNLIMITED,
        errors=(NotFound,),
    )
    def on_get(self, req: Request, resp: Response, digest: str, name: str) -> bytes | None:
        """Kept by browsers for good: another version has another address."""
        asset = document.FOLDER.files().get(name)
        if asset is None or digest != document.FOLDER.version():
            raise NotFound("There is no such file.")
        data = unless_known(req, resp, asset.data, asset.tag, IMMUTABLE)
        if data is not None:
            resp.content_type = asset.content_type
        return data


ROUTES = (
    Route("/app", Page(), root=True),
    Route("/app/manifest.json", Manifest(), root=True),
    Route("/app/sw.js", Worker(), root=True),
    Route("/app/files/{digest}/{name}", File(), root=True),
    Route("/app/{path:path}", Page(), root=True),
)
