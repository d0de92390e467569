"""The list in the application."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import AUTHENTICATED, Forbidden, NotFound, Request, Response, Route, endpoint, page_of
from plugins.notifications import queries
from plugins.notifications.resources.callers import account
from plugins.notifications.schemas.requests import ListQuery, MarkReadIn, NotificationPatch
from plugins.notifications.schemas.responses import NotificationOut, UnreadOut
from plugins.notifications.services import inbox

OWN = (Forbidden, NotFound)


class Notifications:
    """`/v1/notifications`."""

    @endpoint(
        summary="List my notifications",
        permission=AUTHENTICATED,
        query=ListQuery,
        response=page_of(NotificationOut),
        errors=(Forbidden,),
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """The newest first."""
        return queries.notifications(account(req), req.query)


class Unread:
    """`/v1/notifications/unread`."""

    @endpoint(
        summary="Count my unread notifications",
        permission=AUTHENTICATED,
        response=UnreadOut,
        errors=(Forbidden,),
        statements=2,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Exact, and as cheap for a million as for one."""
        return {"unread": inbox.unread(account(req))}


class Read:
    """`/v1/notifications/read`."""

    @endpoint(
        summary="Mark notifications as read",
        permission=AUTHENTICATED,
        body=MarkReadIn,
        response=UnreadOut,
        errors=(Forbidden,),
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """Those named, or all; unknown ids are passed over. Answers with how many are unread still."""
        return {"unread": inbox.mark_read(account(req), req.body["ids"])}


class Notification:
    """`/v1/notifications/{notification_id}`."""

    @endpoint(
        summary="Show a notification",
        permission=AUTHENTICATED,
        response=NotificationOut,
        errors=OWN,
        etag=True,
    )
    def on_get(self, req: Request, resp: Response, notification_id: UUID) -> Any:
        """Reading it through the API does not mark it as read."""
        return inbox.one(account(req), notification_id)

    @endpoint(
        summary="Mark a notification as read or unread",
        permission=AUTHENTICATED,
        body=NotificationPatch,
        response=NotificationOut,
        errors=OWN,
    )
    def on_patch(self, req: Request, resp: Response, notification_id: UUID) -> Any:
        """Harmless twice."""
        return inbox.mark(account(req), notification_id, read=req.body["read"])

    @endpoint(summary="Delete a notification", permission=AUTHENTICATED, errors=OWN)
    def on_delete(self, req: Request, resp: Response, notification_id: UUID) -> None:
        """Take it off the list for good."""
        inbox.delete(account(req), notification_id)


LISTING = (
    Route("/notifications", Notifications()),
    Route("/notifications/unread", Unread()),
    Route("/notifications/read", Read()),
    Route("/notifications/{notification_id:uuid}", Notification()),
)
