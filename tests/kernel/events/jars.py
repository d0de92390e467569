"""Events the tests publish, and how."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from kernel.events import Bus, Delivery, event
from kernel.events.dispatcher import Dispatcher
from kernel.money import Money

MakeBus = Callable[..., Bus]


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@event("shelf.jar.filled", key="jar")
class JarFilled:
    """A jar was filled."""

    jar: str
    number: int = 0


@event("shelf.jar.emptied", key="jar")
class JarEmptied:
    jar: str


@event("shelf.jar.sold", version=2)
class JarSold:
    jar: UUID
    at: datetime
    price: Money
    colour: Colour
    tags: tuple[str, ...] = ()
    note: str | None = None
    counts: dict[str, int] | None = None


def publish(bus: Bus, *events: Any, scope: str | None = None) -> None:
    """Publish in a transaction of its own."""
    with bus.db.atomic():
        bus.publish(*events, scope=scope)


def drain(bus: Bus) -> int:
    """Deliver all that is due."""
    return Dispatcher(bus).drain()


class Flaky:
    """Fails for jars it is told to, and writes down what it handled."""

    def __init__(self, *broken: str) -> None:
        self.broken = set(broken)
        self.tried: list[tuple[str, int, int]] = []
        self.handled: list[tuple[str, int]] = []

    def __call__(self, delivery: Delivery) -> None:
        jar, number = delivery.event.jar, delivery.event.number
        self.tried.append((jar, number, delivery.attempt))
        if jar in self.broken:
            raise ValueError(f"{jar} is cracked")
        self.handled.append((jar, number))
