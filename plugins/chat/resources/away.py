"""Automatic answers, and notices of screenshots."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import Conflict, Forbidden, Invalid, NotFound, Rate, Request, Response, Route, endpoint
from plugins.chat import views
from plugins.chat.permissions import USE
from plugins.chat.schemas import away as schemas
from plugins.chat.schemas.responses import MessageCore
from plugins.chat.services import away, screenshots


class AutoReply:
    """`/v1/chat/auto-reply`."""

    @endpoint(summary="Show my automatic answer", permission=USE, response=schemas.AwayOut, statements=3)
    def on_get(self, req: Request, resp: Response) -> Any:
        """Switched off where none was written."""
        return away.show(req.principal)

    @endpoint(
        summary="Set my automatic answer",
        permission=USE,
        body=schemas.AwayIn,
        response=schemas.AwayOut,
        rate=Rate(20, by="principal"),
        errors=(Invalid,),
        statements=8,
    )
    def on_put(self, req: Request, resp: Response) -> Any:
        """Sent to who writes to me directly while I am away, once in a while."""
        return away.write(req.principal, req.body)


class Screenshots:
    """`/v1/conversations/{conversation_id}/screenshots`."""

    @endpoint(
        summary="Report a screenshot",
        permission=USE,
        body=schemas.ScreenshotIn,
        response=MessageCore,
        status=201,
        rate=Rate(20, by="principal"),
        errors=(NotFound, Forbidden, Conflict, Invalid),
        statements=20,
    )
    def on_post(self, req: Request, resp: Response, conversation_id: UUID) -> Any:
        """By the client that noticed one: the others see a note of it."""
        return views.message(screenshots.report(req.principal, conversation_id, req.body))


AWAY = (
    Route("/chat/auto-reply", AutoReply()),
    Route("/conversations/{conversation_id:uuid}/screenshots", Screenshots()),
)
