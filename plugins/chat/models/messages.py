"""Tables of messages, and of what people do with them."""

from __future__ import annotations

from typing import Final

import peewee

from kernel import ArrayField, JSONField, Table, TimestampField, Versioned

DOUBTFUL: Final = "counted AND (deleted_at IS NOT NULL OR expires_at IS NOT NULL OR unattended)"
"""Messages that count as unread for somebody, or for nobody: the condition of the index unread reads."""

FORWARDED: Final = "forward_sender_id IS NOT NULL"
EXPIRING: Final = "expires_at IS NOT NULL AND deleted_at IS NULL"
TAGGED: Final = "hashtags <> '{}'"


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


class Vote(Table):
    """One person's mark on one answer of a poll; how many there are stands in the message's payload."""

    message_id = peewee.UUIDField()
    user_id = peewee.UUIDField()
    position = peewee.IntegerField()
    voted_at = TimestampField()

    class Meta:
        table_name = "chat_vote"
        primary_key = peewee.CompositeKey("message_id", "user_id", "position")


class Saved(Table):
    """A message somebody keeps at hand."""

    user_id = peewee.UUIDField()
    message_id = peewee.UUIDField()
    note = peewee.TextField()
    saved_at = TimestampField()

    class Meta:
        table_name = "chat_saved"
        primary_key = peewee.CompositeKey("user_id", "message_id")


class Scheduled(Versioned):
    """A message to be sent at `send_at`; its id becomes the message's.

    `content` is the validated body; it goes when the message is sent.
    """

    conversation_id = peewee.UUIDField()
    sender_id = peewee.UUIDField()
    content = JSONField(index=False)
    send_at = TimestampField()
    status = peewee.TextField()
    failure = peewee.TextField()

    class Meta:
        table_name = "chat_scheduled"


class Withheld(Table):
    """What a message said that is not shown for some `reasons`; the message is a tombstone meanwhile."""

    message_id = peewee.UUIDField(primary_key=True)
    conversation_id = peewee.UUIDField()
    sender_id = peewee.UUIDField(null=True)
    reasons = ArrayField(peewee.TextField, index=False)
    expires_at = TimestampField(null=True)
    content = JSONField(index=False)

    class Meta:
        table_name = "chat_withheld"


INDEXES: Final = (
    (Message, "CREATE UNIQUE INDEX chat_message_seq ON chat_message (conversation_id, seq)"),
    (
        Message,
        f"CREATE INDEX chat_message_uncounted ON chat_message (conversation_id, seq) WHERE {DOUBTFUL}",
    ),
    (
        Message,
        "CREATE INDEX chat_message_thread ON chat_message (thread_id, seq) WHERE thread_id IS NOT NULL",
    ),
    (Message, "CREATE INDEX chat_message_latest ON chat_message (created_at DESC, id DESC)"),
    (Message, "CREATE INDEX chat_message_sender ON chat_message (sender_id, created_at DESC, id DESC)"),
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
    (Vote, "CREATE INDEX chat_vote_user ON chat_vote (user_id)"),
    (Saved, "CREATE INDEX chat_saved_newest ON chat_saved (user_id, saved_at DESC, message_id DESC)"),
    (Saved, "CREATE INDEX chat_saved_message ON chat_saved (message_id)"),
    (Scheduled, "CREATE INDEX chat_scheduled_due ON chat_scheduled (send_at) WHERE status = 'waiting'"),
    (Scheduled, "CREATE INDEX chat_scheduled_sender ON chat_scheduled (sender_id, send_at, id)"),
    (Scheduled, "CREATE INDEX chat_scheduled_done ON chat_scheduled (updated_at) WHERE status = 'sent'"),
    (Withheld, "CREATE INDEX chat_withheld_sender ON chat_withheld (sender_id)"),
    (Withheld, "CREATE INDEX chat_withheld_expiry ON chat_withheld (expires_at)"),
)
for _model, _definition in INDEXES:
    _model.add_index(peewee.SQL(_definition))
