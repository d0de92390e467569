"""Background work: sending, replaying, tidying up."""

from __future__ import annotations

from datetime import datetime
from time import monotonic
from typing import Final
from uuid import UUID

from kernel import app, schedule, task
from plugins.webhooks.services import housekeeping, replaying, sending
from plugins.webhooks.settings import WebhooksSettings

_TURN: Final = 60.0  # seconds a lane sends for before its next run takes over


@task(unique=True, timeout=300)
def send(lane: int) -> None:
    """Send what is due until nothing is; several lanes run side by side."""
    until = monotonic() + _TURN
    while sending.send_one():
        if monotonic() > until:
            send.enqueue(lane)
            return


@schedule(every=5)
def sweep() -> None:
    """Find what is due by time alone, and what a crash left without its wake-up."""
    wake(0, sending.due())


@task(unique=True, retries=3, timeout=3000)
def replay(endpoint_id: UUID, since: datetime, until: datetime, everything: bool) -> dict[str, int]:
    """Send an endpoint what happened in a time."""
    count = replaying.replay(endpoint_id, since, until, everything=everything)
    wake(endpoint_id.int, count)
    return {"deliveries": count}


@schedule(cron="17 3 * * *", timeout=3000)
def purge() -> dict[str, int]:
    """Delete what is older than the retention."""
    return {"purged": housekeeping.purge()}


def wake(seed: int, count: int) -> None:
    """Start as many lanes as there are deliveries, within the setting; `seed` spreads single ones."""
    lanes = app.settings.of(WebhooksSettings).lanes
    for step in range(min(count, lanes)):
        send.enqueue((seed + step) % lanes)


TASKS: Final = (send, sweep, replay, purge)
