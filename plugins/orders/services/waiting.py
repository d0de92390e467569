"""Orders that nobody acts on: pending ones are cancelled, confirmed ones completed, each once.

Each step is a transaction of its own with the compare-and-set of any other
step, so several workers, and a buyer who acts in the same second, do no harm.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import structlog

from kernel import Problem, app
from plugins.orders import sql
from plugins.orders.services.transitions import step_by_itself
from plugins.orders.states import CONFIRMED, PENDING

log = structlog.get_logger(__name__)

BATCH: Final = 100
_STEPS: Final = {
    PENDING: ("cancel", "It was not confirmed in time."),
    CONFIRMED: ("complete", "Nobody said that something is wrong with it."),
}


def take_due_steps() -> Counter[str]:
    """Take the next step of every order whose time has come; return how often which transition was taken."""
    taken: Counter[str] = Counter()
    due_at, last = datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0)
    while True:
        asked = {"now": app.clock.now(), "after": due_at, "id": last, "limit": BATCH}
        rows = app.db.rows(sql.DUE, asked)
        for order_id, status, moment in rows:
            last, due_at = order_id, moment
            if status in _STEPS and _taken(order_id, status):
                taken[_STEPS[status][0]] += 1
        if len(rows) < BATCH:
            return taken


def _taken(order_id: UUID, status: str) -> bool:
    name, reason = _STEPS[status]
    try:
        return step_by_itself(order_id, name, status, reason)
    except Problem as ex:
        # Another plugin refused: one order must not keep the others waiting, and it is tried again next time.
        log.warning("order_step_refused", order=str(order_id), transition=name, problem=ex.type)
        return False
