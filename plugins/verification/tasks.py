"""Background work: documents that end."""

from __future__ import annotations

from kernel import schedule
from plugins.verification.services import expiry


@schedule(cron="*/10 * * * *", timeout=300)
def expire_documents() -> dict[str, int]:
    """End approvals whose documents have expired."""
    return {"expired": expiry.expire()}


@schedule(cron="7 * * * *", timeout=300)
def remind_of_documents() -> dict[str, int]:
    """Remind people of documents that expire soon."""
    return {"reminded": expiry.remind()}


TASKS = (expire_documents, remind_of_documents)
