"""`/` and the files it needs."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from jinja2 import Environment, StrictUndefined, Template

from kernel import ANONYMOUS, UNLIMITED, Binary, NotFound, Request, Response, Route, app, endpoint
from kernel.http.etags import tag_of
from kernel.http.static import IMMUTABLE, unless_known
from plugins.welcome.assets import FOLDER, assets, version

# APPSEC: scripts and styles from this origin only, none of them inline. `blob:`
# is the preview of a photograph before it is sent.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Page:
    """`/`."""

    @endpoint(
        summary="The welcome page",
        permission=ANONYMOUS,
        response=Binary("text/html; charset=utf-8"),
        rate=UNLIMITED,
    )
    def on_get(self, req: Request, resp: Response) -> bytes | None:
        """The same for everybody; what is on it comes from the public API."""
        resp.set_header("Content-Security-Policy", POLICY)
        data = _rendered(*_links())
        return unless_known(req, resp, data, tag_of(None, data), "public, no-cache")


class File:
    """`/welcome/{digest}/{name}`."""

    @endpoint(
        summary="A file of the welcome page",
        permission=ANONYMOUS,
        response=Binary("text/javascript", "text/css", "image/svg+xml"),
        rate=UNLIMITED,
        errors=(NotFound,),
    )
    def on_get(self, req: Request, resp: Response, digest: str, name: str) -> bytes | None:
        """Kept by browsers for good: another version has another address."""
        asset = assets().get(name)
        if asset is None or digest != version():
            raise NotFound("There is no such file.")
        data = unless_known(req, resp, asset.data, asset.tag, IMMUTABLE)
        if data is not None:
            resp.content_type = asset.content_type
        return data


class Icon:
    """`/favicon.ico`, which browsers ask for on every page that names none."""

    @endpoint(summary="The mark", permission=ANONYMOUS, response=Binary("image/svg+xml"), rate=UNLIMITED)
    def on_get(self, req: Request, resp: Response) -> bytes | None:
        """A colonnade."""
        mark = assets()["stoa.svg"]
        return unless_known(req, resp, mark.data, mark.tag, "public, max-age=86400")


def _links() -> tuple[bool, bool]:
    """Say whether the reference and the mailbox are served."""
    return app.settings.http.docs, app.settings.kernel.environment != "production"


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(FOLDER.text("page.html"))


@cache
def _rendered(reference: bool, mailbox: bool) -> bytes:
    values: dict[str, Any] = {"base": f"/welcome/{version()}", "reference": reference, "mailbox": mailbox}
    return _template().render(values).encode()


ROUTES = (
    Route("/", Page(), root=True),
    Route("/welcome/{digest}/{name}", File(), root=True),
    Route("/favicon.ico", Icon(), root=True),
)
