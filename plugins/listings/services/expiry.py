"""The end of a listing's time: reminders before it, expiry at it.

Each batch is one transaction, claimed with SKIP LOCKED: several workers share
the work, and a killed one leaves its batch to the next.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from peewee import SQL

from kernel import app
from plugins.listings import notices
from plugins.listings.events import ListingExpired
from plugins.listings.models import Listing
from plugins.listings.services.indexing import follow
from plugins.listings.services.rows import identity, scope_of
from plugins.listings.settings import ListingsSettings

BATCH: Final = 100
_ACTIVE: Final = SQL("status = 'ACTIVE' AND deleted_at IS NULL")


def expire() -> int:
    """Expire every active listing whose time has run out; return how many."""
    return _until_none(_expire_batch)


def remind() -> int:
    """Tell the sellers of listings that will soon expire, once for each; return how many."""
    return _until_none(_remind_batch) if app.settings.of(ListingsSettings).reminder_days else 0


def _until_none(batch: Any) -> int:
    done = 0
    while n := batch():
        done += n
    return done


def _expire_batch() -> int:
    with app.db.atomic():
        rows = _claimed(app.clock.now(), SQL("TRUE"), status="EXPIRED")
        if rows:
            follow(rows)
        for listing in rows:
            app.bus.publish(ListingExpired(**identity(listing)), scope=scope_of(listing))
            notices.expired(listing)
        return len(rows)


def _remind_batch() -> int:
    soon = app.clock.now() + timedelta(days=app.settings.of(ListingsSettings).reminder_days)
    with app.db.atomic():
        rows = _claimed(soon, ~Listing.reminded, reminded=True)
        for listing in rows:
            notices.expiring(listing)
        return len(rows)


def _claimed(before: datetime, condition: Any, **changes: Any) -> list[Listing]:
    """Change a batch of active listings that expire before a moment; return them by their ids."""
    due = (
        Listing.select(Listing.id)
        .where(_ACTIVE, Listing.expires_at <= before, condition)
        .order_by(Listing.expires_at)
        .limit(BATCH)
        .for_update("FOR UPDATE SKIP LOCKED")  # type: ignore[arg-type]  # the stubs know no clause
    )
    written = (
        Listing.update(changes, version=Listing.version + 1).where(Listing.id.in_(due)).returning(Listing)
    )
    return sorted(written.execute(), key=lambda listing: listing.id)
