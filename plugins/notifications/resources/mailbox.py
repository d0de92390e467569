"""The development mailbox; these routes do not exist in production."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import PUBLIC, UNLIMITED, NotFound, Request, Response, Route, app, endpoint
from plugins.notifications import queries
from plugins.notifications.models import MailboxMessage
from plugins.notifications.resources.html import HTML, page
from plugins.notifications.schemas.requests import MailboxQuery
from plugins.notifications.schemas.responses import MailboxOut

# Runs nothing, submits nothing, reaches nothing of this origin; links open in a tab of their own.
_FRAME_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data: http: https:; frame-ancestors 'self'"
)


class MailboxPage:
    """`/_mailbox`."""

    @endpoint(
        summary="Show the development mailbox",
        permission=PUBLIC,
        query=MailboxQuery,
        response=HTML,
        rate=UNLIMITED,
    )
    def on_get(self, req: Request, resp: Response) -> str:
        """What would have been sent, the newest first; `?to=` shows one recipient's."""
        to = req.query["to"]
        return page(
            resp, "mailbox.html", messages=list(reversed(queries.mailbox(to))), to=to, now=app.clock.now()
        )


class MailboxJson:
    """`/_mailbox.json`."""

    @endpoint(
        summary="List the development mailbox",
        permission=PUBLIC,
        query=MailboxQuery,
        response=MailboxOut,
        rate=UNLIMITED,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """The oldest first, the latest 200; `?to=` is an address or a number."""
        return {"items": queries.mailbox(req.query["to"])}

    @endpoint(summary="Empty the development mailbox", permission=PUBLIC, rate=UNLIMITED)
    def on_delete(self, req: Request, resp: Response) -> None:
        """For tests from outside."""
        MailboxMessage.delete().execute()


class MailboxHtml:
    """`/_mailbox/{message_id}/html`."""

    @endpoint(
        summary="Show the HTML of a message in the development mailbox",
        permission=PUBLIC,
        response=HTML,
        errors=(NotFound,),
        rate=UNLIMITED,
    )
    def on_get(self, req: Request, resp: Response, message_id: UUID) -> str:
        """As a mail program would show it: in a frame that runs nothing."""
        message = queries.mailbox_message(message_id)
        resp.set_header("Content-Security-Policy", _FRAME_POLICY)
        resp.set_header("X-Frame-Options", "SAMEORIGIN")
        # In the head, where there is one: before the doctype it would switch the browser to its quirks.
        before, head, rest = message.html.rpartition("<head>")
        return f'{before}{head}<base target="_blank">{rest}'


MAILBOX = (
    Route("/_mailbox", MailboxPage(), root=True),
    Route("/_mailbox.json", MailboxJson(), root=True),
    Route("/_mailbox/{message_id:uuid}/html", MailboxHtml(), root=True),
)
