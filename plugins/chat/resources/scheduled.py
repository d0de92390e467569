"""Messages to be sent later."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    Rate,
    Request,
    Response,
    Route,
    endpoint,
    page_of,
)
from plugins.chat.permissions import USE
from plugins.chat.queries import history
from plugins.chat.schemas import scheduled as schemas
from plugins.chat.schemas.responses import MessageOut
from plugins.chat.services import scheduling

SENDING = (NotFound, Forbidden, Conflict, Invalid)


class Scheduled:
    """`/v1/chat/scheduled`."""

    @endpoint(
        summary="List scheduled messages",
        permission=USE,
        query=schemas.ScheduledQuery,
        response=page_of(schemas.ScheduledOut),
        statements=4,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """One's own that wait or could not be sent, the next first."""
        return scheduling.page(req.principal, req.query)

    @endpoint(
        summary="Schedule a message",
        permission=USE,
        body=schemas.ScheduledIn,
        response=schemas.ScheduledOut,
        status=201,
        rate=Rate(120, per=60, by="principal"),
        errors=SENDING,
        statements=30,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """With an `id` of the client's a repeated call is harmless; it becomes the message's."""
        made = scheduling.create(req.principal, req.body["conversation_id"], req.body)
        resp.location = f"/v1/chat/scheduled/{made.id}"
        return made


class OneScheduled:
    """`/v1/chat/scheduled/{scheduled_id}`."""

    @endpoint(
        summary="Show a scheduled message",
        permission=USE,
        response=schemas.ScheduledOut,
        etag=True,
        errors=(NotFound,),
        statements=4,
    )
    def on_get(self, req: Request, resp: Response, scheduled_id: UUID) -> Any:
        """One's own."""
        return scheduling.one(req.principal, scheduled_id)

    @endpoint(
        summary="Change a scheduled message",
        permission=USE,
        body=schemas.ScheduledPatch,
        response=schemas.ScheduledOut,
        etag=True,
        errors=(*SENDING, PreconditionFailed),
        statements=20,
    )
    def on_patch(self, req: Request, resp: Response, scheduled_id: UUID) -> Any:
        """What it says or when it goes; one that failed waits anew."""
        return scheduling.edit(req.principal, scheduled_id, req.if_match, req.body)

    @endpoint(
        summary="Cancel a scheduled message", permission=USE, errors=(NotFound, Conflict), statements=12
    )
    def on_delete(self, req: Request, resp: Response, scheduled_id: UUID) -> None:
        """It is never sent."""
        scheduling.cancel(req.principal, scheduled_id)


class Sending:
    """`/v1/chat/scheduled/{scheduled_id}/send`."""

    @endpoint(
        summary="Send a scheduled message now",
        permission=USE,
        response=MessageOut,
        status=201,
        errors=SENDING,
        statements=40,
    )
    def on_post(self, req: Request, resp: Response, scheduled_id: UUID) -> Any:
        """Once: a second call answers that it was sent already."""
        message = scheduling.send_now(req.principal, scheduled_id)
        resp.location = f"/v1/messages/{message.id}"
        return history.message(req.principal, message.id)


SCHEDULED = (
    Route("/chat/scheduled", Scheduled()),
    Route("/chat/scheduled/{scheduled_id:uuid}", OneScheduled()),
    Route("/chat/scheduled/{scheduled_id:uuid}/send", Sending()),
)
