"""What a seller's plan allows of listings: hook implementations only."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from contrib.listing_plans import allowance
from contrib.listing_plans.settings import ListingPlansSettings
from contrib.listing_plans.subscribers import SUBSCRIBERS
from kernel import hookimpl

if TYPE_CHECKING:
    from kernel import Settings, Subscriber
    from plugins.subscriptions.api import Meter


@hookimpl
def register_settings() -> type[ListingPlansSettings]:
    return ListingPlansSettings


@hookimpl
def register_subscribers(settings: Settings) -> Sequence[Subscriber]:
    return SUBSCRIBERS


@hookimpl(optionalhook=True)
def subscriptions_meters() -> Sequence[Meter]:
    return [allowance.meter()]


@hookimpl(optionalhook=True)
def listings_boosts(seller_ids: Collection[UUID]) -> Mapping[UUID, float]:
    return allowance.boosts(seller_ids)
