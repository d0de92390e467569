"""Tables of what somebody has for themselves: automatic answers, backups, restored messages."""

from __future__ import annotations

from typing import Final

import peewee

from kernel import JSONField, Table, TimestampField, Versioned


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


INDEXES: Final = (
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
    (Restored, "CREATE INDEX chat_restored_latest ON chat_restored (user_id, sent_at, message_id)"),
)
for _model, _definition in INDEXES:
    _model.add_index(peewee.SQL(_definition))
