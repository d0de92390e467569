"""Payments of subscriptions: hook implementations only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from contrib.subscription_payments import services
from contrib.subscription_payments.subscribers import SUBSCRIBERS
from kernel import hookimpl

if TYPE_CHECKING:
    from kernel import Settings, Subscriber
    from plugins.subscriptions.api import Collection, Due


@hookimpl
def register_subscribers(settings: Settings) -> Sequence[Subscriber]:
    return SUBSCRIBERS


@hookimpl(optionalhook=True)
def subscriptions_collect(charge: Due) -> Collection:
    return services.collect(charge)
