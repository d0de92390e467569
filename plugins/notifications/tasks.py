"""Background work: expanding messages, handing them to providers, digests, tidying up."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from time import monotonic
from typing import Final

from kernel import app, schedule, task
from plugins.notifications.services import deliveries, digests, dispatch, expansion, housekeeping
from plugins.notifications.settings import NotificationsSettings

_TURN: Final = 60.0  # seconds one run sends for before the next takes over


@task(unique=True, timeout=300)
def expand() -> None:
    """Turn messages into notifications and deliveries, until none waits."""
    _send(expansion.expand_due())


@task(unique=True, timeout=300)
def deliver(channel: str, lane: int) -> None:
    """Send what is due on a channel, until nothing is; several lanes run side by side."""
    until = monotonic() + _TURN
    while dispatch.send_batch(channel):
        if monotonic() > until:
            deliver.enqueue(channel, lane)
            return


@schedule(every=10)
def sweep() -> None:
    """Find what is due by time alone, and what a crash left without its wake-up."""
    expand()
    _send(deliveries.due())


@schedule(cron="*/5 * * * *")
def send_digests() -> None:
    """Send the digests whose hour has come."""
    if digests.send_due():
        _send(deliveries.due())


@schedule(cron="41 3 * * *")
def purge() -> None:
    """Delete what is older than the retention."""
    housekeeping.purge()


def _send(waiting: Mapping[str, int]) -> None:
    """Start as many lanes as there are batches, within the setting."""
    settings = app.settings.of(NotificationsSettings)
    for channel, count in waiting.items():
        for lane in range(min(settings.lanes, ceil(count / settings.batch))):
            deliver.enqueue(channel, lane)


TASKS = (expand, deliver, sweep, send_digests, purge)
