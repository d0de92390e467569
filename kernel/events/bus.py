"""Publishing: an event and its deliveries, in the publisher's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from kernel.clock import Clock
from kernel.errors import StoaError
from kernel.events.envelope import Behalf, behalf
from kernel.events.event_type import EventType, event_type
from kernel.events.operations import Operations
from kernel.events.settings import EventsSettings
from kernel.events.subscriber import Delivery, Subscriber
from kernel.events.wakeup import Wakeup
from kernel.storage import Database, Statement, uuid7

CHANNEL = "stoa_events"
# First of the two keys of PostgreSQL's advisory locks: ours are told apart by it.
_KEY_LOCKS = 0x57AE

# PERF: one round trip for any number of events; PostgreSQL keeps the function's plans. It locks the keys, in
# the order given, before positions are drawn, and until commit: among events of one key positions follow
# commits.
_PUBLISH = Statement("""
SELECT kernel_publish(%(now)s, %(locks)s, %(actor)s, %(scope)s, %(correlation_id)s, %(trace)s,
    %(ids)s::uuid[], %(types)s::text[], %(keys)s::text[], %(data)s::text[], %(of)s::uuid[],
    %(subscribers)s::text[])
""")


@dataclass(frozen=True, slots=True)
class Observation:
    """What became of one attempt at a delivery; for metrics and traces."""

    subscriber: str
    type: str
    attempt: int
    seconds: float
    error: Exception | None


class _Told(NamedTuple):
    """An event about to be stored, and who reacts to it."""

    event: Any
    declared: EventType
    id: UUID
    key: str
    reacting: Sequence[Subscriber]


class _Stored(NamedTuple):
    """What all events of one publish share, and the position of one of them."""

    position: int
    occurred_at: datetime
    scope: str | None
    behalf: Behalf


class Bus:
    """Where events are published; knows every event type and subscriber.

    `observers` are called after each attempt at a delivery, `committed` with the wire
    types of each publish once they are committed. `operations` is the operator's
    side: depth, dead letters, replay. `derive` is called with the events of each
    publish, in its transaction, before they are stored: realtime appends to streams
    what they give to rooms.
    """

    def __init__(
        self,
        settings: EventsSettings,
        db: Database,
        clock: Clock,
        events: Sequence[type[Any]] = (),
        subscribers: Sequence[Subscriber] = (),
    ) -> None:
        self.settings, self.db, self.clock = settings, db, clock
        self.types: dict[str, EventType] = {}
        for cls in events:
            self._add_type(event_type(cls))
        self.subscribers: dict[str, Subscriber] = {}
        self.suspended: frozenset[str] = frozenset()
        for subscriber in subscribers:
            self.subscribe(subscriber)
        self.wakeup = Wakeup(db, CHANNEL)
        self.observers: list[Callable[[Observation], None]] = []
        self.committed: list[Callable[[Sequence[str]], None]] = []
        self.derive: Callable[[Sequence[Any]], None] = _derive_nothing
        self.operations = Operations(settings, db, clock, self.subscribers, self.wakeup)

    def _add_type(self, declared: EventType) -> None:
        if self.types.setdefault(declared.wire, declared) is not declared:
            other = self.types[declared.wire].cls
            raise StoaError(f"{declared.wire} is claimed by {declared.cls!r} and {other!r}: rename one")
        declared.codec  # noqa: B018 - a field that JSON cannot hold is named now, not at the first publish

    def subscribe(self, subscriber: Subscriber) -> None:
        """Add a subscriber whose event is known only when every plugin is loaded; call it in `startup`.

        What `register_subscribers` can name belongs there. Raises StoaError for a name that is
        taken, and for an event nobody registers.
        """
        if subscriber.name in self.subscribers:
            raise StoaError(f"two subscribers are named {subscriber.name}: deliveries would be mixed up")
        if subscriber.type not in self.types and not subscriber.optional:
            raise StoaError(
                f"{subscriber.name} subscribes to {subscriber.type}, which no plugin registers:"
                " enable its plugin or make the subscriber optional"
            )
        self.subscribers[subscriber.name] = subscriber

    def suspend(self, names: Iterable[str]) -> None:
        """Deliver nothing to these subscribers here: their plugin could not start.

        Deliveries to them are stored and wait until it can; inline ones do not run.
        """
        self.suspended |= set(names)

    def delivered_here(self) -> list[str]:
        """Return the subscribers whose deliveries this process may claim."""
        return [
            one.name for one in self.subscribers.values() if not one.inline and one.name not in self.suspended
        ]

    def publish(self, *events: Any, scope: str | None = None) -> None:
        """Store events and a delivery for each subscriber; commit makes them real.

        Must be called inside a transaction, which then holds a lock on the
        events' keys until it ends: publish late. Several events given together
        are stored by one statement, in the order of their keys, so two callers cannot deadlock.
        Inline subscribers run after that, before this returns; what one raises, this raises.

        Raises StoaError outside a transaction, and TypeError for an event
        whose type is not registered or whose values are not as declared.
        """
        if not self.db.in_transaction():
            names = ", ".join(type(event).__name__ for event in events)
            raise StoaError(f"publish {names} inside `with app.db.atomic():`, with the change it tells of")
        if not events:
            return
        stored = sorted((self._told(event) for event in events), key=lambda told: told.key)
        self.derive(events)
        now, on_behalf = self.clock.now(), behalf()
        later = [(told.id, one.name) for told in stored for one in told.reacting if not one.inline]
        row = {
            "now": now,
            "locks": _KEY_LOCKS,
            "scope": scope,
            "ids": [told.id for told in stored],
            "types": [told.declared.wire for told in stored],
            "keys": [told.key for told in stored],
            "data": [told.declared.text(told.event) for told in stored],
            "of": [id_ for id_, _ in later],
            "subscribers": [name for _, name in later],
            **on_behalf._asdict(),
        }
        positions = self.db.rows(_PUBLISH, row)
        if later:
            self.wakeup.after_commit()
        for tell in self.committed:
            self.db.on_commit(partial(tell, row["types"]))
        for told, (position,) in zip(stored, positions, strict=True):
            self._run_inline(told, _Stored(position, now, scope, on_behalf))

    def _declared(self, event: Any) -> EventType:
        declared = event_type(event)
        if declared.wire not in self.types:
            raise TypeError(f"{declared.wire} is not registered: return it from register_events")
        return declared

    def _told(self, event: Any) -> _Told:
        declared = self._declared(event)
        id_ = uuid7()
        key = str(getattr(event, declared.key)) if declared.key else ""
        reacting = [one for one in self.subscribers.values() if one.type == declared.wire]
        return _Told(event, declared, id_, key or str(id_), reacting)

    def _run_inline(self, told: _Told, stored: _Stored) -> None:
        for subscriber in told.reacting:
            if subscriber.inline and subscriber.name not in self.suspended:
                subscriber.handler(
                    Delivery(
                        event=told.event,
                        id=told.id,
                        type=told.declared.wire,
                        key=told.key,
                        position=stored.position,
                        occurred_at=stored.occurred_at,
                        actor=stored.behalf.actor,
                        scope=stored.scope,
                        correlation_id=stored.behalf.correlation_id,
                        attempt=1,
                    )
                )


def _derive_nothing(_events: Sequence[Any]) -> None:
    """Derive nothing: there are no sockets."""
