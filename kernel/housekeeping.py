"""What the rooms need done regularly and no plugin does."""

from __future__ import annotations

from kernel.application import app
from kernel.http import idempotency
from kernel.tasks import schedule


@schedule(cron="23 * * * *", timeout=3000)
def purge_expired() -> dict[str, int]:
    """Delete ended sessions, spent codes and forgotten idempotency keys."""
    return {"auth": app.auth.purge(), "idempotency_keys": idempotency.purge(app.db, app.clock)}


@schedule(cron="*/10 * * * *", timeout=600)
def prune_streams() -> dict[str, int]:
    """Drop events of rooms past `[realtime] history` and `history_age`."""
    return {"room_events": app.realtime.prune()}
