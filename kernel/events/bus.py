"""Publishing: an event and its deliveries, in the publisher's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kernel.clock import Clock
from kernel.errors import StoaError
from kernel.events.envelope import behalf
from kernel.events.event_type import EventType, event_type
from kernel.events.operations import Operations
from kernel.events.settings import EventsSettings
from kernel.events.subscriber import Delivery, Subscriber
from kernel.events.wakeup import Wakeup
from kernel.storage import Database, uuid7

CHANNEL = "stoa_events"
# First of the two keys of PostgreSQL's advisory locks: ours are told apart by it.
_KEY_LOCKS = 0x57AE

# PERF: one round trip. The lock on the key is taken before the position is drawn and
# held until commit, so among events of one key positions follow commits. A CTE that
# locks runs first because the INSERT selects from it.
_PUBLISH = """
WITH locked AS MATERIALIZED (SELECT pg_advisory_xact_lock(%(locks)s, hashtext(%(key)s))),
stored AS (
    INSERT INTO kernel_event (id, type, key, actor, scope, correlation_id, trace, data, occurred_at)
    SELECT %(id)s, %(type)s, %(key)s, %(actor)s, %(scope)s, %(correlation_id)s, %(trace)s, %(data)s::jsonb,
        %(now)s
    FROM locked
    RETURNING position
),
delivered AS (
    INSERT INTO kernel_delivery (position, subscriber, key, due_at)
    SELECT stored.position, name, %(key)s, %(now)s FROM stored, unnest(%(subscribers)s::text[]) AS name
)
SELECT position FROM stored
"""


@dataclass(frozen=True, slots=True)
class Observation:
    """What became of one attempt at a delivery; for metrics and traces."""

    subscriber: str
    type: str
    attempt: int
    seconds: float
    error: Exception | None


class Bus:
    """Where events are published; knows every event type and subscriber.

    `observers` are called after each attempt at a delivery. `operations` is
    the operator's side: depth, dead letters, replay. `derive` is called with the
    events of each publish, in its transaction, before they are stored: realtime
    appends to streams what they give to rooms.
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
        self.derive: Callable[[Sequence[Any]], None] = _derive_nothing
        self.operations = Operations(self)

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
        are stored in the order of their keys, so two callers cannot deadlock.
        Inline subscribers run before this returns; what one raises, this raises.

        Raises StoaError outside a transaction, and TypeError for an event
        whose type is not registered or whose values are not as declared.
        """
        if not self.db.in_transaction():
            names = ", ".join(type(event).__name__ for event in events)
            raise StoaError(f"publish {names} inside `with app.db.atomic():`, with the change it tells of")
        keyed = sorted(((self._key(event), event) for event in events), key=lambda pair: pair[0])
        self.derive(events)
        for key, event in keyed:
            self._publish(event, key, scope)

    def _declared(self, event: Any) -> EventType:
        declared = event_type(event)
        if declared.wire not in self.types:
            raise TypeError(f"{declared.wire} is not registered: return it from register_events")
        return declared

    def _key(self, event: Any) -> str:
        name = self._declared(event).key
        return str(getattr(event, name)) if name else ""

    def _publish(self, event: Any, key: str, scope: str | None) -> None:
        declared = event_type(event)
        reacting = [
            subscriber for subscriber in self.subscribers.values() if subscriber.type == declared.wire
        ]
        later = [subscriber.name for subscriber in reacting if not subscriber.inline]
        id_ = uuid7()
        row = {
            "locks": _KEY_LOCKS,
            "id": id_,
            "type": declared.wire,
            "key": key or str(id_),
            "scope": scope,
            "data": declared.text(event),
            "now": self.clock.now(),
            "subscribers": later,
            **behalf()._asdict(),
        }
        [(position,)] = self.db.rows(_PUBLISH, row)
        if later:
            self.wakeup.after_commit()
        inline = [one for one in reacting if one.inline and one.name not in self.suspended]
        self._run_inline(event, row, position, inline)

    def _run_inline(self, event: Any, row: dict[str, Any], position: int, reacting: list[Subscriber]) -> None:
        for subscriber in reacting:
            subscriber.handler(
                Delivery(
                    event=event,
                    id=row["id"],
                    type=row["type"],
                    key=row["key"],
                    position=position,
                    occurred_at=row["now"],
                    actor=row["actor"],
                    scope=row["scope"],
                    correlation_id=row["correlation_id"],
                    attempt=1,
                )
            )


def _derive_nothing(_events: Sequence[Any]) -> None:
    """Derive nothing: there are no sockets."""
