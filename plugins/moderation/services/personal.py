"""What is stored about a person: hand it over, or erase it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from plugins.moderation.audience import reporter_key
from plugins.moderation.models import Appeal, Case, Complaint, Decision, Entry, Report

_STATED: Final = (
    "id", "kind", "target_id", "status", "hidden", "sanction", "ends_at", "strike_until", "ground_type",
    "ground", "facts", "source", "automated", "created_at", "reversed_at", "reversal",
)  # fmt: skip


def export(user_id: UUID) -> dict[str, Any]:
    """Return what a person reported, what was decided about them, and their appeals.

    Never who reported them, nor which moderator decided.
    """
    reports = (
        Report.select(Report, Case.kind, Case.target_id)
        .join(Case)
        .where(Report.reporter_key == reporter_key(user_id))
    )
    decisions = Decision.select().where(Decision.owner_id == user_id).order_by(Decision.id)
    complaints = Complaint.select().join(Report).where(Report.reporter_key == reporter_key(user_id))
    appeals = Appeal.select().where(Appeal.appellant_id == user_id).order_by(Appeal.id)
    return {
        "reports": [
            {
                "kind": row.case.kind,
                "target_id": row.case.target_id,
                "reason": row.reason,
                "details": row.details,
                "at": row.created_at,
            }
            for row in reports.order_by(Report.id)
        ],
        "decisions": [{name: row.__data__[name] for name in _STATED} for row in decisions],
        "complaints": [
            {
                "report_id": row.__data__["report"],
                "text": row.text,
                "status": row.status,
                "answer": row.answer,
            }
            for row in complaints.order_by(Complaint.id)
        ],
        "appeals": [
            {
                "decision_id": row.__data__["decision"],
                "text": row.text,
                "status": row.status,
                "answer": row.answer,
            }
            for row in appeals
        ],
    }


def erase(user_id: UUID) -> None:
    """Let a person be nobody in what they reported, in what was decided, and in what they decided.

    What they wrote goes; that something was decided, and why, stays. A second time changes nothing.
    """
    mine = Report.select(Report.id).where(Report.reporter_key == reporter_key(user_id))
    Complaint.update(text="").where(Complaint.report.in_(mine)).execute()
    Report.update(reporter_key=None, reporter_id=None, details="").where(
        Report.reporter_key == reporter_key(user_id)
    ).execute()
    Case.update(owner_id=None, snapshot={"title": "", "text": "", "url": ""}).where(
        Case.owner_id == user_id
    ).execute()
    Decision.update(owner_id=None, facts="").where(Decision.owner_id == user_id).execute()
    Appeal.update(appellant_id=None, text="").where(Appeal.appellant_id == user_id).execute()
    Case.update(claimed_by=None, claimed_at=None).where(Case.claimed_by == user_id).execute()
    for table, column in (
        (Case, Case.decided_by),
        (Decision, Decision.decided_by),
        (Decision, Decision.reversed_by),
        (Appeal, Appeal.decided_by),
        (Appeal, Appeal.contested_by),
        (Complaint, Complaint.decided_by),
        (Complaint, Complaint.contested_by),
        (Entry, Entry.actor_id),
    ):
        table.update({column: None}).where(column == user_id).execute()
