"""Handing deliveries to providers: in batches, with failover, outside transactions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from time import monotonic
from typing import Any
from uuid import UUID

import structlog

from kernel import app
from plugins.notifications.catalogue import Catalogue
from plugins.notifications.local_time import quiet_until
from plugins.notifications.models import Delivery, Device, Wishes
from plugins.notifications.ports import Outcome, ProviderUnavailable
from plugins.notifications.providers import DeliveryProviders
from plugins.notifications.services import deliveries, devices, wishes
from plugins.notifications.services.composing import composed
from plugins.notifications.settings import NotificationsSettings

log = structlog.get_logger(__name__)


def send_batch(channel: str) -> int:
    """Claim a batch of a channel and offer it to the providers; return how many there were."""
    claimed = deliveries.claim(channel)
    providers = app.service(DeliveryProviders)
    groups: dict[tuple[str, ...], list[Delivery]] = defaultdict(list)
    registered = devices.reachable(claimed)
    for one in _wanted([one for one in claimed if one.device_id is None or one.id in registered]):
        groups[providers.chosen(channel, one.address)].append(one)
    for names, group in groups.items():
        _Round(channel, group, registered).run(names)
    return len(claimed)


def _wanted(claimed: Sequence[Delivery]) -> Iterable[Delivery]:
    """Yield what may go out now: people change their minds, and sleep, while a delivery waits."""
    asked = {one.user_id for one in claimed if one.user_id and not one.mandatory}
    known, undisturbed = wishes.of_many(asked), _undisturbed(claimed, asked)
    for one in claimed:
        if one.user_id in undisturbed and not one.mandatory:
            deliveries.suppressed(one, "not to be disturbed")
        elif one.mandatory or one.user_id not in known or _may_go(one, known[one.user_id]):
            yield one


def _undisturbed(claimed: Sequence[Delivery], user_ids: Collection[UUID]) -> set[UUID]:
    """Return who asked not to be disturbed, if it is pushes that wait; the rest makes no noise."""
    if not user_ids or claimed[0].channel != "push":
        return set()
    every = app.hooks.call("notifications_undisturbed", user_ids=user_ids)
    return {one for found in every for one in found}


def _may_go(delivery: Delivery, of: Wishes) -> bool:
    """Tell whether a person takes a delivery now; else record why not, or until when."""
    catalogue = app.service(Catalogue)
    declared = catalogue.of(delivery.type).type if delivery.type in catalogue else None
    if declared and not wishes.allows(of, declared, delivery.channel):
        deliveries.suppressed(delivery, "switched off")
        return False
    until = quiet_until(of.quiet_hours, delivery.timezone, app.clock.now())
    if until is not None:
        deliveries.postponed(delivery, until)
    return until is None


class _Round:
    """One batch on its way through the providers."""

    def __init__(self, channel: str, batch: Sequence[Delivery], registered: Mapping[UUID, Device]) -> None:
        self.channel = channel
        self.devices = registered
        self.waiting: dict[UUID, Delivery] = {}
        self.messages: dict[UUID, Any] = {}
        self.reasons: dict[UUID, tuple[str, str, float]] = {}
        self.settings = app.settings.of(NotificationsSettings)
        self.renewed = monotonic()
        for delivery in batch:
            self._compose(delivery)

    def _compose(self, delivery: Delivery) -> None:
        try:
            self.messages[delivery.id] = composed(delivery, self.devices.get(delivery.id))
        except Exception as ex:  # noqa: BLE001 - an operator's layout that fails must not lose the message
            # Not with its stack, whose frames hold the content.
            log.error("notification_not_composed", type=delivery.type, error=str(ex))  # noqa: TRY400
            deliveries.deferred(delivery, "", f"{type(ex).__name__}: {ex}", 0)
        else:
            self.waiting[delivery.id] = delivery

    def run(self, names: tuple[str, ...]) -> None:
        """Offer the batch to each provider until everything has an answer; defer what has none."""
        providers = app.service(DeliveryProviders)
        app.db.release()  # a provider may take seconds: somebody else may use the connection
        for name in providers.ordered(self.channel, names):
            if self.waiting:
                self._offer(name, list(self.waiting))
        for delivery in self.waiting.values():
            missing = ("", f"no provider of {self.channel} is configured", 0.0)
            provider, reason, retry_after = self.reasons.get(delivery.id, missing)
            deliveries.deferred(delivery, provider, reason, retry_after)
            self._count(provider, "deferred")

    def _offer(self, name: str, ids: list[UUID]) -> None:
        providers = app.service(DeliveryProviders)
        try:
            for outcome in providers.provider(self.channel, name).send([self.messages[one] for one in ids]):
                self._note(name, outcome)
            providers.rested(self.channel, name)
        except ProviderUnavailable as ex:
            log.warning("provider_unavailable", channel=self.channel, provider=name, reason=str(ex))
            providers.rest(self.channel, name, ex.retry_after)
            self._defer(name, ids, str(ex), ex.retry_after or 0)
        except Exception as ex:  # a fault of the provider's code: find the message it is about
            log.exception("provider_failed", channel=self.channel, provider=name, messages=len(ids))
            self._defer(name, ids, f"{type(ex).__name__}: {ex}", 0)
            left = [one for one in ids if one in self.waiting]
            for one in left if len(ids) > 1 else ():
                self._offer(name, [one])

    def _defer(self, name: str, ids: list[UUID], reason: str, retry_after: float) -> None:
        for one in ids:
            if one in self.waiting:
                self.reasons[one] = (name, reason, retry_after)

    def _note(self, name: str, outcome: Outcome) -> None:
        delivery = self.waiting.get(outcome.id)
        if delivery is None:
            return
        if outcome.state == "deferred":
            self.reasons[outcome.id] = (name, outcome.reason, outcome.retry_after or 0)
        else:
            del self.waiting[outcome.id]
            if outcome.state == "sent":
                deliveries.sent(delivery, name, outcome.provider_id)
            else:
                deliveries.failed(delivery, name, outcome.reason)
                if outcome.gone and outcome.id in self.devices:
                    devices.forget(self.devices[outcome.id])
            self._count(name, outcome.state)
        self._renew()

    def _renew(self) -> None:
        """Keep the claim on the rest of a batch that takes long."""
        if self.waiting and monotonic() - self.renewed > self.settings.lease / 3:
            deliveries.renew(self.waiting)
            self.renewed = monotonic()

    def _count(self, provider: str, outcome: str) -> None:
        app.metrics.counter(
            "notifications_deliveries_total",
            "Deliveries by channel, provider and what became of them.",
            ("channel", "provider", "outcome"),
        ).labels(self.channel, provider, outcome).inc()
