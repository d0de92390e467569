"""Conversations as the services take hold of them: lock first, then look.

Whoever changes anything in a conversation locks its row and only then reads who
is in it and as what; so a check and its write cannot be passed by a removal, a
ban or a closing. Watermarks alone are written without that lock.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from kernel import Forbidden, NotFound, Principal, app
from plugins.chat.models import Conversation, Member, Message
from plugins.chat.problems import ConversationIsClosed, NotAllowedHere
from plugins.chat.roles import at_least

OWNER_TYPE: Final = "chat.message"
"""What messages are called among the users of media."""

# PERF: every message asks these; to have peewee write them anew each time took longer than what they do.
_LOCK: Final = "SELECT * FROM chat_conversation WHERE id = %s FOR UPDATE"
_MEMBER: Final = "SELECT * FROM chat_member WHERE conversation_id = %s AND user_id = %s"


@dataclass(frozen=True, slots=True)
class Held:
    """A locked conversation and the caller's membership."""

    conversation: Conversation
    member: Member

    @property
    def id(self) -> UUID:
        """The conversation's id."""
        return UUID(str(self.conversation.id))

    def require(self, lowest: str) -> None:
        """Raise NotAllowedHere unless the caller's role is at least this one."""
        if not at_least(self.member.role, lowest):
            raise NotAllowedHere(f"It takes the role {lowest}; yours is {self.member.role}.")

    def require_open(self) -> None:
        """Raise ConversationIsClosed for a closed one."""
        if self.conversation.closed_at is not None:
            raise ConversationIsClosed

    def require_kind(self, *kinds: str) -> None:
        """Raise NotAllowedHere when this is not done in such a conversation."""
        if self.conversation.kind not in kinds:
            raise NotAllowedHere(f"It is not done in a {self.conversation.kind} conversation.")


def direct_key(one: UUID, other: UUID) -> str:
    """Return the key of the conversation of two people, whoever opens it."""
    return ":".join(sorted((str(one), str(other))))


def person(caller: Principal) -> UUID:
    """Return the account a caller acts for; raise Forbidden when it is a machine's own."""
    if caller.id is None:
        raise Forbidden("This takes an account.")
    return caller.id


def lock(conversation_id: UUID) -> Conversation:
    """Return a conversation, locked until the transaction ends; raise NotFound."""
    for found in Conversation.raw(_LOCK, conversation_id):
        conversation: Conversation = found
        return conversation
    raise NotFound


def member_of(conversation_id: UUID, user_id: UUID) -> Member | None:
    """Return somebody's membership, if there is one."""
    return next(iter(Member.raw(_MEMBER, conversation_id, user_id)), None)


def hold(conversation_id: UUID, user_id: UUID) -> Held:
    """Return a locked conversation and one's membership; raise NotFound for who is not in it."""
    conversation = lock(conversation_id)
    member = member_of(conversation_id, user_id)
    if member is None:
        raise NotFound
    return Held(conversation, member)


def hold_open(conversation_id: UUID, user_id: UUID) -> Held:
    """Return what `hold` does; raise ConversationIsClosed for a closed one."""
    held = hold(conversation_id, user_id)
    held.require_open()
    return held


def require_member(conversation_id: UUID, user_id: UUID) -> Member:
    """Return one's membership, unlocked; raise NotFound."""
    member = member_of(conversation_id, user_id)
    if member is None:
        raise NotFound
    return member


def hold_by_message(message_id: UUID, user_id: UUID) -> tuple[Held, Message]:
    """Return a message one may see and its conversation, locked; raise NotFound."""
    conversation_id = Message.select(Message.conversation_id).where(Message.id == message_id).scalar()
    if conversation_id is None:
        raise NotFound
    held = hold(conversation_id, user_id)
    message = visible(message_id, held.member)
    return held, message


def visible(message_id: UUID, member: Member) -> Message:
    """Return a message of the member's conversation that they may see; raise NotFound."""
    message = Message.get_or_none(
        Message.id == message_id,
        Message.conversation_id == member.conversation_id,
        Message.seq > member.cleared_seq,
        Message.expires_at.is_null() | (Message.expires_at > app.clock.now()),
    )
    if message is None or is_hidden(message, member.user_id):
        raise NotFound
    found: Message = message
    return found


def is_hidden(message: Message, user_id: UUID) -> bool:
    """Say whether somebody deleted a message for themselves."""
    return bool(
        app.db.rows(
            "SELECT 1 FROM chat_hidden WHERE user_id = %s AND conversation_id = %s AND seq = %s",
            (user_id, message.conversation_id, message.seq),
        )
    )


def members_among(conversation_id: UUID, ids: Collection[UUID]) -> set[UUID]:
    """Return those of `ids` who are in a conversation, in one statement."""
    if not ids:
        return set()
    found = Member.select(Member.user_id).where(
        Member.conversation_id == conversation_id, Member.user_id.in_(set(ids))
    )
    return {row.user_id for row in found}
