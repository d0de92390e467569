"""Background work: suspensions that end, thresholds that hide."""

from __future__ import annotations

from kernel import schedule
from plugins.moderation.services import digesting, lapsing


@schedule(every=60, timeout=300)
def end_suspensions() -> dict[str, int]:
    """Write down and tell that suspensions are over."""
    return {"ended": lapsing.end_suspensions()}


@schedule(every=30, timeout=300)
def weigh_reports() -> dict[str, int]:
    """Hide what many people reported until a moderator has looked."""
    return {"hidden": lapsing.weigh()}


@schedule(cron="5 * * * *", timeout=300)
def tell_moderators() -> dict[str, int]:
    """Tell moderators of the cases that are new since the last time."""
    return {"told": digesting.tell_moderators()}


TASKS = (end_suspensions, weigh_reports, tell_moderators)
