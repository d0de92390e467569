"""Tables of conversations and messages; the extras' are in `extra_models`."""

from __future__ import annotations

from typing import Final

import peewee

from kernel import ArrayField, JSONField, Table, TimestampField, Versioned

DOUBTFUL: Final = "counted AND (deleted_at IS NOT NULL OR expires_at IS NOT NULL OR unattended)"
"""Messages that count as unread for somebody, or for nobody: the condition of the index unread reads."""

FORWARDED: Final = "forward_sender_id IS NOT NULL"
EXPIRING: Final = "expires_at IS NOT NULL AND deleted_at IS NULL"


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


class Message(Versioned):
    """One message; its `seq` is its place in the conversation, for everybody and for good.

    `ordinal` is the conversation's `last_ordinal` at this message; it grows with
    `counted` ones. `digest` recognises the resend of one id. A deleted message
    stays as a tombstone without content. `unattended` ones were sent for
    somebody who was not there (scheduled, automatic): they do not read for them.
    A forward names the first message of its kind and who wrote that.
    """

    conversation_id = peewee.UUIDField()
    seq = peewee.BigIntegerField()
    ordinal = peewee.BigIntegerField()
    counted = peewee.BooleanField()
    unattended = peewee.BooleanField()
    sender_id = peewee.UUIDField(null=True)
    type = peewee.TextField()
    text = peewee.TextField()
    payload = JSONField(index=False)
    media_ids = ArrayField(peewee.UUIDField, index=False)
    mentions = ArrayField(peewee.UUIDField, index=False)
    hashtags = ArrayField(peewee.TextField, index=False)
    reply_to_id = peewee.UUIDField(null=True)
    thread_id = peewee.UUIDField(null=True)
    reply_count = peewee.IntegerField()
    forward_of_id = peewee.UUIDField(null=True)
    forward_sender_id = peewee.UUIDField(null=True)
    forward_count = peewee.IntegerField()
    reactions = JSONField(index=False)
    edited_at = TimestampField(null=True)
    deleted_at = TimestampField(null=True)
    expires_at = TimestampField(null=True)
    digest = peewee.BlobField()

    class Meta:
        table_name = "chat_message"
        database_only = ("words", "chat_message_words")


class Revision(Table):
    """What a message said before an edit; `number` from 1."""

    message_id = peewee.UUIDField()
    number = peewee.IntegerField()
    text = peewee.TextField()
    payload = JSONField(index=False)
    written_at = TimestampField()

    class Meta:
        table_name = "chat_revision"
        primary_key = peewee.CompositeKey("message_id", "number")


class Reaction(Table):
    """One emoji of one person on one message."""

    message_id = peewee.UUIDField()
    user_id = peewee.UUIDField()
    emoji = peewee.TextField()
    created_at = TimestampField()

    class Meta:
        table_name = "chat_reaction"
        primary_key = peewee.CompositeKey("message_id", "user_id", "emoji")


class Hidden(Table):
    """A message that one person deleted for themselves."""

    user_id = peewee.UUIDField()
    conversation_id = peewee.UUIDField()
    seq = peewee.BigIntegerField()

    class Meta:
        table_name = "chat_hidden"
        primary_key = peewee.CompositeKey("user_id", "conversation_id", "seq")


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


TAGGED: Final = "hashtags <> '{}'"
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
    (Message, "CREATE UNIQUE INDEX chat_message_seq ON chat_message (conversation_id, seq)"),
    (
        Message,
        f"CREATE INDEX chat_message_uncounted ON chat_message (conversation_id, seq) WHERE {DOUBTFUL}",
    ),
    (
        Message,
        "CREATE INDEX chat_message_thread ON chat_message (thread_id, seq) WHERE thread_id IS NOT NULL",
    ),
    (Message, "CREATE INDEX chat_message_sender ON chat_message (sender_id, id)"),
    (
        Message,
        f"CREATE INDEX chat_message_expiry ON chat_message (expires_at) WHERE {EXPIRING}",
    ),
    (
        Message,
        "CREATE INDEX chat_message_typed ON chat_message (conversation_id, type, seq) WHERE type <> 'text'",
    ),
    (
        Message,
        f"CREATE INDEX chat_message_tagged ON chat_message (conversation_id, created_at DESC) WHERE {TAGGED}",
    ),
    (Message, "CREATE INDEX chat_message_hashtags ON chat_message USING gin (hashtags)"),
    (Message, "CREATE INDEX chat_message_mentions ON chat_message USING gin (mentions)"),
    (
        Message,
        f"CREATE INDEX chat_message_forwarded ON chat_message (forward_sender_id) WHERE {FORWARDED}",
    ),
    (Reaction, "CREATE INDEX chat_reaction_user ON chat_reaction (user_id)"),
    (Invite, "CREATE UNIQUE INDEX chat_invite_token ON chat_invite (token)"),
    (Invite, "CREATE INDEX chat_invite_conversation ON chat_invite (conversation_id)"),
)
for _model, _definition in INDEXES:
    _model.add_index(peewee.SQL(_definition))

CORE: Final = (Conversation, Member, Message, Revision, Reaction, Hidden, Pin, Invite, Ban)
