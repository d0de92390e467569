"""What the clock starts."""

from __future__ import annotations

from contrib.clerk import webhooks
from kernel import schedule


@schedule(cron="41 4 * * *")
def purge_webhooks() -> None:
    """Forget the ids of messages that do not come again."""
    webhooks.purge()


TASKS = (purge_webhooks,)
