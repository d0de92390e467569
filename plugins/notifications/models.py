"""Tables of notifications.

A `Message` is what a plugin asked for; a worker turns it into a `Notification`
(what the application shows) and `Delivery` rows (what a provider is given, and
the log of it). Accounts are named by their id only: notifications knows no
table of theirs.
"""

from __future__ import annotations

import peewee

from kernel import JSONField, Model, TimestampField, Versioned

URGENT, BULK = 0, 1
"""Priorities: mandatory messages (a code, a reset link) do not queue behind a newsletter."""


class Message(Model):
    """A message not yet turned into deliveries; emptied, or gone, once it is.

    `dedupe` is the digest of type, recipient and key, kept so that a repetition is known.
    """

    type = peewee.TextField()
    user_id = peewee.UUIDField(null=True)
    address = JSONField(null=True)
    data = JSONField(default=dict)
    topic = peewee.TextField(default="")
    scope = peewee.TextField(null=True)
    correlation_id = peewee.TextField(default="")
    dedupe = peewee.TextField(null=True, unique=True)
    priority = peewee.SmallIntegerField(default=BULK)
    attempt = peewee.SmallIntegerField(default=0)
    due_at = TimestampField(null=True)

    class Meta:
        table_name = "notifications_message"


Message.add_index(
    Message.priority, Message.due_at, name="notifications_message_due", where=Message.due_at.is_null(False)
)
Message.add_index(Message.user_id, name="notifications_message_user", where=Message.user_id.is_null(False))


class Notification(Model):
    """One entry in a person's list in the application."""

    user_id = peewee.UUIDField()
    type = peewee.TextField()
    title = peewee.TextField()
    body = peewee.TextField()
    url = peewee.TextField(default="")
    data = JSONField(default=dict)
    topic = peewee.TextField(default="")
    scope = peewee.TextField(null=True)
    read_at = TimestampField(null=True)

    class Meta:
        table_name = "notifications_notification"


Notification.add_index(Notification.user_id, Notification.id, name="notifications_notification_list")
Notification.add_index(
    Notification.user_id, Notification.type, Notification.id, name="notifications_notification_type"
)
Notification.add_index(
    Notification.user_id,
    Notification.id,
    name="notifications_notification_unread",
    where=Notification.read_at.is_null(),
)


class Inbox(Model):
    """How many notifications an account (its id is the row's) has not read.

    Whoever changes a person's notifications locks this row first, so the number
    is exact and two changes cannot deadlock.
    """

    unread = peewee.IntegerField(default=0, constraints=[peewee.Check("unread >= 0")])

    class Meta:
        table_name = "notifications_inbox"


class Wishes(Versioned):
    """What an account (its id is the row's) wants to receive, how and when.

    `channels` has only what differs from the type's defaults:
    `{"<type>": {"email": false}}`; `quiet_hours` is null or
    `{"start": "22:00", "end": "07:00", "days": [1, …, 7], "timezone": null}`.
    """

    channels = JSONField(default=dict)
    quiet_hours = JSONField(null=True)
    digest = peewee.TextField(default="off")
    digest_hour = peewee.SmallIntegerField(default=8)

    class Meta:
        table_name = "notifications_wishes"


class Mute(Model):
    """A topic (a conversation, an auction) an account does not want to hear of, for good or until a time."""

    user_id = peewee.UUIDField()
    topic = peewee.TextField()
    until = TimestampField(null=True)

    class Meta:
        table_name = "notifications_mute"
        indexes = ((("user_id", "topic"), True),)


class Delivery(Model):
    """One message on one channel to one address: the queue of the providers, and its log.

    `content` is what was rendered, until it is not needed any more. `state` is
    `queued`, `sending` (until `due_at`, then it is claimed again), `held` (for the
    digest), `digested`, `sent`, `failed`, `suppressed` or `bounced`. `device_id` is the
    registered device a push is for: who signs out or passes it on gets it no more.
    """

    message_id = peewee.UUIDField()
    type = peewee.TextField()
    channel = peewee.TextField()
    user_id = peewee.UUIDField(null=True)
    notification_id = peewee.UUIDField(null=True)
    address = peewee.TextField()
    language = peewee.TextField(default="en")
    timezone = peewee.TextField(default="UTC")
    subject = peewee.TextField(default="")
    content = JSONField(null=True)
    mandatory = peewee.BooleanField(default=False)
    sensitive = peewee.BooleanField(default=False)
    priority = peewee.SmallIntegerField(default=BULK)
    state = peewee.TextField(default="queued")
    reason = peewee.TextField(default="")
    attempt = peewee.SmallIntegerField(default=0)
    due_at = TimestampField()
    provider = peewee.TextField(default="")
    provider_id = peewee.TextField(default="")
    finished_at = TimestampField(null=True)
    topic = peewee.TextField(default="")
    scope = peewee.TextField(null=True)
    correlation_id = peewee.TextField(default="")
    device_id = peewee.UUIDField(null=True)

    class Meta:
        table_name = "notifications_delivery"


Delivery.add_index(
    Delivery.channel,
    Delivery.priority,
    Delivery.due_at,
    name="notifications_delivery_due",
    where=peewee.SQL("state IN ('queued', 'sending')"),
)
Delivery.add_index(
    Delivery.due_at, Delivery.user_id, name="notifications_delivery_held", where=peewee.SQL("state = 'held'")
)
Delivery.add_index(
    Delivery.provider,
    Delivery.provider_id,
    name="notifications_delivery_provider",
    where=peewee.SQL("provider_id <> ''"),
)
Delivery.add_index(Delivery.user_id, Delivery.id, name="notifications_delivery_user")
Delivery.add_index(Delivery.address, Delivery.id, name="notifications_delivery_address")
Delivery.add_index(Delivery.state, Delivery.id, name="notifications_delivery_state")
Delivery.add_index(Delivery.channel, Delivery.id, name="notifications_delivery_channel")
Delivery.add_index(Delivery.type, Delivery.id, name="notifications_delivery_type")


class Device(Model):
    """Where somebody wants push: what a push service calls the device, and the session it is signed in with.

    `token` is a registration token, or the endpoint of a Web Push subscription
    with its `keys`. The row of a token that goes to another person gets another
    id: what waits for the first person finds no device.
    """

    user_id = peewee.UUIDField()
    session_id = peewee.UUIDField(null=True)
    provider = peewee.TextField()
    token = peewee.TextField()
    keys = JSONField(default=dict)
    platform = peewee.TextField(null=True)
    app_version = peewee.TextField(null=True)
    locale = peewee.TextField(null=True)
    registered_at = TimestampField()
    expires_at = TimestampField(null=True)

    class Meta:
        table_name = "notifications_device"
        indexes = ((("provider", "token"), True), (("user_id", "registered_at"), False))


Device.add_index(Device.registered_at, name="notifications_device_stale")


class Suppression(Model):
    """An address nothing more is sent to: of one type (unsubscribed), or of any (`type` empty: bounced)."""

    address = peewee.TextField()
    type = peewee.TextField(default="")
    reason = peewee.TextField(default="")

    class Meta:
        table_name = "notifications_suppression"
        indexes = ((("address", "type"), True),)


class MailboxMessage(Model):
    """What the development provider would have sent; see `/_mailbox`."""

    channel = peewee.TextField()
    sender = peewee.TextField(default="")
    recipient = peewee.TextField()
    address = peewee.TextField()
    subject = peewee.TextField(default="")
    text = peewee.TextField(default="")
    html = peewee.TextField(default="")
    headers = JSONField(default=dict)

    class Meta:
        table_name = "notifications_mailbox_message"


MailboxMessage.add_index(
    MailboxMessage.address, MailboxMessage.id, name="notifications_mailbox_message_address"
)

MODELS = (Message, Notification, Inbox, Wishes, Mute, Delivery, Device, Suppression, MailboxMessage)
