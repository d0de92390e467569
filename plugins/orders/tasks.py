"""Background work: orders that nobody acts on."""

from __future__ import annotations

from kernel import schedule
from plugins.orders.services import waiting


@schedule(cron="* * * * *", timeout=300)
def step_due_orders() -> dict[str, int]:
    """Cancel pending orders whose time has run out, complete confirmed ones nobody objected to."""
    return dict(waiting.take_due_steps())


TASKS = (step_due_orders,)
