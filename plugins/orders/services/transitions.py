"""Changes of status: one statement checks where an order is, moves it on and writes the history."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from kernel import Forbidden, NotFound, PreconditionFailed, Principal, app, invalid, uuid7
from plugins.orders import notices, sql
from plugins.orders.cards import card_of
from plugins.orders.events import (
    LineSold,
    OrderCancelled,
    OrderCompleted,
    OrderConfirmed,
    OrderStatusChanged,
)
from plugins.orders.permissions import MANAGE
from plugins.orders.pipeline import OrderCard, Party, Transition
from plugins.orders.problems import OrderUnpaid
from plugins.orders.services.placement import Row, due
from plugins.orders.states import CANCELLED, COMPLETED, CONFIRMED, PENDING, Machine

_SYSTEM: frozenset[Party] = frozenset({"system"})


@dataclass(frozen=True, slots=True)
class _Move:
    """A transition somebody takes an order through."""

    transition: Transition
    party: Party
    actor_id: UUID | None
    reason: str
    version: int | None = None
    paid: bool = False


def parties(row: Mapping[str, Any], caller: Principal) -> frozenset[Party]:
    """Return as whom a caller has to do with an order; nobody: it is not theirs to see."""
    if caller.kind == "system":
        return _SYSTEM
    found: set[Party] = set()
    if caller.id is not None and caller.id == row["buyer_id"]:
        found.add("buyer")
    if caller.id is not None and caller.id == row["seller_id"]:
        found.add("seller")
    if caller.can(MANAGE, row["scope"]):
        found.add("operator")
    return frozenset(found)


def visible(order_id: UUID, caller: Principal) -> tuple[Row, frozenset[Party]]:
    """Return an order and as whom the caller has to do with it; raise NotFound. One statement."""
    row = _row(order_id)
    found = parties(row, caller)
    if not found:
        raise NotFound
    return row, found


def _row(order_id: UUID) -> Row:
    rows = app.db.dicts(sql.WHOLE, {"ids": [order_id]})
    if not rows:
        raise NotFound
    return rows[0]


def change_status(
    order_id: UUID, name: str, caller: Principal, reason: str = "", version: int | None = None
) -> Row:
    """Take an order through a transition in the caller's transaction; return it as it is then.

    Of two that race, one moves the order and the other gets OrderStatus (409), which names what
    is allowed now. Raises NotFound when the order is not the caller's, Forbidden when the
    transition is another party's, OrderUnpaid, Invalid without a reason that is needed, and
    PreconditionFailed when `version` (None: any) is not its version.
    """
    row, found = visible(order_id, caller)
    return _take(row, app.service(Machine).named(name), _Wish(caller, found, reason, version))


def change_status_to(
    order_id: UUID, target: str, caller: Principal, reason: str = "", version: int | None = None
) -> Row:
    """Take an order to a status by the transition that leads there; raises what `change_status` does."""
    row, found = visible(order_id, caller)
    machine = app.service(Machine)
    transition = machine.towards(target, row["status"], found)
    if transition is None:
        raise machine.refused(target, row["status"], found, payment_due=row["payment_due"])
    return _take(row, transition, _Wish(caller, found, reason, version))


def confirm_paid(order_id: UUID) -> OrderCard:
    """Confirm an order whose payment is there; harmless twice. Raises NotFound, OrderStatus."""
    move = _Move(app.service(Machine).named("confirm"), "system", None, "", paid=True)
    with app.db.atomic():
        row = _row(order_id)
        moved = _moved(row, move) if row["status"] == PENDING else None
        if moved is not None:
            return card_of(_settled(moved, move))
    row = _row(order_id)
    if row["status"] == CANCELLED:
        raise app.service(Machine).refused(CONFIRMED, CANCELLED, _SYSTEM)
    return card_of(row)


def step_by_itself(order_id: UUID, name: str, source: str, reason: str) -> bool:
    """Take a due order through a transition if it is still in the status it was found in; say whether."""
    transition = replace(app.service(Machine).named(name), sources=(source,))
    move = _Move(transition, "system", None, reason, paid=name == "cancel")
    with app.db.atomic():
        moved = _moved(_row(order_id), move)
        if moved is not None:
            _settled(moved, move)
        return moved is not None


@dataclass(frozen=True, slots=True)
class _Wish:
    """Who wants an order changed, and under which conditions."""

    caller: Principal
    parties: frozenset[Party]
    reason: str
    version: int | None


def _take(row: Row, transition: Transition, wish: _Wish) -> Row:
    party = _party(row, transition, wish.parties)
    reason = wish.reason.strip()
    if transition.needs_reason and not reason:
        raise invalid("/reason", "Say why: the other party reads it.")
    paid = transition.effect != "confirm"
    move = _Move(transition, party, wish.caller.id, reason, wish.version, paid)
    moved = _moved(row, move)
    if moved is None:
        raise _refusal(row["id"], move, wish.parties)
    return _settled(moved, move)


def _party(row: Row, transition: Transition, found: Collection[Party]) -> Party:
    """Return as whom the caller takes a transition; raise what explains why they may not."""
    if row["status"] not in transition.sources:
        raise app.service(Machine).refused(
            transition.target, row["status"], found, payment_due=row["payment_due"]
        )
    if "system" in found:
        return "system"
    for party in transition.by:
        if party in found:
            return party
    told = " or ".join(transition.by) or "system"
    raise Forbidden(f"To {transition.name} an order is for its {told}.")


def _moved(row: Row, move: _Move) -> Row | None:
    """Compare and set; return the order as it is then, with what it was (`was`), or None if that is over."""
    transition = move.transition
    values = {
        "id": row["id"],
        "target": transition.target,
        "sources": list(transition.sources),
        "version": move.version,
        "paid": move.paid,
        "now": app.clock.now(),
        "due_at": due(transition.target),
        "step_id": uuid7(),
        "transition": transition.name,
        "party": move.party,
        "actor_id": move.actor_id,
        "reason": move.reason,
    }
    for changes in app.db.dicts(sql.MOVE, values):
        return row | changes  # all that ever changes; the rest is as it was read
    return None


def _refusal(order_id: UUID, move: _Move, found: Collection[Party]) -> Exception:
    """Return the problem of a change that set nothing, from what the order is now."""
    rows = app.db.dicts(sql.BY_IDS, {"ids": [order_id]})
    if not rows:
        return NotFound()
    [now] = rows
    if now["status"] in move.transition.sources:
        if now["payment_due"] and not move.paid:
            told = "It is confirmed as soon as it is paid; cancel it if it should not be."
            return OrderUnpaid(told, payment_url=now["payment_url"])
        if move.version is not None and now["version"] != move.version:
            told = f"It is at version {now['version']} now."
            return PreconditionFailed(told, current_version=now["version"])
    return app.service(Machine).refused(
        move.transition.target, now["status"], found, payment_due=now["payment_due"]
    )


def _settled(row: Row, move: _Move) -> Row:
    """Let others follow a change that was made, and tell of it."""
    was, after = row.pop("was"), card_of(row)
    before = replace(after, status=was)
    if move.transition.effect == "release":
        app.hooks.call("orders_release", order=before, lines=after.lines, reason=move.reason)
    elif move.transition.effect == "confirm":
        app.hooks.call("orders_confirm", order=before, lines=after.lines)
    notices.changed(after, move.party, move.reason)
    app.bus.publish(*_events(after, move, was), scope=after.scope)
    return row


def _events(order: OrderCard, move: _Move, was: str) -> list[Any]:
    """Return the event that names a change, if it is one of ours, and the one of every change."""
    same = {"order_id": order.id, "buyer_id": order.buyer_id, "seller_id": order.seller_id}
    changed = OrderStatusChanged(
        **same,
        number=order.number,
        was=was,
        status=order.status,
        transition=move.transition.name,
        by=move.party,
        version=order.version,
    )
    if order.status == CONFIRMED:
        return [OrderConfirmed(**same, total=order.total), changed]
    if order.status == COMPLETED:
        sold = [LineSold(ref=each.ref, quantity=each.quantity, amount=each.amount) for each in order.lines]
        completed = OrderCompleted(**same, total=order.total, commission=order.commission, lines=sold)
        return [completed, changed]
    if order.status == CANCELLED:
        return [OrderCancelled(**same, total=order.total, by=move.party, was=was), changed]
    return [changed]
