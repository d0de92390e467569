"""`POST /v1/clerk/webhooks`: what Clerk tells of users and sessions."""

from __future__ import annotations

from typing import Final

import orjson

from contrib.clerk import webhooks
from contrib.clerk.settings import ClerkSettings
from contrib.clerk.signatures import SignatureRefused, verified_id
from kernel import PUBLIC, BadRequest, Invalid, NotFound, Rate, Request, Response, Route, app, endpoint

MAX_BODY: Final = 256 * 1024


class Webhooks:
    """Where Clerk (by Svix) delivers."""

    @endpoint(
        summary="Take Clerk's word about users and sessions",
        permission=PUBLIC,
        consumes=("application/json",),
        max_body=MAX_BODY,
        status=204,
        rate=Rate(3000, per=60),
        statements=80,
        errors=(BadRequest, SignatureRefused, NotFound, Invalid),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Signed as Standard Webhooks are; 404 until `[clerk] webhook_secrets` is set. Harmless twice."""
        secrets = app.settings.of(ClerkSettings).webhook_secrets
        if not secrets:
            raise NotFound
        body = req.stream.read()
        message_id = verified_id(req.lower_headers, body, secrets, app.clock.now())
        try:
            event = orjson.loads(body)
        except ValueError as ex:
            raise BadRequest("The webhook is no JSON.") from ex
        webhooks.handle(message_id, event)


ROUTES = (Route("/clerk/webhooks", Webhooks()),)
