"""What was heard from Clerk: which messages, and how new what they said was."""

from __future__ import annotations

import peewee
from playhouse.postgres_ext import BinaryJSONField

from kernel import Model, TimestampField


class Webhook(Model):
    """A message that was handled; it comes again when the answer was lost."""

    message_id = peewee.TextField()

    class Meta:
        table_name = "clerk_webhook"


class ClerkUser(Model):
    """The newest state heard of a user at Clerk.

    `said_at` is Clerk's `updated_at` in milliseconds; `said` has a digest of each
    field, to tell what changed there; `deleted_at` is final.
    """

    subject = peewee.TextField()
    said_at = peewee.BigIntegerField(default=0)
    said = BinaryJSONField(default=dict, index=False)
    deleted_at = TimestampField(null=True)

    class Meta:
        table_name = "clerk_user"


Webhook.add_index(Webhook.index(Webhook.message_id, unique=True, name="clerk_webhook_message"))
Webhook.add_index(Webhook.index(Webhook.created_at, name="clerk_webhook_created"))
ClerkUser.add_index(ClerkUser.index(ClerkUser.subject, unique=True, name="clerk_user_subject"))

MODELS = (Webhook, ClerkUser)
