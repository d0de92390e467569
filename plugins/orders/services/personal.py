"""What is stored about a person: hand it over, or erase it.

An order is a record of two people's business: it stays, under an id that leads
nowhere any more. What the person wrote goes, and orders still pending are
cancelled.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import app
from plugins.orders import sql
from plugins.orders.models import Order, Step
from plugins.orders.services.transitions import step_by_itself
from plugins.orders.states import PENDING

_SIDES: Final = {"bought": "buyer", "sold": "seller"}
_PENDING: Final = """
SELECT id FROM orders_order WHERE (buyer_id = %(id)s OR seller_id = %(id)s) AND status = 'PENDING' ORDER BY id
"""
_STEPS: Final = """
SELECT order_id, transition, status, reason, created_at AS at
FROM orders_step WHERE actor_id = %(id)s ORDER BY id
"""


def export(user_id: UUID) -> dict[str, Any]:
    """Return a person's orders as buyer and as seller, and the changes of status they made."""
    found: dict[str, Any] = {
        side: app.db.dicts(sql.page((party,)), {"person": user_id, "limit": None})
        for side, party in _SIDES.items()
    }
    return found | {"steps": app.db.dicts(_STEPS, {"id": user_id})}


def erase(user_id: UUID) -> None:
    """Cancel what is pending, erase what the person wrote; a second time changes nothing."""
    for (order_id,) in app.db.rows(_PENDING, {"id": user_id}):
        step_by_itself(order_id, "cancel", PENDING, "The other party's account was deleted.")
    Order.update(note="").where(Order.buyer_id == user_id, Order.note != "").execute()
    Step.update(reason="").where(Step.actor_id == user_id, Step.reason != "").execute()
