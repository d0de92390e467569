"""Extension points of chat: implement with `@hookimpl(optionalhook=True)`.

To refuse a message or a membership for another reason, subscribe inline to
`chat.message.sent.v1` or `chat.member.joined.v1` and raise a problem.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from kernel import hookspec


@hookspec
def chat_may_message(sender: UUID, recipients: Collection[UUID]) -> Collection[UUID]:
    """Return those of `recipients` whom `sender` may not reach directly: who blocks whom, either way.

    Asked when a direct conversation is opened, at each message in one, and when
    somebody is added to a group or channel. Inside the sender's transaction: one
    query or memory, no outside I/O. An empty answer lets everybody be reached.
    """
    raise AssertionError("a specification is never called")
