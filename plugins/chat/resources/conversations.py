"""`/v1/conversations`: one's list, new ones, one of them."""

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
from plugins.chat.queries import listing, snapshots
from plugins.chat.schemas import requests as ask
from plugins.chat.schemas import responses as show
from plugins.chat.services import opening, preferences, receipts, ruling

HELD = (NotFound, Forbidden, Conflict)
OPENING = Rate(120, per=3600, by="principal")


class Conversations:
    """`/v1/conversations`."""

    @endpoint(
        summary="List my conversations",
        permission=USE,
        query=ask.ConversationsQuery,
        response=page_of(show.ConversationItemOut),
        statements=10,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """The latest activity first, each with its last message and unread count."""
        return listing.mine(req.principal, req.query)

    @endpoint(
        summary="Open a group or channel",
        permission=USE,
        body=ask.ConversationIn,
        response=show.SnapshotOut,
        status=201,
        rate=OPENING,
        errors=(*HELD, Invalid),
        statements=60,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """Takes `chat:create_group` or `chat:create_channel`; one is its owner."""
        make = opening.group if req.body["kind"] == "group" else opening.channel
        made = make(req.principal, req.body)
        resp.location = f"/v1/conversations/{made}"
        return snapshots.snapshot(req.principal, made)


class Direct:
    """`/v1/conversations/direct`."""

    @endpoint(
        summary="Converse with somebody",
        permission=USE,
        body=ask.DirectIn,
        response=show.SnapshotOut,
        rate=OPENING,
        errors=(*HELD, Invalid),
        statements=40,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """The direct conversation of the two, opened if there is none; a pair has one."""
        found, _ = opening.direct(req.principal, req.body["user_id"])
        return snapshots.snapshot(req.principal, found)


class Conversation:
    """`/v1/conversations/{conversation_id}`."""

    @endpoint(
        summary="Show a conversation",
        permission=USE,
        response=show.SnapshotOut,
        errors=(NotFound,),
        statements=16,
    )
    def on_get(self, req: Request, resp: Response, conversation_id: UUID) -> Any:
        """All of one moment, with the `position` of its streams: apply to it what they bring after."""
        return snapshots.snapshot(req.principal, conversation_id)

    @endpoint(
        summary="Change a conversation's title, picture or rules",
        permission=USE,
        body=ask.Rules,
        response=show.SnapshotOut,
        etag=True,
        errors=(*HELD, PreconditionFailed, Invalid),
        statements=40,
    )
    def on_patch(self, req: Request, resp: Response, conversation_id: UUID) -> Any:
        """What is left out stays."""
        ruling.update(req.principal, conversation_id, req.if_match, req.body)
        return snapshots.snapshot(req.principal, conversation_id)

    @endpoint(summary="Close a group or channel", permission=USE, errors=HELD, statements=20)
    def on_delete(self, req: Request, resp: Response, conversation_id: UUID) -> None:
        """Nobody writes in it any more; its members read it on. For its owner."""
        ruling.end(req.principal, conversation_id)


class Verified:
    """`/v1/conversations/{conversation_id}/verified`."""

    @endpoint(
        summary="Give or take a channel's badge",
        permission=USE,
        body=ask.VerifiedIn,
        errors=HELD,
        statements=20,
    )
    def on_put(self, req: Request, resp: Response, conversation_id: UUID) -> None:
        """Takes `chat:verify`."""
        ruling.verify(req.principal, conversation_id, verified=req.body["verified"])


class Mine:
    """`/v1/conversations/{conversation_id}/me`."""

    @endpoint(
        summary="Mute, pin or archive a conversation for me",
        permission=USE,
        body=ask.WishesIn,
        errors=(NotFound,),
        statements=12,
    )
    def on_patch(self, req: Request, resp: Response, conversation_id: UUID) -> None:
        """What is left out stays; the others do not notice."""
        preferences.change(req.principal, conversation_id, req.body)


class Read:
    """`/v1/conversations/{conversation_id}/read`."""

    @endpoint(
        summary="Mark as read",
        permission=USE,
        body=ask.MarkIn,
        response=show.MarksOut,
        errors=(NotFound,),
        statements=20,
    )
    def on_put(self, req: Request, resp: Response, conversation_id: UUID) -> Any:
        """Everything up to the message `seq`; the mark never goes back."""
        return receipts.read(req.principal, conversation_id, req.body["seq"])


class Delivered:
    """`/v1/conversations/{conversation_id}/delivered`."""

    @endpoint(
        summary="Mark as delivered",
        permission=USE,
        body=ask.MarkIn,
        response=show.MarksOut,
        errors=(NotFound,),
        statements=20,
    )
    def on_put(self, req: Request, resp: Response, conversation_id: UUID) -> Any:
        """Everything up to the message `seq` has arrived at one of my devices."""
        return receipts.delivered(req.principal, conversation_id, req.body["seq"])


class History:
    """`/v1/conversations/{conversation_id}/history`."""

    @endpoint(summary="Clear the history for me", permission=USE, errors=(NotFound,), statements=25)
    def on_delete(self, req: Request, resp: Response, conversation_id: UUID) -> None:
        """What there is so far is read and not shown to me again; the others keep it."""
        preferences.clear(req.principal, conversation_id)


ONE = "/conversations/{conversation_id:uuid}"
CONVERSATIONS = (
    Route("/conversations", Conversations()),
    Route("/conversations/direct", Direct()),
    Route(ONE, Conversation()),
    Route(f"{ONE}/verified", Verified()),
    Route(f"{ONE}/me", Mine()),
    Route(f"{ONE}/read", Read()),
    Route(f"{ONE}/delivered", Delivered()),
    Route(f"{ONE}/history", History()),
)
