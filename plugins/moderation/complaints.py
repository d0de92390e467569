"""Read paths of complaints: a reporter's own, and those to be decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from kernel import NotFound, Page, Principal, paginate
from plugins.moderation.audience import reporter_key, reviews, where_reviewed
from plugins.moderation.models import Case, Complaint, Report

_SHOWN: Final = ("id", "text", "status", "answer", "created_at", "decided_at", "version")


def own(report_id: UUID, user_id: UUID) -> dict[str, Any]:
    """Return the complaint about a report of one's own; raise NotFound. One statement."""
    mine = (Complaint.report == report_id) & (Report.reporter_key == reporter_key(user_id))
    row = Complaint.select().join(Report).where(mine).first()
    if row is None:
        raise NotFound
    return _shown(row)


def page(moderator: Principal, asked: Mapping[str, Any]) -> Page[dict[str, Any]]:
    """Return a page of complaints to be decided, who waits longest first: one statement."""
    theirs = where_reviewed(moderator, Case, Complaint.scope)
    query = _all().where(theirs, Complaint.status == asked.get("status", "PENDING"))
    found = paginate(query, (Complaint.id,), cursor=asked["cursor"], limit=asked["limit"])
    return Page([_heard(row) for row in found.items], found.next)


def one(complaint_id: UUID, moderator: Principal) -> dict[str, Any]:
    """Return a complaint as moderators see it; raise NotFound. One statement."""
    row = _all().where(Complaint.id == complaint_id).first()
    if row is None or not reviews(moderator, row.case):
        raise NotFound
    return _heard(row)


def _all() -> Any:
    return Complaint.select(Complaint, Case, Report).join(Case).switch(Complaint).join(Report)


def _shown(row: Complaint) -> dict[str, Any]:
    return {name: row.__data__[name] for name in _SHOWN} | {"report_id": row.__data__["report"]}


def _heard(row: Complaint) -> dict[str, Any]:
    return _shown(row) | {
        "case_id": row.case.id,
        "kind": row.case.kind,
        "target_id": row.case.target_id,
        "scope": row.scope or None,
        "reason": row.report.reason,
        "details": row.report.details,
        "contested_by": row.contested_by,
        "decided_by": row.decided_by,
    }
