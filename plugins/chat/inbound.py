"""What sockets send to `/chat`; it calls the same services as HTTP, so what holds there holds here."""

from __future__ import annotations

from typing import Any, Final

from kernel import Caller, Conflict, Forbidden, Inbound, Invalid, NotFound, Rate, Schema
from plugins.chat import views
from plugins.chat.permissions import USE
from plugins.chat.schemas import polls as poll_schemas
from plugins.chat.schemas import requests as ask
from plugins.chat.schemas import responses as show
from plugins.chat.services import changing, polls, reacting, receipts, sending, typing

CHANGE: Final = (NotFound, Forbidden, Conflict, Invalid)


def _send(caller: Caller, data: dict[str, Any]) -> Any:
    given = {name: value for name, value in data.items() if name != "conversation_id"}
    message, _ = sending.send(caller.principal, data["conversation_id"], given)
    return views.message(message)


def _edit(caller: Caller, data: dict[str, Any]) -> Any:
    changes: dict[str, Any] = {name: data[name] for name in ask.CHANGEABLE if name in data}
    return views.message(changing.edit(caller.principal, data["message_id"], data["version"], changes))


def _delete(caller: Caller, data: dict[str, Any]) -> None:
    changing.delete(caller.principal, data["message_id"], data["scope"])


def _react(caller: Caller, data: dict[str, Any]) -> Any:
    counts = reacting.react(caller.principal, data["message_id"], data["emoji"], added=data["added"])
    return {"reactions": counts}


def _typing(caller: Caller, data: dict[str, Any]) -> None:
    typing.tell(caller.principal, data["conversation_id"], typing=data["typing"], sid=caller.sid)


def _read(caller: Caller, data: dict[str, Any]) -> Any:
    return receipts.read(caller.principal, data["conversation_id"], data["seq"])


def _delivered(caller: Caller, data: dict[str, Any]) -> Any:
    return receipts.delivered(caller.principal, data["conversation_id"], data["seq"])


def _vote(caller: Caller, data: dict[str, Any]) -> Any:
    return polls.vote(caller.principal, data["message_id"], data["options"])


def _from_member(name: str, summary: str, handler: Any, body: type[Schema], **own: Any) -> Inbound:
    return Inbound(
        name=name, summary=summary, handler=handler, body=body, permission=USE, **{"errors": CHANGE, **own}
    )


INBOUND: Final = (
    _from_member(
        "message:send",
        "Send a message; with an `id` of the client's a resend is stored once",
        _send,
        ask.SendIn,
        ack=show.MessageCore,
        rate=Rate(600, by="principal"),
    ),
    _from_member(
        "message:edit", "Change what one's own message says", _edit, ask.EditIn, ack=show.MessageCore
    ),
    _from_member("message:delete", "Delete a message, for all or for me", _delete, ask.RemoveIn),
    _from_member(
        "message:react",
        "Put an emoji on a message, or take it back",
        _react,
        ask.ReactIn,
        ack=show.CountsOut,
    ),
    _from_member(
        "typing",
        "Say that one types, each few seconds, or has stopped",
        _typing,
        ask.TypingIn,
        rate=Rate(120, by="principal"),
        errors=(NotFound, Forbidden, Conflict),
    ),
    _from_member(
        "read",
        "Mark everything up to a message as read",
        _read,
        ask.SocketMarkIn,
        ack=show.MarksOut,
        errors=(NotFound,),
    ),
    _from_member(
        "delivered",
        "Mark everything up to a message as arrived",
        _delivered,
        ask.SocketMarkIn,
        ack=show.MarksOut,
        errors=(NotFound,),
    ),
    Inbound(
        name="poll:vote",
        handler=_vote,
        summary="Mark answers of a poll, in place of those marked before",
        body=poll_schemas.SocketVoteIn,
        ack=poll_schemas.PollOut,
        permission=USE,
        rate=Rate(60, by="principal"),
        errors=CHANGE,
    ),
)
