"""What is made from the settings: the page, its manifest, its worker's list of files."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import orjson
from jinja2 import Environment, StrictUndefined, Template

from kernel import app
from kernel.http.etags import tag_of
from kernel.http.static import AssetFolder
from plugins.webclient.settings import WebclientSettings

FOLDER: Final = AssetFolder("plugins.webclient")
HOME: Final = "/app"
COLOR, PAPER = "#1f5f5b", "#f6f7f4"  # the style's --accent and --paper: what surrounds an installed page
LATER: Final = ("main.js", "socket.io.js", "sw.js")
"""Scripts asked for by themselves; the others are named, so that none waits for another's imports."""
OPTIONAL: Final = frozenset(
    {
        *("blocking", "booking_chat", "booking_payments", "bookings", "building_chat", "buildings", "chat"),
        *(
            "invoices",
            "moderation",
            "notifications",
            "order_chat",
            "order_payments",
            "orders",
            "payments",
            "presence",
        ),
        *("reviews", "search", "subscriptions", "verification", "webpush"),
    }
)
"""Plugins that the client has parts for; without one, its parts are not shown."""


def files() -> str:
    """Return the address of the folder of files, of their present version."""
    return f"{HOME}/files/{FOLDER.version()}"


def page() -> bytes:
    """Return the page: the same for everybody and for every address below `/app`."""
    chosen = _chosen()
    enabled = " ".join(sorted(name for name in OPTIONAL if name in app.registry))
    values: dict[str, Any] = {
        "base": files(),
        "name": chosen.name,
        "description": chosen.description,
        "color": COLOR,
        "plugins": enabled,
        "modules": [name for name in FOLDER.files() if name.endswith(".js") and name not in LATER],
        "currencies": " ".join(chosen.currencies),
        "mailbox": app.settings.kernel.environment != "production" and "notifications" in app.registry,
    }
    return _template().render(values).encode()


def manifest() -> bytes:
    """Return the web application manifest (https://www.w3.org/TR/appmanifest/)."""
    chosen, base = _chosen(), files()
    icons = [("icon-192.png", "192x192", "any"), ("icon-512.png", "512x512", "any")]
    icons.append(("icon-maskable-512.png", "512x512", "maskable"))
    return orjson.dumps(
        {
            "id": HOME,
            "name": chosen.name,
            "short_name": chosen.name[:12],
            "description": chosen.description,
            "start_url": HOME,
            "scope": HOME,
            "display": "standalone",
            "background_color": PAPER,
            "theme_color": COLOR,
            "icons": [
                {"src": f"{base}/{name}", "sizes": sizes, "type": "image/png", "purpose": purpose}
                for name, sizes, purpose in icons
            ],
        }
    )


def worker() -> bytes:
    """Return the service worker: what it keeps is written before what it does."""
    kept = [f"{files()}/{name}" for name in FOLDER.files() if name != "sw.js"]
    version = tag_of(None, page()).strip('"')  # the page names its files: it changes with any of them
    said = {"version": version, "home": HOME, "files": kept}
    return b"const SHELL = " + orjson.dumps(said) + b";\n" + FOLDER.files()["sw.js"].data


def policy() -> str:
    """Return the page's Content-Security-Policy.

    APPSEC: scripts and styles from this origin only, none of them inline.
    `blob:` is the preview of a photograph before it is sent.
    """
    others = "".join(f" {origin}" for origin in _chosen().media_origins)
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; manifest-src 'self'; worker-src 'self'; "
        f"img-src 'self' data: blob:{others}; media-src 'self' blob:{others}; connect-src 'self'{others}; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def _chosen() -> WebclientSettings:
    return app.settings.of(WebclientSettings)


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(FOLDER.text("page.html"))
