"""From a message to what each channel is given.

One message is one transaction: its in-app notification, its deliveries and its
own end commit together, so a crash repeats all or nothing. Rendering needs no
I/O; what fails (a template, a recipient's plugin) is tried again later and ends
in the delivery log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from jinja2 import TemplateError

from kernel import app
from kernel.context import bound
from plugins.notifications.catalogue import Catalogue, Declared
from plugins.notifications.kinds import Recipient
from plugins.notifications.local_time import next_digest
from plugins.notifications.models import Delivery, Message, Wishes
from plugins.notifications.services import bounces, devices, inbox, wishes
from plugins.notifications.settings import NotificationsSettings

log = structlog.get_logger(__name__)
ATTEMPTS: Final = 6
_LONGEST_URL: Final = 2000  # characters


def expand_due() -> Counter[str]:
    """Expand every message that is due; return how many deliveries wait, by channel."""
    waiting: Counter[str] = Counter()
    while (made := _expand_next()) is not None:
        waiting.update(made)
    return waiting


def _expand_next() -> list[str] | None:
    with app.db.atomic():
        message = (
            Message.select()
            .where(Message.due_at <= app.clock.now())
            .order_by(Message.priority, Message.due_at)
            .limit(1)
            .for_update(skip_locked=True)
            .first()
        )
        if message is None:
            return None
        try:
            with app.db.atomic(), bound(message.correlation_id):
                made = _Expansion(message).run()
        except Exception as ex:  # one message's fault must not stop the others
            # A template's frames hold the data, which may be a code or a link: its message says enough.
            stack = None if isinstance(ex, TemplateError) else ex
            log.error("notification_not_expanded", type=message.type, error=str(ex), exc_info=stack)  # noqa: TRY400
            _postpone(message, ex)
            return []
        _settle(message)
        return made


def _settle(message: Message) -> None:
    """Forget a message, or all of it but that it was."""
    if message.dedupe is None:
        message.delete_instance()
    else:
        Message.update(due_at=None, data={}, address=None, user_id=None).where(
            Message.id == message.id
        ).execute()


def _postpone(message: Message, ex: Exception) -> None:
    attempt = message.attempt + 1
    if attempt < ATTEMPTS:
        due = app.clock.now() + timedelta(seconds=30 * 4**message.attempt)
        Message.update(attempt=attempt, due_at=due).where(Message.id == message.id).execute()
        return
    now = app.clock.now()
    Delivery.create(
        message_id=message.id, type=message.type, channel="", user_id=message.user_id, address="",
        state="failed", reason=f"{type(ex).__name__}: {ex}"[:1000], attempt=attempt, due_at=now,
        finished_at=now, topic=message.topic, scope=message.scope, correlation_id=message.correlation_id,
    )  # fmt: skip
    _settle(message)


@dataclass(frozen=True, slots=True)
class _Target:
    """One address on one channel."""

    channel: str
    address: str
    language: str
    device_id: UUID | None = None


class _Expansion:
    """One message on its way to its recipient's channels."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.user_id: UUID | None = message.user_id
        self.declared: Declared = app.service(Catalogue).of(message.type)
        self.type = self.declared.type

    def run(self) -> list[str]:
        """Store the notification and the deliveries; return the channels of those due now."""
        recipient = self._recipient()
        if recipient is None:
            log.info("notification_without_recipient", type=self.type.name, user_id=str(self.user_id))
            return []
        self.recipient = recipient
        self.context = self._context()
        self.wishes = wishes.of(self.user_id) if self.user_id else Wishes()
        self.muted = self.user_id is not None and wishes.is_muted(self.user_id, self.message.topic)
        notification_id = self._notify()
        deliveries = [self._delivery(target, notification_id) for target in self._targets()]
        return [one.channel for one in deliveries if one.state == "queued"]

    def _recipient(self) -> Recipient | None:
        """Return how to reach the recipient; None when the account is gone."""
        if self.user_id is None:
            return Recipient(**self.message.address)
        if not app.hooks.implementations("notifications_recipient"):
            return Recipient(language=app.settings.of(NotificationsSettings).language)
        found: Recipient | None = app.hooks.first("notifications_recipient", user_id=self.user_id)
        return found

    def _context(self) -> dict[str, Any]:
        recipient = self.recipient
        return {
            "name": recipient.name,
            "product": app.settings.of(NotificationsSettings).product,
            **self.message.data,
            "language": recipient.language,
            "timezone": recipient.timezone,
        }

    def _notify(self) -> UUID | None:
        """Put it on the list in the application, if it goes there."""
        if not self.user_id or "in_app" not in self.type.channels or self._refusal("in_app"):
            return None
        text = self.declared.templates.text(
            self.declared.short, "in_app", self.recipient.language, self.context
        )
        return inbox.add(
            self.user_id, type=self.type.name, title=text.subject, body=text.body.strip(),
            url=_safe_url(self.message.data.get("url")), data=self.message.data,
            topic=self.message.topic, scope=self.message.scope,
        )  # fmt: skip

    def _targets(self) -> Iterator[_Target]:
        recipient = self.recipient
        reachable = {"email": (recipient.email,), "sms": (recipient.phone,), "push": recipient.devices}
        for channel in self.type.channels:
            for address in reachable.get(channel, ()):
                if address:
                    yield _Target(channel, address, recipient.language)
        if "push" in self.type.channels and self.user_id:
            yield from self._registered(self.user_id)

    def _registered(self, user_id: UUID) -> Iterator[_Target]:
        """Yield the devices the person registered, but those the recipient's plugin names itself."""
        for one in devices.of(user_id):
            address = f"{one.provider}:{one.token}"
            if address not in self.recipient.devices:
                yield _Target("push", address, one.locale or self.recipient.language, one.id)

    def _refusal(self, channel: str, address: str = "") -> str:
        """Return why the recipient is spared this; empty when not."""
        if self.type.mandatory:
            return ""
        if not wishes.allows(self.wishes, self.type, channel):
            return "switched off"
        if self.muted:
            return "muted"
        return bounces.suppressed(address, self.type.name) if address else ""

    def _delivery(self, target: _Target, notification_id: UUID | None) -> Delivery:
        now, refusal = app.clock.now(), self._refusal(target.channel, target.address)
        values: dict[str, Any] = {"state": "suppressed", "reason": refusal, "finished_at": now, "due_at": now}
        if not refusal:
            values = {**self._when(target.channel), **self._rendered(target)}
        return Delivery.create(
            message_id=self.message.id, type=self.type.name, channel=target.channel, user_id=self.user_id,
            notification_id=notification_id, address=target.address, language=target.language,
            device_id=target.device_id,
            timezone=self.recipient.timezone, mandatory=self.type.mandatory, sensitive=self.type.sensitive,
            priority=self.message.priority,
            topic=self.message.topic, scope=self.message.scope, correlation_id=self.message.correlation_id,
            **values,
        )  # fmt: skip

    def _when(self, channel: str) -> dict[str, Any]:
        """Return whether it goes now or waits for the digest."""
        now, frequency = app.clock.now(), self.wishes.digest
        waits = channel == "email" and self.type.digestible and not self.type.mandatory and frequency != "off"
        if not waits:
            return {"state": "queued", "due_at": now}
        due = next_digest(frequency, self.wishes.digest_hour, self.recipient.timezone, now)
        return {"state": "held", "due_at": due}

    def _rendered(self, target: _Target) -> dict[str, Any]:
        templates, short, language = self.declared.templates, self.declared.short, target.language
        text = templates.text(short, target.channel, language, {**self.context, "language": language})
        content = {"text": text.body, "url": _safe_url(self.message.data.get("url"))}
        if target.channel == "email":
            content["html"] = templates.html(short, language, self.context)
        return {"subject": text.subject, "content": content}


def _safe_url(url: Any) -> str:
    """Return where a notification leads: a web address or a path, nothing a script could hide in."""
    is_web = (
        isinstance(url, str) and url.startswith(("https://", "http://", "/")) and len(url) <= _LONGEST_URL
    )
    return url if is_web else ""
