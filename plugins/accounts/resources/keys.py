"""API keys: credentials for machines."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from kernel import AUTHENTICATED, Forbidden, NotFound, Page, Request, Response, Route, app, endpoint, page_of
from plugins.accounts import notices
from plugins.accounts.resources.callers import OWN, person, proved, session
from plugins.accounts.schemas.requests import ApiKeyIn
from plugins.accounts.schemas.responses import ApiKeyOut, NewApiKeyOut
from plugins.accounts.services import people


class ApiKeys:
    """`/v1/auth/api-keys`."""

    @endpoint(
        summary="List my API keys",
        permission=AUTHENTICATED,
        errors=(Forbidden,),
        response=page_of(ApiKeyOut),
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """The newest first; their texts are not kept."""
        page = app.auth.api_keys.page(person(req), **req.query)
        return Page([asdict(one) for one in page.items], page.next)

    @endpoint(
        summary="Make an API key",
        permission=AUTHENTICATED,
        errors=OWN,
        body=ApiKeyIn,
        response=NewApiKeyOut,
        status=201,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """Answer with the key's text, shown this once. A key never makes keys.

        Takes a sign-in or a `POST /v1/auth/step-up` of the last minutes; the person is told.

        It acts for the account and never with more than the account may do; name
        `permissions` or `scopes` to bind it to less.
        """
        proved(req)
        body, days = req.body, req.body["expires_in_days"]
        with app.db.atomic():
            info, text = app.auth.api_keys.create(
                person(req), body["name"], permissions=body["permissions"], scopes=body["scopes"],
                expires_at=app.clock.now() + timedelta(days=days) if days else None,
            )  # fmt: skip
            notices.way_in_added(people.by_id(person(req)), "api_key", info.name)
        return {**asdict(info), "key": text}


class ApiKey:
    """`/v1/auth/api-keys/{key_id}`."""

    @endpoint(summary="Revoke an API key", permission=AUTHENTICATED, errors=OWN)
    def on_delete(self, req: Request, resp: Response, key_id: UUID) -> None:
        """Refuse it from now on."""
        session(req)
        if not app.auth.api_keys.revoke(key_id, person(req)):
            raise NotFound


KEYS = (
    Route("/auth/api-keys", ApiKeys()),
    Route("/auth/api-keys/{key_id:uuid}", ApiKey()),
)
