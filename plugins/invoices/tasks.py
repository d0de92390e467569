"""Background work: documents whose time is over."""

from __future__ import annotations

from kernel import schedule
from plugins.invoices.services import personal


@schedule(cron="37 3 * * *", timeout=600)
def purge_documents() -> dict[str, int]:
    """Delete documents nobody has to keep any more."""
    return {"purged": personal.purge()}


TASKS = (purge_documents,)
