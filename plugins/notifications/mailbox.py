"""The development provider: what would have been sent is kept to look at.

It serves e-mail, SMS and push. The page is `/_mailbox`; production refuses both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from plugins.notifications.models import MailboxMessage
from plugins.notifications.ports import EmailMessage, Outcome, PushMessage, SmsMessage
from plugins.notifications.settings import NotificationsSettings

if TYPE_CHECKING:
    from kernel import Application

_TRIM = """
DELETE FROM notifications_mailbox_message WHERE id <= (
    SELECT id FROM notifications_mailbox_message ORDER BY id DESC OFFSET %s LIMIT 1)
"""


class Mailbox:
    """Keeps messages in a table, the latest `[notifications] mailbox_size` of them."""

    def __init__(self, app: Application) -> None:
        self._db = app.db
        self._size = app.settings.of(NotificationsSettings).mailbox_size

    def send(self, messages: Sequence[EmailMessage | SmsMessage | PushMessage]) -> Iterator[Outcome]:
        """Keep each and call it sent. The same message twice (a retry) is kept once."""
        for message in messages:
            kept = {"id": message.id, **_shown(message)}
            MailboxMessage.insert(**kept).on_conflict_ignore().execute()
            yield Outcome(message.id, "sent", provider_id=str(message.id))
        self._db.execute_sql(_TRIM, (self._size,))

    def check(self, token: str, keys: Mapping[str, str]) -> None:
        """Take any device: nothing is sent to it."""


def _shown(message: EmailMessage | SmsMessage | PushMessage) -> Mapping[str, Any]:
    """Return what the mailbox keeps of a message."""
    if isinstance(message, EmailMessage):
        headers = {**message.headers, "Message-ID": message.message_id}
        return {
            "channel": "email", "sender": message.sender, "recipient": message.to,
            "address": message.to.casefold(), "subject": message.subject, "text": message.text,
            "html": message.html, "headers": headers,
        }  # fmt: skip
    if isinstance(message, SmsMessage):
        return {"channel": "sms", "recipient": message.to, "address": message.to, "text": message.text}
    return {
        "channel": "push", "recipient": message.token, "address": message.token, "subject": message.title,
        "text": message.body, "headers": dict(message.data),
    }  # fmt: skip
