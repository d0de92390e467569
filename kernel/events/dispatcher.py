"""Delivering: claims a batch and runs each delivery in its own transaction.

The transaction first marks the delivery done, then runs the handler, then
commits: the handler's writes take effect exactly once, whatever dies when. A
handler that raises is rolled back and tried again, later each time, until it is
set aside as dead; only its own key waits for it meanwhile.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import chain

import structlog

from kernel.events.bus import Bus, Observation
from kernel.events.claims import Claims, Row
from kernel.events.envelope import Behalf, on_behalf_of
from kernel.events.failure import backoff, describe
from kernel.events.subscriber import Delivery

log = structlog.get_logger(__name__)


class Dispatcher:
    """Runs what is due; any number may, in any number of processes."""

    def __init__(self, bus: Bus) -> None:
        self._bus, self._clock, self._settings = bus, bus.clock, bus.settings
        self._claims = Claims(bus.db)
        self._lease = timedelta(seconds=self._settings.lease)
        self._stopping = False

    def stop(self) -> None:
        """Finish the delivery in hand, give the rest of the batch back."""
        self._stopping = True

    def drain(self) -> int:
        """Run batches until nothing is due; return how many deliveries were tried.

        For tests and scripts: what handlers publish is delivered too.
        """
        total = 0
        while count := self.run_batch():
            total += count
        return total

    def is_due(self) -> bool:
        """Tell whether anything pending is due, blocked by its key or not."""
        return self._claims.is_due(self._bus.delivered_here(), self._clock.now())

    def run_batch(self) -> int:
        """Claim one batch and run it; return how many were claimed."""
        now = self._clock.now()
        names = self._bus.delivered_here()
        batch = self._claims.take(names, now, now + self._lease, self._settings.batch)
        if batch:
            self._bus.wakeup.ring()  # there may be more: let an idle neighbour look
        groups, held_since = _by_key(batch), now
        for index, group in enumerate(groups):
            held_since = self._run_in_order(group, groups[index + 1 :], held_since)
        return len(batch)

    def _run_in_order(
        self, group: Sequence[Row], others: Sequence[Sequence[Row]], held_since: datetime
    ) -> datetime:
        """Run what has one key; return when the claims of all that waits were made or renewed.

        They are renewed when half the lease is over: a batch that takes long is
        not taken by a neighbour, which would count an attempt for each time.
        """
        for index, row in enumerate(group):
            if self._stopping:
                self._release(group[index:])
                break
            if (now := self._clock.now()) - held_since > self._lease / 2:
                self._renew([*group[index:], *chain.from_iterable(others)])
                held_since = now
            if not self._run(row):
                self._release(group[index + 1 :])
                break
        return held_since

    def _release(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self._claims.release(row, self._clock.now())

    def _renew(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self._claims.renew(row, self._clock.now() + self._lease)

    def _run(self, row: Row) -> bool:
        """Run one delivery; False when the next of its key must wait."""
        if row["attempt"] > self._settings.attempts:
            return self._claims.bury(
                row, row["error"] or "its worker died at every attempt", self._clock.now()
            )
        started, error = time.perf_counter(), None
        with on_behalf_of(Behalf(row["actor"], row["correlation_id"], row["trace"])):
            try:
                if not self._in_transaction(row):
                    return False
            except Exception as ex:  # noqa: BLE001 - a handler's failure is stored, logged and retried
                error = ex
            seconds = time.perf_counter() - started
            for observe in self._bus.observers:
                observe(Observation(row["subscriber"], row["type"], row["attempt"], seconds, error))
            return error is None or self._failed(row, error)

    def _in_transaction(self, row: Row) -> bool:
        db = self._bus.db
        if db.in_transaction():  # a script's or a test's: a failing handler must not spoil it
            with db.atomic():
                return self._handle(row)
        return db.retrying(lambda: self._handle(row))

    def _handle(self, row: Row) -> bool:
        """Mark done, then handle, in the caller's transaction; False: another has it now."""
        if not self._claims.finish(row, self._clock.now()):
            log.warning("delivery_lost", subscriber=row["subscriber"], position=row["position"])
            return False
        self._bus.subscribers[row["subscriber"]].handler(self._delivery(row))
        return True

    def _delivery(self, row: Row) -> Delivery:
        declared = self._bus.types[row["type"]]
        return Delivery(
            event=declared.load(row["data"]),
            id=row["id"],
            type=row["type"],
            key=row["key"],
            position=row["position"],
            occurred_at=row["occurred_at"],
            actor=row["actor"],
            scope=row["scope"],
            correlation_id=row["correlation_id"],
            attempt=row["attempt"],
            replayed=row["replayed"],
        )

    def _failed(self, row: Row, error: Exception) -> bool:
        """Store the failure; True when it is dead, so that the next may run."""
        last = row["attempt"] >= self._settings.attempts
        log.error(
            "delivery_dead" if last else "delivery_failed",
            subscriber=row["subscriber"],
            type=row["type"],
            event_id=str(row["id"]),
            position=row["position"],
            attempt=row["attempt"],
            exc_info=error,
        )
        now = self._clock.now()
        if last:
            return self._claims.bury(row, describe(error), now)
        wait = backoff(self._settings.backoff, row["attempt"], self._settings.backoff_limit)
        self._claims.fail(row, describe(error), now + wait)
        return False


def _by_key(batch: Sequence[Row]) -> list[list[Row]]:
    """Return the batch as runs of one (subscriber, key), each in order."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in batch:
        groups.setdefault((row["subscriber"], row["key"]), []).append(row)
    found = list(groups.values())
    if any(row["attempt"] > 1 for row in batch):
        # One of these may kill its worker each time; at a random place it does not
        # take the same neighbours with it at every attempt.
        random.shuffle(found)
    return found
