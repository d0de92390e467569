"""What the clock starts. A task's identity is its module path: never move one."""

from __future__ import annotations

from kernel import schedule
from stoa_loyalty import services


@schedule(cron="0 3 * * *", retries=3)
def lapse_idle_accounts() -> None:
    """Empty the accounts that lay still too long, every night at three (UTC)."""
    while services.lapse():
        pass


TASKS = (lapse_idle_accounts,)
