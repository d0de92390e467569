"""Background work: scores of a new month."""

from __future__ import annotations

from kernel import schedule
from plugins.reviews.services import reputation


@schedule(cron="11 * * * *", timeout=300)
def refresh_reputations() -> dict[str, int]:
    """Let reviews weigh less as they grow old: once a month for each reputation."""
    return {"refreshed": reputation.refresh()}


TASKS = (refresh_reputations,)
