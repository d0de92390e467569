"""The console itself: one page, the same for everybody, and its files."""

from __future__ import annotations

from functools import cache
from typing import Final

from jinja2 import Environment, StrictUndefined

from kernel import ANONYMOUS, UNLIMITED, Binary, NotFound, Request, Response, Route, app, endpoint
from kernel.http.etags import tag_of
from kernel.http.static import IMMUTABLE, AssetFolder, unless_known

FOLDER: Final = AssetFolder("plugins.admin")

# APPSEC: scripts and styles from this origin only, none of them inline; nobody frames it. Pictures of
# listings and documents may lie in a bucket elsewhere.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)


class Console:
    """`/admin` and `/admin/{page}`: which page it is, the script reads from the address."""

    @endpoint(
        summary="The web console",
        permission=ANONYMOUS,
        response=Binary("text/html; charset=utf-8"),
        rate=UNLIMITED,
    )
    def on_get(self, req: Request, resp: Response, page: str = "") -> bytes | None:  # noqa: ARG002 - the path's
        """Show nothing of anybody's: the script asks the API, as whoever signed in."""
        resp.set_header("Content-Security-Policy", POLICY)
        resp.set_header("Referrer-Policy", "no-referrer")
        data = _rendered(app.settings.http.title)
        return unless_known(req, resp, data, tag_of(None, data), "public, no-cache")


class File:
    """`/admin/assets/{digest}/{name}`."""

    @endpoint(
        summary="A file of the web console",
        permission=ANONYMOUS,
        response=Binary("text/javascript", "text/css", "image/svg+xml"),
        rate=UNLIMITED,
        errors=(NotFound,),
    )
    def on_get(self, req: Request, resp: Response, digest: str, name: str) -> bytes | None:
        """Kept by browsers for good: another version has another address."""
        asset = FOLDER.files().get(name)
        if asset is None or digest != FOLDER.version():
            raise NotFound("There is no such file.")
        data = unless_known(req, resp, asset.data, asset.tag, IMMUTABLE)
        if data is not None:
            resp.content_type = asset.content_type
        return data


@cache
def _rendered(title: str) -> bytes:
    page = Environment(autoescape=True, undefined=StrictUndefined).from_string(FOLDER.text("page.html"))
    return page.render(base=f"/admin/assets/{FOLDER.version()}", title=title).encode()


_CONSOLE: Final = Console()
ROUTES: Final = (
    Route("/admin", _CONSOLE, root=True),
    Route("/admin/{page}", _CONSOLE, root=True),
    Route("/admin/assets/{digest}/{name}", File(), root=True),
)
