"""Text that means something to a database, a template, a page or a terminal, in every field there is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import fields as base

from kernel.http.endpoint import Endpoint, endpoints_of
from kernel.http.routing import path_of
from kernel.storage import uuid7
from kernel.testing.matrix import _plausible as plausible
from kernel.testing.samples import filled_path, parameters
from tests.hostile.conftest import DEMO, PASSWORD

PLUGINS = DEMO
ATTACKS = [
    "' OR '1'='1' --",
    "'; DROP TABLE accounts_user; --",
    "1) UNION SELECT version() --",
    "%s %(x)s {0} {x.__class__}",
    "{{7919*7907}}{% for x in [].__class__.__base__.__subclasses__() %}x{% endfor %}",
    "${7919*7907} #{7919*7907} <%= 7919*7907 %>",
    "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    "a\r\nSet-Cookie: b=c\r\n\r\n",
    "../../../../etc/passwd",
    "\u202e\ufeff\u2028 \U0001f4a9 \ufdfd ﷽",
    "\x1b[2J\x07\x7f",
    "& | ! <-> :* \\ ( ) ''",
    "-" * 3,
    "x" * 70_000,
]
TELLTALES = ("62615533", "PostgreSQL 1", "syntax error", "Traceback", "psycopg", "root:x:0")
ODD: list[Any] = [None, True, -1, 2**63, 1.5, [], {}, [[]], {"$ne": None}, ""]


@pytest.fixture(autouse=True)
def sound() -> None:
    """The client in this process fails by itself on any 5xx and whatever else is not declared."""


@pytest.fixture
def callers(client):
    """Whoever may do most, and nobody."""
    made = client.post("/v1/auth/register", {"email": "eve@example.com", "password": PASSWORD, "name": "Eve"})
    eve = made.json["user"]["id"]
    return [client.as_user(eve, "admin", mfa=True), client]


def _endpoints(app) -> Iterator[tuple[str, str, Endpoint]]:
    for _, route in app.registry.routes:
        for method, declared in endpoints_of(route.resource).items():
            ids = {name: uuid7() for name in parameters(path_of(route))}
            yield method.upper(), filled_path(path_of(route), ids), declared


def _fields(schema: Any) -> dict[str, Any]:
    if schema is None:
        return {}
    made = schema() if isinstance(schema, type) else schema
    return {field.data_key or name: field for name, field in made.load_fields.items()}


def _send(caller, method, path, declared, *, json=None, query=None):
    headers = {"idempotency-key": uuid7().hex} if declared.idempotent else {}
    answer = caller.request(method, path, json, query=query, headers=headers)
    told = answer.body.decode(errors="replace")
    assert not [word for word in TELLTALES if word in told], (method, path, json, query, told[:500])
    assert "Set-Cookie" not in str(answer.headers)
    return answer.status


def _nested(field: base.Field[Any], text: Any) -> Any:
    """Return the text where a field of its kind would hold one."""
    if isinstance(field, base.List):
        return [_nested(field.inner, text)]
    if isinstance(field, base.Nested):
        return {name: _nested(inner, text) for name, inner in _fields(field.schema).items()}
    if isinstance(field, base.Dict):
        return {str(text)[:50]: text}
    return text


def test_no_field_of_a_body_reaches_more_than_it_should(app, callers):
    sent = 0
    for method, path, declared in _endpoints(app):
        for name, field in _fields(declared.body).items():
            for text in [*ATTACKS, *ODD]:
                body = {**plausible(declared.body), name: _nested(field, text)}
                _send(callers[0], method, path, declared, json=body)
                sent += 1

    assert sent > 1000
    assert app.db.rows("SELECT count(*) FROM accounts_user") != [(0,)]


def test_no_parameter_of_a_query_reaches_more_than_it_should(app, callers):
    sent = 0
    for method, path, declared in _endpoints(app):
        if method == "GET":
            names = {*_fields(declared.query), "cursor", "limit", "total", "unknown", "id", "fields", "sort"}
            for name in names:
                for text in ATTACKS[:-1]:
                    for caller in callers:
                        _send(caller, method, path, declared, query={name: text})
                        sent += 1

    assert sent > 1000


def test_no_part_of_a_path_reaches_more_than_it_should(app, callers):
    for _, route in app.registry.routes:
        for text in (
            "'%20OR%201=1--",
            "%7B%7B7919*7907%7D%7D",
            "..%2f..%2fetc%2fpasswd",
            "%00",
            "%0d%0aX:%20y",
            "a" * 3000,
        ):
            path = filled_path(path_of(route), dict.fromkeys(parameters(path_of(route)), text))
            for method, declared in endpoints_of(route.resource).items():
                if parameters(path_of(route)) and declared.body is None and not declared.consumes:
                    _send(callers[0], method.upper(), path, declared)


def test_a_name_is_text_in_mails_and_pages(app, client, work, mailbox):
    name = "{{7919*7907}}<script>alert(1)</script>{% raw %}"

    made = client.post("/v1/auth/register", {"email": "mal@example.com", "password": PASSWORD, "name": name})
    assert made.json["user"]["name"] == name
    client.post("/v1/auth/forgot-password", {"email": "mal@example.com"})
    work()

    mails = mailbox("mal@example.com")
    assert mails
    assert "62615533" not in json.dumps(mails)
    for mail in mails:
        assert "<script>" not in (mail.get("html") or "")
        assert "\n" not in mail["subject"]
    page = client.unchecked().get("/_mailbox", headers={"accept": "text/html"})
    assert "<script>alert(1)" not in page.text


@pytest.mark.parametrize("page", ["verify-email", "change-email", "reset-password"])
def test_a_token_is_text_on_the_page_of_a_link(client, page):
    shown = client.get(f"/v1/auth/pages/{page}", query={"token": '"><script>alert(1)</script>{{7919*7907}}'})

    assert "<script>alert(1)" not in shown.text
    assert "62615533" not in shown.text.replace("{{7919*7907}}", "")
