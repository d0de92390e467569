"""Changes of status: one statement checks where an order is, moves it on and writes the history."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
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
    OrderRestocked,
    OrderStatusChanged,
)
from plugins.orders.permissions import MANAGE, VIEW
from plugins.orders.pipeline import OrderCard, Party, Transition
from plugins.orders.problems import OrderLate, OrderUnpaid
from plugins.orders.services.placement import Row, due
from plugins.orders.settings import OrdersSettings
from plugins.orders.states import CANCELLED, COMPLETED, CONFIRMED, PENDING, Machine, ends, is_late

_SYSTEM: frozenset[Party] = frozenset({"system"})


@dataclass(frozen=True, slots=True)
class Wish:
    """How a caller wants an order changed: why, at which version (None: any), and whether goods go back.

    `restock` None: as `[orders] restock` says, or not at all where nobody said that there are any.
    """

    reason: str = ""
    version: int | None = None
    restock: bool | None = None


@dataclass(frozen=True, slots=True)
class _Move:
    """A transition somebody takes an order through."""

    transition: Transition
    party: Party
    actor_id: UUID | None
    reason: str
    version: int | None = None
    paid: bool = False
    release: bool = False


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
    """Return an order and as whom the caller has to do with it; raise NotFound. One statement.

    Nobody of its parties: the caller may look at it, being who may see the orders of its scope.
    """
    row = read(order_id)
    found = parties(row, caller)
    if not found and not caller.can(VIEW, row["scope"]):
        raise NotFound
    return row, found


def read(order_id: UUID) -> Row:
    """Return an order, whoever asks; raise NotFound."""
    rows = app.db.dicts(sql.WHOLE, {"ids": [order_id]})
    if not rows:
        raise NotFound
    return rows[0]


def change_status(order_id: UUID, name: str, caller: Principal, wish: Wish = Wish()) -> Row:
    """Take an order through a transition in the caller's transaction; return it as it is then.

    Of two that race, one moves the order and the other gets OrderStatus (409), which names what
    is allowed now. Raises NotFound when the order is not the caller's, Forbidden when the
    transition is another party's, OrderUnpaid, OrderLate, Invalid without a reason that is
    needed, and PreconditionFailed when it is not at the version that was wished for.
    """
    row, found = visible(order_id, caller)
    return _take(row, app.service(Machine).named(name), _Caller(caller.id, found), wish)


def change_status_to(order_id: UUID, target: str, caller: Principal, wish: Wish = Wish()) -> Row:
    """Take an order to a status by the transition that leads there; raises what `change_status` does."""
    row, found = visible(order_id, caller)
    machine = app.service(Machine)
    transition = machine.towards(target, row, found)
    if transition is None:
        raise machine.refused(target, row, found)
    return _take(row, transition, _Caller(caller.id, found), wish)


def confirm_paid(order_id: UUID) -> OrderCard:
    """Confirm an order whose payment is there; harmless twice. Raises NotFound, OrderStatus."""
    move = _Move(app.service(Machine).named("confirm"), "system", None, "", paid=True)
    with app.db.atomic():
        row = read(order_id)
        moved = _moved(row, move) if row["status"] == PENDING else None
        if moved is not None:
            return card_of(_settled(moved, move))
    row = read(order_id)
    if row["status"] == CANCELLED:
        raise app.service(Machine).refused(CONFIRMED, row, _SYSTEM)
    return card_of(row)


def step_by_itself(order_id: UUID, name: str, source: str, reason: str) -> bool:
    """Take a due order through a transition if it is still in the status it was found in; say whether."""
    transition = replace(app.service(Machine).named(name), sources=(source,))
    released = transition.effect == "release"
    move = _Move(transition, "system", None, reason, paid=name == "cancel", release=released)
    with app.db.atomic():
        moved = _moved(read(order_id), move)
        if moved is not None:
            _settled(moved, move)
        return moved is not None


@dataclass(frozen=True, slots=True)
class _Caller:
    """Who wants an order changed, and as whom they have to do with it."""

    id: UUID | None
    parties: frozenset[Party]


def _take(row: Row, transition: Transition, caller: _Caller, wish: Wish) -> Row:
    party = _party(row, transition, caller.parties)
    reason = wish.reason.strip()
    if transition.needs_reason and not reason:
        raise invalid("/reason", "Say why: the other party reads it.")
    paid, release = transition.effect != "confirm", _goes_back(transition, party, wish.restock)
    move = _Move(transition, party, caller.id, reason, wish.version, paid, release)
    moved = _moved(row, move)
    if moved is None:
        raise _refusal(row["id"], move, caller.parties)
    return _settled(moved, move)


def _goes_back(transition: Transition, party: Party, restock: bool | None) -> bool:
    """Say whether the goods of an order go back into stock with a transition."""
    if transition.effect != "restock":
        if restock is not None:
            raise invalid("/restock", f"To {transition.name} an order leaves nothing to say about its goods.")
        return transition.effect == "release"
    if restock is None:
        return party != "system" and app.settings.of(OrdersSettings).restock
    return restock


def _party(row: Row, transition: Transition, found: Collection[Party]) -> Party:
    """Return as whom the caller takes a transition; raise what explains why they may not."""
    if row["status"] not in transition.sources:
        raise app.service(Machine).refused(transition.target, row, found)
    if "system" in found:
        return "system"
    for party in transition.by:
        if party in found:
            return party
    told = " or ".join(transition.by) or "system"
    raise Forbidden(f"To {transition.name} an order is for its {told}.")


def _moved(row: Row, move: _Move) -> Row | None:
    """Compare and set; return the order as it is then, with what it was (`was`), or None if that is over."""
    transition, now = move.transition, app.clock.now()
    values = {
        "id": row["id"],
        "target": transition.target,
        "sources": list(transition.sources),
        "version": move.version,
        "paid": move.paid,
        "release": move.release,
        "since": now - timedelta(days=transition.days) if transition.days is not None else None,
        "now": now,
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
        if is_late(move.transition, now):
            return _late(move.transition, now, found)
    return app.service(Machine).refused(move.transition.target, now, found)


def _late(transition: Transition, row: Row, found: Collection[Party]) -> OrderLate:
    until = ends(transition, row)
    assert until is not None, "it is late"
    told = f"To {transition.name} this order was possible until {until.isoformat()}."
    return OrderLate(told, until=until.isoformat(), allowed=app.service(Machine).names(row, found))


def _settled(row: Row, move: _Move) -> Row:
    """Let others follow a change that was made, and tell of it."""
    was, releases, after = row.pop("was"), row.pop("releases"), card_of(row)
    before = replace(after, status=was)
    if releases:
        app.hooks.call("orders_release", order=before, lines=after.lines, reason=move.reason)
    elif move.transition.effect == "confirm":
        app.hooks.call("orders_confirm", order=before, lines=after.lines)
    notices.changed(after, move.party, move.reason)
    events = _events(after, move, was)
    if releases and move.transition.effect == "restock":
        events.append(restocked(after, move.party))
    app.bus.publish(*events, scope=after.scope)
    return row


def restocked(order: OrderCard, party: Party) -> OrderRestocked:
    """Return the event of goods that are back in stock."""
    return OrderRestocked(order_id=order.id, buyer_id=order.buyer_id, seller_id=order.seller_id, by=party)


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
