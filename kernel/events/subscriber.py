"""Who reacts to events, and what reaches them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.events.event_type import wire_type


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one subscriber.

    `id` is the event's and the same at every attempt and replay: hand it to an
    outside system as its idempotency key. `position` grows with time; `actor`
    is `<kind>:<id>` of who caused it, empty for nobody. `attempt` starts at 1.
    """

    event: Any
    id: UUID
    type: str
    key: str
    position: int
    occurred_at: datetime
    actor: str
    scope: str | None
    correlation_id: str
    attempt: int
    replayed: bool = False


Handler = Callable[[Delivery], None]


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A reaction to one type of event.

    `handler` runs in a transaction that also marks the delivery done: what it
    writes to the database takes effect exactly once. It does no outside I/O;
    for that it enqueues a task, which commits with it.

    `name` is `<plugin>.<what it does>`, unique, and never changed: deliveries
    are stored under it. `inline=True` runs it inside the publisher's
    transaction, where raising a `Problem` refuses the whole. `optional=True`
    allows the event's owner not to be enabled (then name the wire type).
    """

    event: type[Any] | str
    handler: Handler
    name: str
    inline: bool = False
    optional: bool = False

    @property
    def type(self) -> str:
        """The wire type subscribed to."""
        return wire_type(self.event)
