"""What other plugins may use of notifications."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from plugins.notifications.events import InboxRead, NotificationCreated
from plugins.notifications.kinds import Address, NotificationType, Recipient
from plugins.notifications.ports import (
    EmailMessage,
    EmailProvider,
    Outcome,
    ProviderUnavailable,
    PushMessage,
    PushProvider,
    SmsMessage,
    SmsProvider,
)
from plugins.notifications.services import bounces, messages
from plugins.notifications.services.messages import Message
from plugins.notifications.shortening import shortened

__all__ = [
    "Address",
    "EmailMessage",
    "EmailProvider",
    "InboxRead",
    "Message",
    "NotificationCreated",
    "NotificationType",
    "Outcome",
    "ProviderUnavailable",
    "PushMessage",
    "PushProvider",
    "Recipient",
    "SmsMessage",
    "SmsProvider",
    "report_bounce",
    "send",
    "send_all",
    "shortened",
]


def send(
    type: str,
    recipient: UUID | Address,
    data: Mapping[str, Any],
    *,
    key: str | None = None,
    topic: str = "",
    scope: str | None = None,
) -> None:
    """Send a message of a declared type to an account (its id) or to an address.

    Stores one row, in the caller's transaction if there is one: a rolled-back
    transaction sends nothing, and what is committed is sent in spite of crashes.
    Nothing is looked up or rendered before the commit.

    `data` is JSON-able; the templates see its members. Its member `url` is where
    the in-app notification leads. With a `key` the same type goes to the
    same recipient once, however often this is called: give the id of the event
    one reacts to. `topic` is what a person may mute (`room:0190…`); `scope` is
    the tenant it belongs to.

    Raises StoaError for a type that nobody declared.
    """
    messages.send_all([Message(type, recipient, data, key, topic, scope)])


def send_all(messages_: Iterable[Message]) -> None:
    """Send several messages as `send` does each, in one statement."""
    messages.send_all(messages_)


def report_bounce(provider: str, provider_id: str, *, reason: str, permanent: bool) -> bool:
    """Record that a message the provider had accepted came back; False for an unknown one.

    A permanent bounce suppresses the address: only mandatory types go there
    until an operator lifts it. For the webhooks of providers.
    """
    return bounces.report(provider, provider_id, reason=reason, permanent=permanent)
