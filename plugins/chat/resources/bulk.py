"""Many messages at once."""

from __future__ import annotations

from typing import Any

from kernel import Conflict, Forbidden, Invalid, NotFound, Rate, Request, Response, Route, endpoint
from plugins.chat import views
from plugins.chat.permissions import USE
from plugins.chat.schemas import bulk as schemas
from plugins.chat.services import bulk, forwarding

MANY = (NotFound, Forbidden, Conflict, Invalid)


class Forwarding:
    """`/v1/messages/forward`."""

    @endpoint(
        summary="Forward messages",
        permission=USE,
        body=schemas.ForwardIn,
        response=schemas.ForwardedListOut,
        idempotent=True,
        rate=Rate(30, by="principal"),
        errors=MANY,
        statements=100,  # for each message named; the whole is bounded by how many may be
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """Each to each conversation; they name who wrote the first. In one transaction."""
        asked = req.body
        found = forwarding.forward(
            req.principal, asked["message_ids"], asked["conversation_ids"], whole=asked["mode"] == "all"
        )
        items = [{**each, "message": views.message(each["value"]) if each["ok"] else None} for each in found]
        return {"items": items}


class Deleting:
    """`/v1/messages/delete`."""

    @endpoint(
        summary="Delete messages",
        permission=USE,
        body=schemas.DeleteIn,
        response=schemas.DeletedListOut,
        rate=Rate(30, by="principal"),
        errors=MANY,
        statements=100,  # for each message named; the whole is bounded by how many may be
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """For everybody or for oneself, in one transaction."""
        asked = req.body
        items = bulk.delete(req.principal, asked["message_ids"], asked["scope"], whole=asked["mode"] == "all")
        return {"items": items}


class Reading:
    """`/v1/conversations/read`."""

    @endpoint(
        summary="Mark conversations as read",
        permission=USE,
        body=schemas.ReadsIn,
        response=schemas.ReadListOut,
        rate=Rate(60, by="principal"),
        errors=MANY,
        statements=100,  # for each ten conversations named
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """Each up to a message, in one transaction."""
        marks = [(each["conversation_id"], each["seq"]) for each in req.body["items"]]
        found = bulk.read(req.principal, marks, whole=req.body["mode"] == "all")
        return {"items": [{**each, "marks": each["value"]} for each in found]}


BULK = (
    Route("/messages/forward", Forwarding()),
    Route("/messages/delete", Deleting()),
    Route("/conversations/read", Reading()),
)
