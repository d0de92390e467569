"""Eighty orders among the people of the demo, the same on every machine.

Written in bulk and not through the pipeline: what is sold here is only words,
so the demo needs no plugin that sells something.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from plugins.accounts import api as accounts
from plugins.orders import cards
from plugins.orders.models import Line, Order, Step
from plugins.orders.pipeline import PaymentDemand
from plugins.orders.settings import OrdersSettings

if TYPE_CHECKING:
    from kernel import Application

Within = tuple[str, Sequence[UUID]]
"""A scope, and who trades with each other there; nobody named: everybody of the demo."""
EVERYWHERE: Final[Within] = ("", ())
COUNT: Final = 80
THIRD: Final = 3
PEOPLE: Final = 39
FIRST: Final = datetime(2026, 1, 1, tzinfo=UTC)
PATHS: Final = {
    "PENDING": ("place",),
    "CONFIRMED": ("place", "confirm"),
    "COMPLETED": ("place", "confirm", "complete"),
    "CANCELLED": ("place", "cancel"),
}
STATUSES: Final = ("COMPLETED",) * 6 + ("CONFIRMED", "CONFIRMED", "PENDING", "CANCELLED")
AFTER: Final = {"place": "PENDING", "confirm": "CONFIRMED", "complete": "COMPLETED", "cancel": "CANCELLED"}
BY: Final = {"place": "buyer", "confirm": "seller", "complete": "buyer", "cancel": "buyer"}
THINGS: Final = ("Oak chair", "Desk lamp", "Bicycle", "Bookshelf", "Record player", "Garden bench", "Mirror")


def load(app: Application, progress: Callable[[int, int], None]) -> None:
    """Write the orders with their lines and histories: every third in a scope, where there are any."""
    scopes = [pair for found in app.hooks.call("orders_demo") for pair in sorted(found.items())]
    with app.db.atomic():
        for number in range(COUNT):
            within = scopes[number // THIRD % len(scopes)] if scopes and number % THIRD == 0 else EVERYWHERE
            _write(app, number, within)
        _demand_payment(app)
    progress(COUNT, COUNT)


def ids() -> list[UUID]:
    """Return the ids of the demo's orders."""
    return [_id(f"order {number}", number) for number in range(COUNT)]


def completed() -> list[str]:
    """Return the refs of the orders that are completed, for whoever shows what comes of them."""
    found = Order.select(Order.id).where(Order.id.in_(ids()), Order.status == "COMPLETED").order_by(Order.id)
    return [f"order:{row.id}" for row in found]


def _write(app: Application, number: int, within: Within) -> None:
    chance = Random(number)  # noqa: S311 - the same every time is the point
    status = chance.choice(STATUSES)
    placed = app.clock.now() - timedelta(hours=9 * (COUNT - number) + chance.randrange(9))
    lines = [_line(number, position, placed, chance) for position in range(chance.choice((1, 1, 2)))]
    order = _order(app, number, status, placed, within)
    order["subtotal"] = order["total"] = sum(line["amount"] for line in lines)
    Order.insert(order).on_conflict_ignore().execute()
    Line.insert_many(lines).on_conflict_ignore().execute()
    steps = [_step(order, number, at) for at in range(len(PATHS[status]))]
    Step.insert_many(steps).on_conflict_ignore().execute()


def _demand_payment(app: Application) -> None:
    """Have the pending ones be paid first, where orders are."""
    for card in cards.cards(ids()).values():
        demand = app.hooks.first("orders_payment", order=card) if card.status == "PENDING" else None
        if demand is not None:
            url = demand.url if isinstance(demand, PaymentDemand) else demand["url"]
            Order.update(payment_due=True, payment_url=url).where(Order.id == card.id).execute()


def _order(app: Application, number: int, status: str, placed: datetime, within: Within) -> dict[str, Any]:
    scope, people = within
    chance = Random(number + COUNT)  # noqa: S311
    everybody = [accounts.demo_user(one) for one in range(1, PEOPLE + 1)]
    buyer, seller = chance.sample(people or everybody, 2)
    settings = app.settings.of(OrdersSettings)
    waits = {
        "PENDING": timedelta(hours=settings.pending_hours),
        "CONFIRMED": timedelta(settings.complete_days),
    }
    reached = {name: placed + timedelta(hours=at) for at, name in enumerate(PATHS[status])}
    return {
        "id": _id(f"order {number}", number),
        "created_at": placed,
        "updated_at": max(reached.values()),
        "version": len(reached),
        "number": f"DEMO-{number:04}",
        "checkout_id": _id(f"checkout {number}", number),
        "buyer_id": buyer,
        "seller_id": seller,
        "scope": scope,
        "status": status,
        "currency": "USD",
        "commission": 0,
        "adjustments": [],
        "note": "",
        "payment_due": False,
        "payment_url": "",
        "due_at": app.clock.now() + waits[status] if waits.get(status) else None,
        "confirmed_at": reached.get("confirm"),
        "completed_at": reached.get("complete"),
        "cancelled_at": reached.get("cancel"),
    }


def _line(number: int, position: int, placed: datetime, chance: Random) -> dict[str, Any]:
    price, quantity, title = chance.randrange(5, 300) * 100, chance.choice((1, 1, 2)), chance.choice(THINGS)
    return {
        "id": _id(f"line {number} {position}", number),
        "created_at": placed,
        "updated_at": placed,
        "order": _id(f"order {number}", number),
        "position": position,
        "ref": f"demo:{number}-{position}",
        "title": title,
        "quantity": quantity,
        "unit_amount": price,
        "amount": price * quantity,
        "commission": 0,
        "commission_rate_bp": 0,
        "commission_rule": "",
        "snapshot": {"title": title},
    }


def _step(order: dict[str, Any], number: int, at: int) -> dict[str, Any]:
    path, moment = PATHS[order["status"]], order["created_at"] + timedelta(hours=at)
    name = path[at]
    return {
        "id": _id(f"step {number} {at}", number + at),
        "created_at": moment,
        "updated_at": moment,
        "order": order["id"],
        "transition": name,
        "was": AFTER[path[at - 1]] if at else "",
        "status": AFTER[name],
        "party": BY[name],
        "actor_id": order[f"{BY[name]}_id"],
        "reason": "Bought by mistake" if name == "cancel" else "",
    }


def _id(name: str, rank: int) -> UUID:
    """Return the id of a demo row, the same everywhere: a UUIDv7 whose time follows from its order's rank."""
    digest = bytearray(hashlib.sha256(f"stoa demo {name}".encode()).digest()[:16])
    digest[:6] = int((FIRST + timedelta(hours=rank)).timestamp() * 1000).to_bytes(6, "big")
    digest[6] = digest[6] & 0x0F | 0x70
    digest[8] = digest[8] & 0x3F | 0x80
    return UUID(bytes=bytes(digest))
