"""The messages chat sends to who is not there, and the types under which people know them."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import Delivery, app
from plugins.accounts import api as accounts
from plugins.chat.models import Conversation, Member, Message
from plugins.chat.settings import ChatSettings
from plugins.notifications.api import NotificationType, send

TYPES: Final = (
    NotificationType("chat.message", "New messages", channels=("in_app", "push")),
    NotificationType("chat.mention", "Somebody mentions you", channels=("in_app", "email", "push")),
)
LONGEST: Final = 120
"""Characters of a message that a notification shows."""


def tell_absent(delivery: Delivery) -> None:
    """Notify those of a conversation who are not connected of a new message, and who is mentioned.

    A mute silences everything but mentions. Nobody is notified of a channel's posts,
    whose subscribers are without number, but for who is mentioned there.
    """
    message = Message.get_or_none(
        Message.id == delivery.event.message_id,
        Message.deleted_at.is_null(),
        Message.expires_at.is_null() | (Message.expires_at > app.clock.now()),
        Message.counted,
    )
    if message is None or message.sender_id is None:
        return
    conversation = Conversation.get_by_id(message.conversation_id)
    wanted = _wanted(conversation, message)
    online = app.realtime.online(wanted) if wanted else {}
    data = _data(conversation, message, message.sender_id)
    for user_id, mentioned in sorted(wanted.items()):
        if user_id not in online:
            send(
                "chat.mention" if mentioned else "chat.message",
                user_id,
                data,
                key=str(message.id),
                topic=f"conversation:{conversation.id}",
                scope=conversation.scope or None,
            )


def _wanted(conversation: Conversation, message: Message) -> dict[UUID, bool]:
    """Return whom to notify, and whether they are mentioned; who has read it by now is not."""
    query = Member.select(Member.user_id, Member.muted_until).where(
        Member.conversation_id == conversation.id,
        Member.user_id != message.sender_id,
        Member.read_seq < message.seq,
    )
    if conversation.kind == "channel":
        query = query.where(Member.user_id.in_(message.mentions))
    now = app.clock.now()
    return {
        row.user_id: row.user_id in message.mentions
        for row in query
        if row.user_id in message.mentions or row.muted_until is None or row.muted_until <= now
    }


def _data(conversation: Conversation, message: Message, sender_id: UUID) -> dict[str, Any]:
    settings = app.settings.of(ChatSettings)
    card = accounts.user_cards([sender_id]).get(sender_id)
    page = settings.page_url.replace("{id}", str(conversation.id))
    if page.startswith("/"):
        page = f"{app.settings.kernel.public_url.rstrip('/')}{page}"
    shown = settings.previews and message.expires_at is None
    return {
        "conversation_id": str(conversation.id),
        "message_id": str(message.id),
        "sender": card.name if card else "",
        "title": conversation.title,
        "preview": message.text[:LONGEST] if shown else "",
        "page_url": page,
        "url": page or f"/v1/conversations/{conversation.id}",
    }
