"""From a message to what each channel is given.

Messages are expanded in batches, a transaction each: their in-app notifications,
deliveries and own ends commit together, so a crash repeats all or nothing. What
people wish is read for the whole batch at once. Each message has a savepoint of
its own; what fails (a template, a recipient's plugin) is tried again later and
ends in the delivery log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
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
from plugins.notifications.models import Delivery, Device, Message, Wishes
from plugins.notifications.services import bounces, devices, inbox, wishes
from plugins.notifications.settings import NotificationsSettings

log = structlog.get_logger(__name__)
Suppressed = Mapping[tuple[str, str], str]
"""Why nothing goes to an address, by the address's key and the type (empty: any)."""

ATTEMPTS: Final = 6
BATCH: Final = 100
_LONGEST_URL: Final = 2000  # characters


def expand_due() -> Counter[str]:
    """Expand every message that is due; return how many deliveries wait, by channel."""
    waiting: Counter[str] = Counter()
    while (made := _expand_batch()) is not None:
        waiting.update(made)
    return waiting


def _expand_batch() -> list[str] | None:
    with app.db.atomic():
        claimed = list(
            Message.select()
            .where(Message.due_at <= app.clock.now())
            .order_by(Message.priority, Message.due_at)
            .limit(BATCH)
            .for_update(skip_locked=True)
        )
        if not claimed:
            return None
        return _expand(claimed)


def _expand(messages: Sequence[Message]) -> list[str]:
    """Expand messages together; when that fails, in halves, until the one at fault is alone."""
    try:
        with app.db.atomic():
            made = _expanded(messages)
            _settle(messages)
            return made
    except Exception as ex:  # noqa: BLE001 - one message's fault must not stop the others, and is logged below
        if len(messages) == 1:
            _give_back(messages[0], ex)
            return []
    half = len(messages) // 2
    return _expand(messages[:half]) + _expand(messages[half:])


def _give_back(message: Message, ex: Exception) -> None:
    # A template's frames hold the data, which may be a code or a link: its message says enough.
    stack = None if isinstance(ex, TemplateError) else ex
    with bound(message.correlation_id):
        log.error("notification_not_expanded", type=message.type, error=str(ex), exc_info=stack)
    _postpone(message, ex)


def _expanded(messages: Sequence[Message]) -> list[str]:
    """Store notifications and deliveries; return the channels of those that are due now."""
    audience = _Audience.of(messages)
    expansions = [_Expansion(one, to, audience) for one in messages if (to := _recipient(one)) is not None]
    addresses = {target.address for one in expansions for target in one.targets}
    suppressed = bounces.suppressed(addresses, {one.type.name for one in expansions})
    notified = [(one, values) for one in expansions if (values := one.notification()) is not None]
    ids = inbox.add([(one.message.correlation_id, values) for one, values in notified])
    shown = {one.message.id: id_ for (one, _), id_ in zip(notified, ids, strict=True)}
    deliveries = [row for one in expansions for row in one.deliveries(shown.get(one.message.id), suppressed)]
    if deliveries:
        Delivery.insert_many(deliveries).execute()
    return [row["channel"] for row in deliveries if row["state"] == "queued"]


def _recipient(message: Message) -> Recipient | None:
    """Return how to reach the recipient; None when the account is gone."""
    if message.user_id is None:
        return Recipient(**message.address)
    if not app.hooks.implementations("notifications_recipient"):
        return Recipient(language=app.settings.of(NotificationsSettings).language)
    found: Recipient | None = app.hooks.first("notifications_recipient", user_id=message.user_id)
    if found is None:
        with bound(message.correlation_id):
            log.info("notification_without_recipient", type=message.type, user_id=str(message.user_id))
    return found


def _settle(messages: Sequence[Message]) -> None:
    """Forget messages, or all of them but that they were."""
    gone = [one.id for one in messages if one.dedupe is None]
    kept = [one.id for one in messages if one.dedupe is not None]
    if gone:
        Message.delete().where(Message.id.in_(gone)).execute()
    if kept:
        Message.update(due_at=None, data={}, address=None, user_id=None).where(Message.id.in_(kept)).execute()


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
    _settle([message])


@dataclass(frozen=True, slots=True)
class _Audience:
    """What is known of the people of a batch."""

    wishes: Mapping[UUID, Wishes]
    mutes: Collection[tuple[UUID, str]]
    devices: Mapping[UUID, Sequence[Device]]

    @classmethod
    def of(cls, messages: Sequence[Message]) -> _Audience:
        """Read it, in as many statements for many people as for one."""
        people = {one.user_id for one in messages if one.user_id}
        topics = {one.topic for one in messages if one.user_id and one.topic}
        return cls(wishes.of_many(people), wishes.muted(people, topics), devices.of_many(people))


@dataclass(frozen=True, slots=True)
class _Target:
    """One address on one channel."""

    channel: str
    address: str
    language: str
    device_id: UUID | None = None


class _Expansion:
    """One message on its way to its recipient's channels; computes, and stores nothing."""

    def __init__(self, message: Message, recipient: Recipient, audience: _Audience) -> None:
        self.message = message
        self.recipient = recipient
        self.audience = audience
        self.user_id: UUID | None = message.user_id
        self.declared: Declared = app.service(Catalogue).of(message.type)
        self.type = self.declared.type
        self.context = self._context()
        self.wishes = (audience.wishes.get(message.user_id) if message.user_id else None) or Wishes()
        self.muted = (message.user_id, message.topic) in audience.mutes
        self.targets = list(self._targets())

    def _context(self) -> dict[str, Any]:
        recipient = self.recipient
        return {
            "name": recipient.name,
            "product": app.settings.of(NotificationsSettings).product,
            **self.message.data,
            "language": recipient.language,
            "timezone": recipient.timezone,
        }

    def notification(self) -> dict[str, Any] | None:
        """Return what goes on the list in the application, if it goes there."""
        if not self.user_id or "in_app" not in self.type.channels or self._refusal("in_app"):
            return None
        text = self.declared.templates.text(
            self.declared.short, "in_app", self.recipient.language, self.context
        )
        return {
            "user_id": self.user_id, "type": self.type.name, "title": text.subject, "body": text.body.strip(),
            "url": _safe_url(self.message.data.get("url")), "data": self.message.data,
            "topic": self.message.topic, "scope": self.message.scope,
        }  # fmt: skip

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
        for one in self.audience.devices.get(user_id, ()):
            address = f"{one.provider}:{one.token}"
            if address not in self.recipient.devices:
                yield _Target("push", address, one.locale or self.recipient.language, one.id)

    def deliveries(self, notification_id: UUID | None, suppressed: Suppressed) -> list[dict[str, Any]]:
        """Return the rows of the deliveries, one a target."""
        return [self._delivery(target, notification_id, suppressed) for target in self.targets]

    def _refusal(self, channel: str, address: str = "", suppressed: Suppressed | None = None) -> str:
        """Return why the recipient is spared this; empty when not."""
        if self.type.mandatory:
            return ""
        if not wishes.allows(self.wishes, self.type, channel):
            return "switched off"
        if self.muted:
            return "muted"
        if not address or suppressed is None:
            return ""
        key = bounces.address_key(address)
        return suppressed.get((key, "")) or suppressed.get((key, self.type.name), "")

    def _delivery(
        self, target: _Target, notification_id: UUID | None, suppressed: Suppressed
    ) -> dict[str, Any]:
        now, refusal = app.clock.now(), self._refusal(target.channel, target.address, suppressed)
        values: dict[str, Any] = {"state": "suppressed", "finished_at": now, "due_at": now}
        values |= {"subject": "", "content": None}
        if not refusal:
            values |= {"finished_at": None, **self._when(target.channel), **self._rendered(target)}
        return dict(
            message_id=self.message.id, type=self.type.name, channel=target.channel, user_id=self.user_id,
            notification_id=notification_id, address=target.address, language=target.language,
            device_id=target.device_id,
            timezone=self.recipient.timezone, mandatory=self.type.mandatory, sensitive=self.type.sensitive,
            priority=self.message.priority,
            topic=self.message.topic, scope=self.message.scope, correlation_id=self.message.correlation_id,
            reason=refusal, **values,
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
