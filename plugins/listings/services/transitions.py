"""Changes of status: one statement checks where a listing is and moves it on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from peewee import Case

from kernel import NotFound, PreconditionFailed, Principal, app
from plugins.listings.audience import may_change
from plugins.listings.events import (
    ListingDeactivated,
    ListingPublished,
    ListingRenewed,
    ListingSold,
)
from plugins.listings.models import Listing
from plugins.listings.services.content import check_for_publication
from plugins.listings.services.indexing import follow
from plugins.listings.services.rows import identity, scope_of
from plugins.listings.settings import ListingsSettings
from plugins.listings.states import TRANSITIONS, Transition, refused

_EVENTS: Final = {"sell": ListingSold, "deactivate": ListingDeactivated}


def change_status(listing_id: UUID, name: str, version: int | None, caller: Principal) -> Listing:
    """Take a listing through a transition; return it as it is then.

    Of two that race, one moves the listing and the other gets ListingStatus
    (409), which names what is allowed now. Raises NotFound when the listing is
    not the caller's to change, PreconditionFailed when `version` (None: any) is
    not its version, and ListingIncomplete when it may not be shown as it is.
    """
    transition = TRANSITIONS[name]
    with app.db.atomic():
        before = _of(listing_id, caller)
        if transition.target == "ACTIVE" and before.status in transition.sources:
            check_for_publication(before.__data__)
        after = _moved(before, transition, version)
        follow([after])
        app.bus.publish(_event(before, after, transition), scope=scope_of(after))
        return after


def _of(listing_id: UUID, caller: Principal) -> Listing:
    row = Listing.alive().where(Listing.id == listing_id).first()
    if row is None or not may_change(row.__data__, caller):
        raise NotFound
    found: Listing = row
    return found


def _moved(before: Listing, transition: Transition, version: int | None) -> Listing:
    """Compare and set; raise what explains why nothing was set."""
    conditions = [Listing.status.in_(transition.sources), Listing.deleted_at.is_null()]
    if transition.target == "ACTIVE":
        # What was looked at for completeness is what is published.
        conditions.append(Listing.version == before.version)
    if version is not None:
        conditions.append(Listing.version == version)
    changes = {"status": transition.target, **_dates(transition)}
    written = (
        Listing.update(changes, version=Listing.version + 1)
        .where(Listing.id == before.id, *conditions)
        .returning(Listing)
        .execute()
    )
    for after in written:
        return after  # type: ignore[no-any-return]
    raise _refusal(before.id, transition, version)


def _refusal(listing_id: UUID, transition: Transition, version: int | None) -> Exception:
    now = Listing.get_or_none(Listing.id == listing_id, Listing.deleted_at.is_null())
    if now is None:
        return NotFound()
    if now.status not in transition.sources:
        return refused(transition.name, now.status)
    told = (
        f"It is at version {now.version} now."
        if version is not None
        else "It was changed just now: try again."
    )
    return PreconditionFailed(told, current_version=now.version)


def _dates(transition: Transition) -> dict[str, Any]:
    """Return what a transition does to the dates.

    A listing that had expired comes back as new; one that was only switched off
    keeps its place and the time it has left.
    """
    if transition.target != "ACTIVE":
        return {}
    now, ends = app.clock.now(), expiry()
    if transition.name == "reactivate":
        lapsed = Listing.expires_at.is_null() | (Listing.expires_at <= now)
        left = Case(None, [(lapsed, ends)], Listing.expires_at)
        return {"expires_at": left, "reminded": Case(None, [(lapsed, False)], Listing.reminded)}
    dates: dict[str, Any] = {"expires_at": ends, "reminded": False}
    if transition.name == "renew":
        dates["listed_at"] = Case(None, [(Listing.status == "EXPIRED", now)], Listing.listed_at)
    else:
        dates["listed_at"] = now
    return dates


def expiry() -> datetime | None:
    """Return when a listing published now expires; None for never."""
    days = app.settings.of(ListingsSettings).lifetime_days
    return app.clock.now() + timedelta(days=days) if days else None


def _event(before: Listing, after: Listing, transition: Transition) -> Any:
    if transition.name in _EVENTS:
        return _EVENTS[transition.name](**identity(after))
    if before.status == "ACTIVE":
        return ListingRenewed(**identity(after))
    assert after.category_id is not None, "it would be incomplete"
    return ListingPublished(
        **identity(after), type=after.type, category_id=after.category_id, transition=transition.name
    )
