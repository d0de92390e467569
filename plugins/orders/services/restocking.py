"""Goods that came back after their order was refunded: in stock again when the seller says so, once."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from kernel import Forbidden, PreconditionFailed, Principal, app, uuid7
from plugins.orders import sql
from plugins.orders.cards import card_of
from plugins.orders.pipeline import Party
from plugins.orders.services.placement import Row
from plugins.orders.services.transitions import read, restocked, visible
from plugins.orders.states import RESTOCKERS, Machine

_REASON = "The goods came back."


def restock(order_id: UUID, caller: Principal, version: int | None = None) -> Row:
    """Put the goods of a refunded order back, in the caller's transaction; harmless when they are.

    Raises NotFound, Forbidden for its buyer, OrderStatus (409) while it is not refunded,
    and PreconditionFailed when `version` (None: any) is not its version.
    """
    row, found = visible(order_id, caller)
    party: Party | None = next((each for each in ("seller", "operator", "system") if each in found), None)
    if party is None:
        raise Forbidden(f"To restock is for its {' or '.join(sorted(RESTOCKERS - {'system'}))}.")
    statuses = list(app.service(Machine).returned)
    values = {"id": order_id, "statuses": statuses, "version": version, "now": app.clock.now()}
    step = {"step_id": uuid7(), "party": party, "actor_id": caller.id}
    for changes in app.db.dicts(sql.RESTOCK, values | step):
        return _told(row | changes, party)
    return _known(order_id, found)


def _told(row: Row, party: Party) -> Row:
    order = card_of(row)
    app.hooks.call("orders_release", order=order, lines=order.lines, reason=_REASON)
    app.bus.publish(restocked(order, party), scope=order.scope)
    return row


def _known(order_id: UUID, found: Collection[Party]) -> Row:
    """Return an order whose goods are back already; raise what explains why they may not go back."""
    row = read(order_id)
    if row["restocked_at"] is not None:
        return row
    if row["status"] not in app.service(Machine).returned:
        raise app.service(Machine).refused("restocked", row, found)
    raise PreconditionFailed(f"It is at version {row['version']} now.", current_version=row["version"])
