"""Pages that the links in messages lead to, when no client has its own.

A GET shows a button and changes nothing: mail scanners follow every link. The
POST of that button does what the link is for.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kernel import ANONYMOUS, BadRequest, Binary, Problem, Rate, Request, Response, Route, app, endpoint
from plugins.accounts.schemas.requests import PageQuery
from plugins.accounts.services import credentials, registration
from plugins.accounts.settings import AccountsSettings

FORM: Final = "application/x-www-form-urlencoded"
HTML: Final = Binary("text/html; charset=utf-8")
MAX_FORM: Final = 8192  # bytes
ATTEMPTS: Final = Rate(30, per=60)


@cache
def _template() -> Any:
    folder = Path(__file__).parent.parent / "templates" / "pages"
    environment = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("page.html")


@dataclass(frozen=True, slots=True)
class Page:
    """One page: what it says, before and after, and what its button does."""

    title: str
    text: str
    button: str
    done: str
    act: Callable[[str, str], Any]
    password: bool = False

    @endpoint(summary="Show the page of a link", permission=ANONYMOUS, query=PageQuery, response=HTML)
    def on_get(self, req: Request, resp: Response) -> str:
        """A button, and nothing changes before it is pressed."""
        return self._shown(resp, token=req.query["token"])

    @endpoint(
        summary="Do what a link is for",
        permission=ANONYMOUS,
        query=PageQuery,
        consumes=(FORM,),
        max_body=MAX_FORM,
        response=HTML,
        rate=ATTEMPTS,
    )
    def on_post(self, req: Request, resp: Response) -> str:
        """Answer with a page that says what became of it; 200 either way, it is read by a person."""
        form = _form(req)
        token = form.get("token", "")
        try:
            self.act(token, form.get("password", ""))
        except Problem as ex:
            again = bool(ex.errors)  # a refused password may be tried again, a spent link may not
            fault = " ".join(error.detail for error in ex.errors) or ex.title
            return self._shown(resp, token=token, fault=fault, button=self.button if again else "")
        return self._shown(resp, text=self.done, button="")

    def _shown(self, resp: Response, *, token: str = "", fault: str = "", **changes: str) -> str:
        nonce = secrets.token_urlsafe(16)
        resp.set_header(
            "Content-Security-Policy",
            f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; "
            "frame-ancestors 'none'; base-uri 'none'",
        )
        product = app.settings.of(AccountsSettings).issuer_name
        values = {
            "title": self.title,
            "text": self.text,
            "button": self.button,
            "password": self.password,
            **changes,
        }
        page: str = _template().render(token=token, fault=fault, product=product, nonce=nonce, **values)
        return page


def _form(req: Request) -> dict[str, str]:
    """Return the fields of an HTML form, the first of each; raise BadRequest."""
    try:
        parsed = parse_qs(req.stream.read().decode(), max_num_fields=10, strict_parsing=False)
    except ValueError as ex:
        raise BadRequest("The form cannot be read.") from ex
    return {name: values[0] for name, values in parsed.items()}


PAGES = (
    Route(
        "/auth/pages/verify-email",
        Page(
            "Verify your address",
            "Press the button to verify your address.",
            "Verify my address",
            "Your address is verified. You can close this page.",
            lambda token, _: registration.verify_email(token),
        ),
    ),
    Route(
        "/auth/pages/change-email",
        Page(
            "Confirm your new address",
            "Press the button to use this address from now on.",
            "Use this address",
            "The address is yours now. You can close this page.",
            lambda token, _: credentials.confirm_email_change(token),
        ),
    ),
    Route(
        "/auth/pages/reset-password",
        Page(
            "Set a new password",
            "All devices will be signed out.",
            "Set password",
            "The password is set. Sign in with it.",
            credentials.reset_password,
            password=True,
        ),
    ),
)
