"""Tables of conversations: who is in them, how one comes in, who is kept out, what is pinned."""

from __future__ import annotations

from typing import Final

import peewee

from kernel import Table, TimestampField, Versioned


class Conversation(Versioned):
    """A direct conversation, a group, a channel, or a room attached to something of another plugin.

    `last_seq` numbers its messages from 1 without gaps; `last_ordinal` counts those
    of them that people wrote, which is what unread means. `direct_key` (both ids,
    sorted) and `ref` (`order:0190…`) are unique, so a race makes one. Whoever
    changes anything in a conversation locks its row first.

    `post_role`, `add_role` and `info_role` name the lowest role that may post, add
    people and change title, description and picture. `message_ttl` are the
    seconds after which new messages vanish, null for never.
    """

    kind = peewee.TextField()
    title = peewee.TextField()
    description = peewee.TextField()
    avatar_id = peewee.UUIDField(null=True)
    creator_id = peewee.UUIDField(null=True)
    direct_key = peewee.TextField(null=True)
    ref = peewee.TextField(null=True)
    scope = peewee.TextField()
    public = peewee.BooleanField()
    verified = peewee.BooleanField()
    post_role = peewee.TextField()
    add_role = peewee.TextField()
    info_role = peewee.TextField()
    message_ttl = peewee.IntegerField(null=True)
    member_count = peewee.IntegerField()
    last_seq = peewee.BigIntegerField()
    last_ordinal = peewee.BigIntegerField()
    last_activity_at = TimestampField()
    closed_at = TimestampField(null=True)

    class Meta:
        table_name = "chat_conversation"


class Member(Table):
    """Somebody in a conversation, and how far they have come in it.

    `delivered_seq` and `read_seq` only grow; `read_ordinal` is the conversation's
    `last_ordinal` at `read_seq`. Messages up to `cleared_seq` are hidden from this
    person (a cleared history, or one from before they joined a group that hides it).
    """

    conversation_id = peewee.UUIDField()
    user_id = peewee.UUIDField()
    role = peewee.TextField()
    joined_at = TimestampField()
    delivered_seq = peewee.BigIntegerField()
    read_seq = peewee.BigIntegerField()
    read_ordinal = peewee.BigIntegerField()
    cleared_seq = peewee.BigIntegerField()
    muted_until = TimestampField(null=True)
    pinned_at = TimestampField(null=True)
    archived = peewee.BooleanField()

    class Meta:
        table_name = "chat_member"
        primary_key = peewee.CompositeKey("conversation_id", "user_id")


class Pin(Table):
    """A message pinned for everybody."""

    conversation_id = peewee.UUIDField()
    message_id = peewee.UUIDField()
    pinned_by = peewee.UUIDField(null=True)
    pinned_at = TimestampField()

    class Meta:
        table_name = "chat_pin"
        primary_key = peewee.CompositeKey("conversation_id", "message_id")


class Invite(Versioned):
    """A link into a group or channel; `uses` never passes `max_uses`."""

    conversation_id = peewee.UUIDField()
    token = peewee.TextField()
    creator_id = peewee.UUIDField()
    expires_at = TimestampField(null=True)
    max_uses = peewee.IntegerField(null=True)
    uses = peewee.IntegerField()
    revoked_at = TimestampField(null=True)

    class Meta:
        table_name = "chat_invite"


class Ban(Table):
    """Somebody who may not come back."""

    conversation_id = peewee.UUIDField()
    user_id = peewee.UUIDField()
    banned_by = peewee.UUIDField(null=True)
    reason = peewee.TextField()
    banned_at = TimestampField()

    class Meta:
        table_name = "chat_ban"
        primary_key = peewee.CompositeKey("conversation_id", "user_id")


INDEXES: Final = (
    (Conversation, "CREATE UNIQUE INDEX chat_conversation_direct ON chat_conversation (direct_key)"),
    (Conversation, "CREATE UNIQUE INDEX chat_conversation_ref ON chat_conversation (ref)"),
    (
        Conversation,
        "CREATE INDEX chat_conversation_public ON chat_conversation (last_activity_at, id) WHERE public",
    ),
    (Member, "CREATE INDEX chat_member_user ON chat_member (user_id)"),
    (
        Member,
        "CREATE INDEX chat_member_staff ON chat_member (conversation_id, role) WHERE role <> 'member'",
    ),
    (Invite, "CREATE UNIQUE INDEX chat_invite_token ON chat_invite (token)"),
    (Invite, "CREATE INDEX chat_invite_conversation ON chat_invite (conversation_id)"),
)
for _model, _definition in INDEXES:
    _model.add_index(peewee.SQL(_definition))
