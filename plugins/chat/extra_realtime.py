"""Events of `/chat` about polls, about what is sent later, and about what people keep."""

from __future__ import annotations

from typing import Any, Final

from kernel import Caller, Conflict, Forbidden, Inbound, Invalid, NotFound, Outbound, Rate
from plugins.chat.permissions import USE
from plugins.chat.schemas import polls as poll_schemas
from plugins.chat.schemas.saved import SavedNews
from plugins.chat.schemas.scheduled import ScheduledNews
from plugins.chat.services import polls

CHANGE: Final = (NotFound, Forbidden, Conflict, Invalid)


def _vote(caller: Caller, data: dict[str, Any]) -> Any:
    return polls.vote(caller.principal, data["message_id"], data["options"])


INBOUND: Final = (
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


OUTBOUND: Final = (
    Outbound(
        name="message:scheduled",
        summary="A scheduled message of one's own waits, was sent, failed or was cancelled",
        data=ScheduledNews,
        room="user",
    ),
    Outbound(name="message:saved", summary="One keeps a message, or no longer", data=SavedNews, room="user"),
    Outbound(
        name="poll:updated",
        summary="A poll stands like this now",
        data=poll_schemas.PollNews,
        room="conversation",
    ),
    Outbound(
        name="poll:voted", summary="What one marked in a poll", data=poll_schemas.VotedNews, room="user"
    ),
)
