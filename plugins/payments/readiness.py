"""What an operator is told: gateways that do not answer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from kernel import HealthCheck
from plugins.payments.models import Operation

if TYPE_CHECKING:
    from kernel import Application

LATE: Final = timedelta(hours=1)


def checked(app: Application) -> HealthCheck:
    """Return whether something asked of a gateway has been open for long."""
    stuck = Operation.select().where(
        Operation.state == "PENDING",
        Operation.result_ref == "",
        Operation.created_at <= app.clock.now() - LATE,
    )
    waiting = stuck.count()
    detail = f"{waiting} operations without an answer for an hour" if waiting else ""
    return HealthCheck("payments", not waiting, detail, {"waiting": waiting})
