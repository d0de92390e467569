"""The namespace `/bookings`: one's bookings as they come and change, as customer and as provider."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from kernel import Emit, Namespace, Outbound, Principal, RoomFamily
from plugins.bookings.events import BookingPlaced, BookingRescheduled, BookingStatusChanged
from plugins.bookings.schemas import MovedOut, PlacedOut, StatusOut


def _own(caller: Principal, keys: Sequence[str]) -> Collection[str]:
    return [key for key in keys if key == str(caller.id)]


def _automatic(caller: Principal) -> Iterable[str]:
    return [str(caller.id)] if caller.id is not None else []


def _to_both(event: Any) -> Iterable[Emit]:
    return [Emit(key=str(party), data=event) for party in (event.customer_id, event.provider_id)]


def _out(name: str, summary: str, data: Any, on: type) -> Outbound:
    return Outbound(name=name, summary=summary, data=data, room="user", on=on, emits=_to_both)


NAMESPACES: Final = (
    Namespace(
        path="/bookings",
        summary="One's bookings as they come and change",
        rooms=(
            RoomFamily(
                name="user",
                summary="The bookings of one account, as customer and as provider",
                authorise=_own,
                key=UUID,
                automatic=_automatic,
            ),
        ),
        outbound=(
            _out("booking:placed", "There is a new booking", PlacedOut, BookingPlaced),
            _out(
                "booking:status", "A booking went from one status to another", StatusOut, BookingStatusChanged
            ),
            _out("booking:moved", "A booking takes place at another time", MovedOut, BookingRescheduled),
        ),
    ),
)
