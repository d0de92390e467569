"""Votes in the polls of messages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import Conflict, Forbidden, Invalid, NotFound, Rate, Request, Response, Route, endpoint, page_of
from plugins.chat.permissions import USE
from plugins.chat.schemas import polls as schemas
from plugins.chat.services import polls

VOTING = (NotFound, Forbidden, Conflict, Invalid)


class Vote:
    """`/v1/messages/{message_id}/vote`."""

    @endpoint(
        summary="Vote",
        permission=USE,
        body=schemas.VoteIn,
        response=schemas.PollOut,
        rate=Rate(60, by="principal"),
        errors=VOTING,
        statements=25,
    )
    def on_put(self, req: Request, resp: Response, message_id: UUID) -> Any:
        """In place of what one marked before; no answers take the vote back."""
        return polls.vote(req.principal, message_id, req.body["options"])

    @endpoint(
        summary="Take a vote back",
        permission=USE,
        response=schemas.PollOut,
        errors=VOTING,
        statements=25,
    )
    def on_delete(self, req: Request, resp: Response, message_id: UUID) -> Any:
        """Without one, nothing changes."""
        return polls.vote(req.principal, message_id, ())


class Voters:
    """`/v1/messages/{message_id}/voters`."""

    @endpoint(
        summary="List who voted for what",
        permission=USE,
        response=page_of(schemas.VoterOut),
        errors=(NotFound, Forbidden, Conflict),
        statements=8,
    )
    def on_get(self, req: Request, resp: Response, message_id: UUID) -> Any:
        """Of a poll that is not anonymous."""
        return polls.voters(req.principal, message_id, req.query)


class Closing:
    """`/v1/messages/{message_id}/close`."""

    @endpoint(
        summary="Close a poll",
        permission=USE,
        response=schemas.PollOut,
        errors=VOTING,
        statements=20,
    )
    def on_post(self, req: Request, resp: Response, message_id: UUID) -> Any:
        """Before its time; one's own, or as a moderator of the conversation."""
        return polls.close(req.principal, message_id)


POLLS = (
    Route("/messages/{message_id:uuid}/vote", Vote()),
    Route("/messages/{message_id:uuid}/voters", Voters()),
    Route("/messages/{message_id:uuid}/close", Closing()),
)
