"""An in-process API client that checks every answer against its declaration.

    ann = client.as_user()
    made = ann.post("/v1/notes", {"title": "A chair"})
    assert made.status == 201
    assert client.get(f"/v1/notes/{made.json['id']}").json["title"] == "A chair"

Requests go through the whole WSGI stack without a socket. An answer the
endpoint does not declare (another status, fields beyond its schema, an error
that is not problem+json, any 500) fails the test that got it.
"""

from __future__ import annotations

import json as jsonlib
from collections.abc import Iterator, Mapping
from contextvars import copy_context
from typing import Any
from uuid import UUID

from falcon.testing import TestClient

from kernel.application import Application
from kernel.storage import uuid7
from kernel.testing.answers import Answer, check_answer


class Client:
    """Calls one application, as one principal or as nobody."""

    def __init__(
        self,
        app: Application,
        headers: Mapping[str, str] | None = None,
        *,
        user_id: UUID | None = None,
        session_id: UUID | None = None,
        checked: bool = True,
    ) -> None:
        self.app = app
        self.headers = dict(headers or {})
        self.user_id, self.session_id = user_id, session_id
        self.checked = checked

    def with_headers(self, **headers: str) -> Client:
        """Return this client with more headers: `with_headers(if_match='"3"')`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Client(
            self.app,
            {**self.headers, **named},
            user_id=self.user_id,
            session_id=self.session_id,
            checked=self.checked,
        )

    def unchecked(self) -> Client:
        """Return this client without the check of answers, for tests of faults."""
        return Client(self.app, self.headers, user_id=self.user_id, session_id=self.session_id, checked=False)

    def with_token(self, token: str, user_id: UUID | None = None, session_id: UUID | None = None) -> Client:
        """Return a client that sends this bearer token."""
        headers = {**self.headers, "authorization": f"Bearer {token}"}
        return Client(self.app, headers, user_id=user_id, session_id=session_id, checked=self.checked)

    def as_user(
        self, user_id: UUID | None = None, *roles: str, scope: str | None = None, mfa: bool = False
    ) -> Client:
        """Return a client signed in as an active account, a new one unless `user_id` is given.

        The account gets `roles`, within `scope` if there is one. It has no
        profile: plugins that keep one make it through their own services.
        """
        auth = self.app.auth
        account = user_id or uuid7()
        auth.set_status(account, "active")
        for role in roles:
            auth.grant(account, role, scope)
        tokens = auth.open_session(account, "pytest", "127.0.0.1", mfa=mfa)
        self.app.db.release()
        return self.with_token(tokens.access_token, account, tokens.session_id)

    def as_admin(self) -> Client:
        """Return a client with every permission, a second factor just shown."""
        return self.as_user(None, "admin", mfa=True)

    def get(self, path: str, **options: Any) -> Answer:
        """GET; see `request`."""
        return self.request("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> Answer:
        """POST; see `request`."""
        return self.request("POST", path, json, **options)

    def put(self, path: str, json: Any = None, **options: Any) -> Answer:
        """PUT; see `request`."""
        return self.request("PUT", path, json, **options)

    def patch(self, path: str, json: Any = None, **options: Any) -> Answer:
        """PATCH; see `request`."""
        return self.request("PATCH", path, json, **options)

    def delete(self, path: str, json: Any = None, **options: Any) -> Answer:
        """DELETE; see `request`."""
        return self.request("DELETE", path, json, **options)

    def request(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request; `json` is encoded, `body` is sent as it is.

        A redirect is returned, not followed. Raises AssertionError for an
        answer its endpoint does not declare.
        """
        sent = {**self.headers, **(headers or {})}
        if json is not None:
            body = jsonlib.dumps(json, default=str)
            sent.setdefault("content-type", "application/json")
        simulate = TestClient(self.app.wsgi).simulate_request
        result = copy_context().run(
            simulate,
            method,
            path,
            params=dict(query or {}),
            body=body,
            headers=sent,
            params_csv=False,
            remote_addr="127.0.0.1",
        )
        lowered = {name.lower(): value for name, value in result.headers.items()}
        answer = Answer(result.status_code, lowered, result.content)
        if self.checked:
            check_answer(self.app.registry, method, path, answer)
        return answer

    def every(self, path: str, **query: Any) -> Iterator[Any]:
        """Yield the items of a list, page after page."""
        cursor: str | None = None
        while True:
            page = self.get(path, query={**query, **({"cursor": cursor} if cursor else {})}).json
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return
