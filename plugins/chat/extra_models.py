"""Tables of polls, of what is sent later or by itself, and of what people keep."""

from __future__ import annotations

from typing import Final

import peewee

from kernel import JSONField, TimestampField, Versioned
from kernel.storage import db_proxy


class Poll(peewee.Model):
    """What a message of type poll asks; `voters` counts people, an option's `votes` their marks."""

    message_id = peewee.UUIDField(primary_key=True)
    multiple = peewee.BooleanField()
    anonymous = peewee.BooleanField()
    closes_at = TimestampField(null=True)
    closed_at = TimestampField(null=True)
    voters = peewee.IntegerField()

    class Meta:
        database = db_proxy
        table_name = "chat_poll"


class PollOption(peewee.Model):
    """One answer, at its place from 0."""

    message_id = peewee.UUIDField()
    position = peewee.IntegerField()
    text = peewee.TextField()
    votes = peewee.IntegerField()

    class Meta:
        database = db_proxy
        table_name = "chat_poll_option"
        primary_key = peewee.CompositeKey("message_id", "position")


class Vote(peewee.Model):
    """One person's mark on one option."""

    message_id = peewee.UUIDField()
    user_id = peewee.UUIDField()
    position = peewee.IntegerField()
    voted_at = TimestampField()

    class Meta:
        database = db_proxy
        table_name = "chat_vote"
        primary_key = peewee.CompositeKey("message_id", "user_id", "position")


class Scheduled(Versioned):
    """A message to be sent at `send_at`; its id becomes the message's."""

    conversation_id = peewee.UUIDField()
    sender_id = peewee.UUIDField()
    content = JSONField(index=False)
    send_at = TimestampField()
    status = peewee.TextField()
    failure = peewee.TextField()

    class Meta:
        table_name = "chat_scheduled"


class Saved(peewee.Model):
    """A message somebody keeps at hand."""

    user_id = peewee.UUIDField()
    message_id = peewee.UUIDField()
    note = peewee.TextField()
    saved_at = TimestampField()

    class Meta:
        database = db_proxy
        table_name = "chat_saved"
        primary_key = peewee.CompositeKey("user_id", "message_id")


class AutoReply(peewee.Model):
    """What answers for somebody who is away."""

    user_id = peewee.UUIDField(primary_key=True)
    text = peewee.TextField()
    enabled = peewee.BooleanField()
    starts_at = TimestampField(null=True)
    ends_at = TimestampField(null=True)

    class Meta:
        database = db_proxy
        table_name = "chat_auto_reply"


class AutoReplied(peewee.Model):
    """When somebody's automatic answer last went into a conversation."""

    user_id = peewee.UUIDField()
    conversation_id = peewee.UUIDField()
    replied_at = TimestampField()

    class Meta:
        database = db_proxy
        table_name = "chat_auto_replied"
        primary_key = peewee.CompositeKey("user_id", "conversation_id")


INDEXES: Final = (
    (Vote, "CREATE INDEX chat_vote_user ON chat_vote (user_id)"),
    (Scheduled, "CREATE INDEX chat_scheduled_due ON chat_scheduled (send_at) WHERE status = 'waiting'"),
    (Scheduled, "CREATE INDEX chat_scheduled_sender ON chat_scheduled (sender_id, send_at, id)"),
    (Saved, "CREATE INDEX chat_saved_newest ON chat_saved (user_id, saved_at DESC, message_id DESC)"),
    (Saved, "CREATE INDEX chat_saved_message ON chat_saved (message_id)"),
)
for _model, _definition in INDEXES:
    _model.add_index(peewee.SQL(_definition))

EXTRAS: Final = (Poll, PollOption, Vote, Scheduled, Saved, AutoReply, AutoReplied)
