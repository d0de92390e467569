"""Background work: what the time brings for subscriptions."""

from __future__ import annotations

from kernel import schedule
from plugins.subscriptions.services import renewing


@schedule(cron="*/5 * * * *", timeout=600)
def renew_subscriptions() -> dict[str, int]:
    """Renew, collect anew, switch and end what is due."""
    return {"steps": renewing.take_due_steps()}


TASKS = (renew_subscriptions,)
