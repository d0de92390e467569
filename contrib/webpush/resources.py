"""`GET /v1/webpush/key`: what a browser needs to subscribe."""

from __future__ import annotations

from typing import Any

from contrib.webpush.vapid import Vapid
from kernel import PUBLIC, Request, Response, Route, Schema, app, endpoint, fields


class KeyOut(Schema):
    """The public key of the sender."""

    application_server_key = fields.String(
        required=True,
        metadata={"description": "For `pushManager.subscribe({applicationServerKey})`, base64url."},
    )


class Key:
    """`/v1/webpush/key`."""

    @endpoint(
        summary="Show the key browsers subscribe with", permission=PUBLIC, response=KeyOut, statements=1
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """The same for everybody; a subscription made for another key is of no use."""
        return {"application_server_key": app.service(Vapid).public_key}


ROUTES = (Route("/webpush/key", Key()),)
