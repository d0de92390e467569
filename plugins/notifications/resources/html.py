"""Pages of this plugin: its templates, and the policy they are served under."""

from __future__ import annotations

import re
import secrets
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.utils import urlize
from markupsafe import Markup

from kernel import Binary, Response, app
from plugins.notifications.settings import NotificationsSettings

HTML: Final = Binary("text/html; charset=utf-8")
_OWN_PATH: Final = re.compile(r"(?m)^(/v1/[^\s<>]+)")


def linked(text: str) -> Markup:
    """Return text with its addresses as links, also those without an origin (no `[kernel] public_url`)."""
    escaped = urlize(text, rel="noopener", target="_blank")
    # APPSEC: what is matched is escaped already, quotes included.
    return Markup(_OWN_PATH.sub(r'<a href="\1" rel="noopener" target="_blank">\1</a>', escaped))  # noqa: S704


@cache
def _environment() -> Environment:
    folder = Path(__file__).parent.parent / "templates" / "pages"
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["linked"] = linked
    return made


def page(resp: Response, template: str, **values: Any) -> str:
    """Render a page; only its own style and script run, and nobody frames it."""
    nonce = secrets.token_urlsafe(16)
    resp.set_header(
        "Content-Security-Policy",
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; frame-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    )
    product = app.settings.of(NotificationsSettings).product
    return _environment().get_template(template).render(nonce=nonce, product=product, **values)
