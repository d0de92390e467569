"""The end of documents: reminders before it, expiry at it. Batches claimed with SKIP LOCKED."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from kernel import app
from plugins.verification import notices
from plugins.verification.events import RequestExpired
from plugins.verification.kinds import Kinds
from plugins.verification.models import Request
from plugins.verification.services.rows import move, publish, verified
from plugins.verification.settings import VerificationSettings

BATCH: Final = 100


def expire() -> int:
    """Expire approvals whose documents have; return how many."""
    return _until_none(_expire_batch)


def remind() -> int:
    """Tell people whose documents expire soon, once for each approval; return how many."""
    return _until_none(_remind_batch) if app.settings.of(VerificationSettings).reminder_days else 0


def _until_none(batch: Any) -> int:
    done = 0
    while n := batch():
        done += n
    return done


def _expire_batch() -> int:
    kinds = app.service(Kinds)
    with app.db.atomic():
        rows = _due(app.clock.now())
        for request in rows:
            after, kind = move(request, "expire", None), kinds.get(request.kind)
            if kind is not None:
                kind.on_ended(verified(request))
                notices.decided("expired", after, kind)
            publish(RequestExpired, after)
        return len(rows)


def _remind_batch() -> int:
    kinds = app.service(Kinds)
    soon = app.clock.now() + timedelta(days=app.settings.of(VerificationSettings).reminder_days)
    with app.db.atomic():
        rows = _due(soon, ~Request.reminded)
        Request.update(reminded=True).where(Request.id.in_([row.id for row in rows])).execute()
        for request in rows:
            kind = kinds.get(request.kind)
            if kind is not None:
                notices.decided("expiring", request, kind)
        return len(rows)


def _due(before: datetime, *conditions: Any) -> list[Request]:
    due: Any = Request.select().where(Request.status == "APPROVED", Request.expires_at <= before, *conditions)
    return list(due.order_by(Request.expires_at).limit(BATCH).for_update("FOR UPDATE SKIP LOCKED"))
