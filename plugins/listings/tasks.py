"""Background work: expiry, reminders, sums of views, suspensions that end."""

from __future__ import annotations

from uuid import UUID

from kernel import app, schedule, task
from plugins.listings.services import expiry, sellers, views


@schedule(cron="* * * * *", timeout=300)
def expire_listings() -> dict[str, int]:
    """Expire listings whose time has run out."""
    return {"expired": expiry.expire()}


@schedule(cron="*/10 * * * *", timeout=300)
def remind_sellers() -> dict[str, int]:
    """Remind the sellers of listings that will soon expire."""
    return {"reminded": expiry.remind()}


@schedule(every=10, timeout=300)
def count_views() -> None:
    """Add up the views not counted yet."""
    views.count()


@schedule(cron="23 2 * * *", timeout=3000)
def purge_views() -> dict[str, int]:
    """Delete who saw what on days that are over and counted."""
    return {"purged": views.purge()}


@task(retries=5, backoff=60, unique=True, timeout=300)
def look_again(seller_id: UUID) -> None:
    """Release a seller's listings when a suspension has ended by itself."""
    with app.db.atomic():
        until = sellers.follow_standing(seller_id)
    if until is not None:
        look_again.enqueue(seller_id, at=until)


TASKS = (expire_listings, remind_sellers, count_views, purge_views, look_again)
