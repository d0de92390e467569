"""Background work: what time does to bookings."""

from __future__ import annotations

from typing import Final

from kernel import schedule
from plugins.bookings.services import clockwork


@schedule(every=30, timeout=300)
def expire() -> dict[str, int]:
    """End holds whose time is over, and requests nobody answered in time."""
    return {"expired": clockwork.expire()}


@schedule(cron="* * * * *", timeout=300)
def remind() -> dict[str, int]:
    """Remind the parties of what begins soon."""
    return {"reminded": clockwork.remind()}


@schedule(cron="*/10 * * * *", timeout=300)
def complete() -> dict[str, int]:
    """Complete what took place."""
    return {"completed": clockwork.complete()}


TASKS: Final = (expire, remind, complete)
