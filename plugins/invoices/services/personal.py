"""What is stored about a person: hand it over, or erase it.

Documents stay until `keep_years` are over, with the names they bear: books have to be kept, and erasure
does not reach what the law wants kept (GDPR, Article 17(3)(b)).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from kernel import app
from plugins.invoices.models import Document, Profile
from plugins.invoices.services import profiles
from plugins.invoices.settings import InvoicesSettings

_PURGE = """
DELETE FROM invoices_document WHERE id IN (
    SELECT id FROM invoices_document WHERE issued_at < %(until)s ORDER BY issued_at LIMIT %(limit)s)
RETURNING id
"""
_BATCH = 1000


def export(user_id: UUID) -> dict[str, Any]:
    """Return somebody's name and address for documents, and the documents they are a party of."""
    mine = (Document.seller_id == user_id) | (Document.buyer_id == user_id)
    shown = (Document.kind, Document.number, Document.ref, Document.currency, Document.total)
    found = Document.select(*shown, Document.issued_at, Document.data).where(mine).order_by(Document.id)
    return {"profile": profiles.of(user_id), "documents": list(found.dicts())}


def erase(user_id: UUID) -> None:
    """Forget somebody's name and address; a second time changes nothing."""
    Profile.delete().where(Profile.owner_id == user_id).execute()


def purge() -> int:
    """Delete documents nobody has to keep any more; return how many."""
    until, purged = _kept_since(), 0
    while until is not None:
        gone = len(app.db.rows(_PURGE, {"until": until, "limit": _BATCH}))
        purged += gone
        if gone < _BATCH:
            break
    return purged


def is_over(moment: datetime) -> bool:
    """Say whether documents of that time are kept no more; then none is issued either."""
    until = _kept_since()
    return until is not None and moment < until


def _kept_since() -> datetime | None:
    years, now = app.settings.of(InvoicesSettings).keep_years, app.clock.now()
    if not years:
        return None
    return now.replace(year=now.year - years, day=min(now.day, 28))  # the 29th of February has no like
