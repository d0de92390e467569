"""`POST /v1/payments/webhooks/{gateway}`: what gateways tell by themselves."""

from __future__ import annotations

from typing import Any, Final

from kernel import ANONYMOUS, BadRequest, NotFound, Rate, Request, Response, Route, Unavailable, endpoint
from plugins.payments import gateways
from plugins.payments.problems import WebhookRefused
from plugins.payments.schemas.responses import WebhookOut
from plugins.payments.services import webhooks

MAX_BODY: Final = 512 * 1024


class Webhooks:
    """Where gateways deliver."""

    @endpoint(
        summary="Take a gateway's word",
        permission=ANONYMOUS,
        consumes=("application/json",),
        max_body=MAX_BODY,
        response=WebhookOut,
        rate=Rate(6000, per=60),
        errors=(BadRequest, NotFound, Unavailable, WebhookRefused),
        statements=60,
    )
    def on_post(self, req: Request, resp: Response, gateway: str) -> Any:
        """Signed by the gateway, over the body as sent. Each counts once, in whatever order they come."""
        if not gateways.is_offered(gateway):
            raise NotFound
        body = req.stream.read()
        return {"outcome": webhooks.take(gateway, req.lower_headers, body)}


WEBHOOKS = (Route("/payments/webhooks/{gateway}", Webhooks()),)
