"""The link at the foot of a message, for people and for mail programs."""

from __future__ import annotations

from typing import Any, Final

from kernel import PUBLIC, Problem, Rate, Request, Response, Route, endpoint
from plugins.notifications.resources.html import HTML, page
from plugins.notifications.schemas.requests import TokenQuery
from plugins.notifications.services import unsubscribing

FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
_MAX_FORM: Final = 8192  # bytes
_RATE: Final = Rate(60, per=60)


class Unsubscribe:
    """`/v1/notifications/unsubscribe`."""

    @endpoint(
        summary="Show the page of an unsubscribe link",
        permission=PUBLIC,
        query=TokenQuery,
        response=HTML,
        rate=_RATE,
    )
    def on_get(self, req: Request, resp: Response) -> str:
        """A button, and nothing changes before it is pressed: scanners and previews follow links."""
        try:
            found = unsubscribing.read(req.query["token"])
        except Problem as ex:
            return _shown(resp, fault=ex.title)
        return _shown(resp, title=found.title, button=True)

    @endpoint(
        summary="Unsubscribe by a link",
        permission=PUBLIC,
        query=TokenQuery,
        consumes=FORMS,
        max_body=_MAX_FORM,
        response=HTML,
        rate=_RATE,
    )
    def on_post(self, req: Request, resp: Response) -> str:
        """Mail programs post here with one click (RFC 8058); harmless twice."""
        try:
            found = unsubscribing.unsubscribe(req.query["token"])
        except Problem as ex:
            return _shown(resp, fault=ex.title)
        return _shown(resp, title=found.title, done=True)


def _shown(resp: Response, **values: Any) -> str:
    return page(
        resp, "unsubscribe.html", **{"title": "", "fault": "", "button": False, "done": False, **values}
    )


UNSUBSCRIBING = (Route("/notifications/unsubscribe", Unsubscribe()),)
