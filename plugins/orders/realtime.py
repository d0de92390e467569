"""The namespace `/orders`: one's orders as they come and change, as buyer and as seller."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final
from uuid import UUID

from kernel import Emit, Namespace, Outbound, Principal, RoomFamily
from plugins.orders.events import OrderPlaced, OrderStatusChanged
from plugins.orders.schemas import PlacedOut, StatusOut


def _own(caller: Principal, keys: Sequence[str]) -> Collection[str]:
    return [key for key in keys if key == str(caller.id)]


def _automatic(caller: Principal) -> Iterable[str]:
    return [str(caller.id)] if caller.id is not None else []


def _to_both(event: OrderPlaced | OrderStatusChanged) -> Iterable[Emit]:
    return [Emit(key=str(party), data=event) for party in (event.buyer_id, event.seller_id)]


NAMESPACES: Final = (
    Namespace(
        path="/orders",
        summary="One's orders as they come and change",
        rooms=(
            RoomFamily(
                name="user",
                summary="The orders of one account, as buyer and as seller",
                authorise=_own,
                key=UUID,
                automatic=_automatic,
            ),
        ),
        outbound=(
            Outbound(
                name="order:placed",
                summary="There is a new order",
                data=PlacedOut,
                room="user",
                on=OrderPlaced,
                emits=_to_both,
            ),
            Outbound(
                name="order:status",
                summary="An order went from one status to another",
                data=StatusOut,
                room="user",
                on=OrderStatusChanged,
                emits=_to_both,
            ),
        ),
    ),
)
