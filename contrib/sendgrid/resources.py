"""`POST /v1/sendgrid/events`: the event webhook."""

from __future__ import annotations

from typing import Final

from contrib.sendgrid.events import public_key, record
from contrib.sendgrid.settings import SendgridSettings
from kernel import PUBLIC, BadRequest, Forbidden, NotFound, Rate, Request, Response, Route, app, endpoint

_SIGNATURE: Final = "x-twilio-email-event-webhook-signature"
_TIMESTAMP: Final = "x-twilio-email-event-webhook-timestamp"


class Events:
    """Where SendGrid tells of bounces."""

    @endpoint(
        summary="Take SendGrid's report of bounces",
        permission=PUBLIC,
        consumes=("application/json",),
        max_body=4 * 1024 * 1024,
        status=204,
        rate=Rate(600, per=60),
        errors=(BadRequest, Forbidden, NotFound),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Signed by SendGrid; 404 until `[sendgrid] webhook_key` is set. Harmless twice."""
        text = app.settings.of(SendgridSettings).webhook_key
        if not text:
            raise NotFound
        headers = req.lower_headers
        record(public_key(text), headers.get(_SIGNATURE, ""), headers.get(_TIMESTAMP, ""), req.stream.read())


ROUTES = (Route("/sendgrid/events", Events()),)
