"""`/v1/messages` and the messages of a conversation."""

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
)
from plugins.chat.permissions import USE
from plugins.chat.queries import history
from plugins.chat.schemas import requests as ask
from plugins.chat.schemas import responses as show
from plugins.chat.services import changing, pinning, reacting, sending

CHANGE = (NotFound, Forbidden, Conflict, Invalid)


class Messages:
    """`/v1/conversations/{conversation_id}/messages`."""

    @endpoint(
        summary="Read the history",
        permission=USE,
        query=ask.HistoryQuery,
        response=show.HistoryOut,
        errors=(NotFound,),
        statements=8,
    )
    def on_get(self, req: Request, resp: Response, conversation_id: UUID) -> Any:
        """The latest messages, those before or after a number, or those around one; in their order."""
        return history.history(req.principal, conversation_id, req.query)

    @endpoint(
        summary="Send a message",
        permission=USE,
        body=ask.MessageIn,
        response=show.MessageOut,
        status=201,
        idempotent=True,
        rate=Rate(600, per=60, by="principal"),
        errors=CHANGE,
        statements=40,
    )
    def on_post(self, req: Request, resp: Response, conversation_id: UUID) -> Any:
        """With an `id` of the client's a resend is harmless: it answers with the message as it is."""
        message, _ = sending.send(req.principal, conversation_id, req.body)
        resp.location = f"/v1/messages/{message.id}"
        assert req.principal.id is not None
        return history.shown([message], req.principal.id)[0]


class Message:
    """`/v1/messages/{message_id}`."""

    @endpoint(
        summary="Show a message",
        permission=USE,
        response=show.MessageOut,
        etag=True,
        errors=(NotFound,),
        statements=8,
    )
    def on_get(self, req: Request, resp: Response, message_id: UUID) -> Any:
        """With fresh links to its media."""
        return history.message(req.principal, message_id)

    @endpoint(
        summary="Edit a message",
        permission=USE,
        body=ask.MessagePatch,
        response=show.MessageOut,
        etag=True,
        errors=(*CHANGE, PreconditionFailed),
        statements=40,
    )
    def on_patch(self, req: Request, resp: Response, message_id: UUID) -> Any:
        """One's own; what it said before is kept."""
        changing.edit(req.principal, message_id, req.if_match, req.body)
        return history.message(req.principal, message_id)

    @endpoint(
        summary="Delete a message",
        permission=USE,
        query=ask.DeleteQuery,
        errors=CHANGE,
        statements=40,
    )
    def on_delete(self, req: Request, resp: Response, message_id: UUID) -> None:
        """For everybody, leaving a tombstone, or with `for=me` for oneself alone."""
        changing.delete(req.principal, message_id, req.query["scope"])


class Revisions:
    """`/v1/messages/{message_id}/revisions`."""

    @endpoint(
        summary="See what a message said before",
        permission=USE,
        response=show.RevisionsOut,
        errors=(NotFound,),
        statements=8,
    )
    def on_get(self, req: Request, resp: Response, message_id: UUID) -> Any:
        """Before each edit, the first first."""
        return {"items": changing.revisions(req.principal, message_id)}


class Reactions:
    """`/v1/messages/{message_id}/reactions`."""

    @endpoint(
        summary="React to a message",
        permission=USE,
        body=ask.ReactionIn,
        response=show.CountsOut,
        errors=CHANGE,
        statements=20,
    )
    def on_put(self, req: Request, resp: Response, message_id: UUID) -> Any:
        """One of a kind from each person."""
        return {"reactions": reacting.react(req.principal, message_id, req.body["emoji"], added=True)}

    @endpoint(
        summary="Take a reaction back",
        permission=USE,
        body=ask.ReactionIn,
        response=show.CountsOut,
        errors=CHANGE,
        statements=20,
    )
    def on_delete(self, req: Request, resp: Response, message_id: UUID) -> Any:
        """Without it, nothing changes."""
        return {"reactions": reacting.react(req.principal, message_id, req.body["emoji"], added=False)}


class Pin:
    """`/v1/messages/{message_id}/pin`."""

    @endpoint(summary="Pin a message for everybody", permission=USE, errors=CHANGE, statements=30)
    def on_put(self, req: Request, resp: Response, message_id: UUID) -> None:
        """In groups and channels it takes the role moderator."""
        pinning.pin(req.principal, message_id)

    @endpoint(summary="Unpin a message", permission=USE, errors=CHANGE, statements=20)
    def on_delete(self, req: Request, resp: Response, message_id: UUID) -> None:
        """Without a pin, nothing changes."""
        pinning.unpin(req.principal, message_id)


MESSAGES = (
    Route("/conversations/{conversation_id:uuid}/messages", Messages()),
    Route("/messages/{message_id:uuid}", Message()),
    Route("/messages/{message_id:uuid}/revisions", Revisions()),
    Route("/messages/{message_id:uuid}/reactions", Reactions()),
    Route("/messages/{message_id:uuid}/pin", Pin()),
)
