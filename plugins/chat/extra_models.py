"""Tables of votes, of what is sent later or by itself, and of what people keep."""

from __future__ import annotations

from typing import Final

import peewee

from kernel import ArrayField, JSONField, Table, TimestampField, Versioned


class Vote(Table):
    """One person's mark on one answer of a poll; how many there are stands in the message's payload."""

    message_id = peewee.UUIDField()
    user_id = peewee.UUIDField()
    position = peewee.IntegerField()
    voted_at = TimestampField()

    class Meta:
        table_name = "chat_vote"
        primary_key = peewee.CompositeKey("message_id", "user_id", "position")


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


class Saved(Table):
    """A message somebody keeps at hand."""

    user_id = peewee.UUIDField()
    message_id = peewee.UUIDField()
    note = peewee.TextField()
    saved_at = TimestampField()

    class Meta:
        table_name = "chat_saved"
        primary_key = peewee.CompositeKey("user_id", "message_id")


class AutoReply(Table):
    """What answers for somebody who is away.

    Between `starts_at` and `ends_at`, where given, and within `hours`, where given:
    `{"start": "18:00", "end": "08:00", "days": [1, …], "timezone": "Europe/Paris"}`.
    """

    user_id = peewee.UUIDField(primary_key=True)
    text = peewee.TextField()
    enabled = peewee.BooleanField()
    starts_at = TimestampField(null=True)
    ends_at = TimestampField(null=True)
    hours = JSONField(null=True, index=False)

    class Meta:
        table_name = "chat_auto_reply"


class AutoReplied(Table):
    """When somebody's automatic answer last went into a conversation."""

    user_id = peewee.UUIDField()
    conversation_id = peewee.UUIDField()
    replied_at = TimestampField()

    class Meta:
        table_name = "chat_auto_replied"
        primary_key = peewee.CompositeKey("user_id", "conversation_id")


class Backup(Versioned):
    """A copy of somebody's history on its way out (export) or in (restore); its file goes at `expires_at`."""

    user_id = peewee.UUIDField()
    kind = peewee.TextField()
    status = peewee.TextField()
    messages = peewee.BigIntegerField()
    size = peewee.BigIntegerField()
    failure = peewee.TextField()
    expires_at = TimestampField()

    class Meta:
        table_name = "chat_backup"


class Restored(Table):
    """A message out of somebody's backup that chat no longer shows them: a copy for their eyes only."""

    user_id = peewee.UUIDField()
    message_id = peewee.UUIDField()
    conversation_id = peewee.UUIDField()
    title = peewee.TextField()
    sender_id = peewee.UUIDField(null=True)
    sender_name = peewee.TextField()
    seq = peewee.BigIntegerField()
    type = peewee.TextField()
    text = peewee.TextField()
    payload = JSONField(index=False)
    sent_at = TimestampField()
    restored_at = TimestampField()

    class Meta:
        table_name = "chat_restored"
        primary_key = peewee.CompositeKey("user_id", "message_id")


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
    (Vote, "CREATE INDEX chat_vote_user ON chat_vote (user_id)"),
    (Scheduled, "CREATE INDEX chat_scheduled_due ON chat_scheduled (send_at) WHERE status = 'waiting'"),
    (Scheduled, "CREATE INDEX chat_scheduled_sender ON chat_scheduled (sender_id, send_at, id)"),
    (Saved, "CREATE INDEX chat_saved_newest ON chat_saved (user_id, saved_at DESC, message_id DESC)"),
    (Saved, "CREATE INDEX chat_saved_message ON chat_saved (message_id)"),
    (Scheduled, "CREATE INDEX chat_scheduled_done ON chat_scheduled (updated_at) WHERE status = 'sent'"),
    (
        Backup,
        "CREATE UNIQUE INDEX chat_backup_waiting ON chat_backup (user_id, kind) WHERE status = 'waiting'",
    ),
    (Backup, "CREATE INDEX chat_backup_user ON chat_backup (user_id, id)"),
    (Backup, "CREATE INDEX chat_backup_expiry ON chat_backup (expires_at)"),
    (
        Restored,
        "CREATE INDEX chat_restored_order ON chat_restored (user_id, conversation_id, sent_at, message_id)",
    ),
    (Withheld, "CREATE INDEX chat_withheld_sender ON chat_withheld (sender_id)"),
    (Withheld, "CREATE INDEX chat_withheld_expiry ON chat_withheld (expires_at)"),
    (Restored, "CREATE INDEX chat_restored_latest ON chat_restored (user_id, sent_at, message_id)"),
)
for _model, _definition in INDEXES:
    _model.add_index(peewee.SQL(_definition))

EXTRAS: Final = (Vote, Scheduled, Saved, AutoReply, AutoReplied, Backup, Restored, Withheld)
