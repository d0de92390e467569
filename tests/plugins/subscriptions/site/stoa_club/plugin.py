"""A club: what its members use, and what is collected of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kernel import hookimpl
from plugins.subscriptions.api import Collection, Meter


@dataclass
class Book:
    """What the club was asked; `collects` says whether it takes payments."""

    collects: bool = True
    dues: list[Any] = field(default_factory=list)
    fitted: list[tuple[Any, int | None]] = field(default_factory=list)
    rooms: int = 0


book = Book()


@hookimpl
def subscriptions_meters():
    return [
        Meter("credits", "Credits", resets=True),
        Meter("seats", "Seats"),
        Meter(
            "listings",
            "Listings",
            count=lambda user_id: book.rooms,
            fit=lambda user_id, limit: book.fitted.append((user_id, limit)),
        ),
    ]


@hookimpl
def subscriptions_collect(charge):
    if not book.collects:
        return None
    book.dues.append(charge)
    return Collection(url=f"/pay/{charge.id}")
