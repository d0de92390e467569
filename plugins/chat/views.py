"""What conversations and messages look like to clients: on HTTP and on the wire alike.

A message has one look for everybody (it is sent to a room once), except for
what HTTP adds for the reader: `my_reactions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from plugins.chat import markdown
from plugins.chat.models import Conversation, Member, Message

CONVERSATION_FIELDS: Final = (
    "id", "kind", "title", "description", "avatar_id", "creator_id", "ref", "public", "verified",
    "post_role", "add_role", "info_role", "message_ttl", "last_seq", "last_ordinal",
)  # fmt: skip
MESSAGE_FIELDS: Final = (
    "id", "conversation_id", "seq", "ordinal", "counted", "unattended", "sender_id", "type", "text",
    "payload", "media_ids", "mentions", "hashtags", "reply_to_id", "thread_id", "reply_count",
    "forward_of_id", "forward_sender_id", "forward_count", "reactions", "created_at", "edited_at",
    "deleted_at", "expires_at", "version",
)  # fmt: skip


def plain(value: Any) -> Any:
    """Return a value as JSON has it: ids and moments as text, lists and dicts in depth."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def message(row: Message | Mapping[str, Any]) -> dict[str, Any]:
    """Return a message as everybody in its conversation sees it."""
    data = row.__data__ if isinstance(row, Message) else row
    shown = {name: data[name] for name in MESSAGE_FIELDS}
    shown["html"] = markdown.html(shown["text"]) if shown["type"] == "markdown" else None
    return shown


def conversation(row: Conversation) -> dict[str, Any]:
    """Return what everybody in a conversation sees of it, but for its members.

    `member_count` is null for channels: it changes without an event there.
    """
    return {
        **{name: getattr(row, name) for name in CONVERSATION_FIELDS},
        "member_count": None if row.kind == "channel" else row.member_count,
        "created_at": row.created_at,
        "last_activity_at": row.last_activity_at,
        "closed_at": row.closed_at,
        "version": row.version,
    }


def own(member: Member) -> dict[str, Any]:
    """Return what is a member's own business, but for the unread count."""
    return {
        "role": member.role,
        "joined_at": member.joined_at,
        "read_seq": member.read_seq,
        "read_ordinal": member.read_ordinal,
        "cleared_seq": member.cleared_seq,
        "muted_until": member.muted_until,
        "pinned_at": member.pinned_at,
        "archived": member.archived,
    }


def person(member: Member, *, marked: bool) -> dict[str, Any]:
    """Return a member as those in the conversation see them; marks are null unless `marked`."""
    return {
        "user_id": member.user_id,
        "role": member.role,
        "joined_at": member.joined_at,
        "delivered_seq": member.delivered_seq if marked else None,
        "read_seq": member.read_seq if marked else None,
    }
