"""The messages moderation sends, and the types under which people know them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from kernel import app
from plugins.moderation.models import Case, Decision, Report
from plugins.moderation.settings import ModerationSettings
from plugins.notifications.api import NotificationType, send

TYPES: Final = (
    NotificationType("moderation.statement", "A decision about you or what you published", mandatory=True),
    NotificationType("moderation.reversed", "A decision about you was taken back", mandatory=True),
    NotificationType("moderation.upheld", "Your appeal was decided", mandatory=True),
    NotificationType("moderation.ended", "Your suspension is over"),
    NotificationType("moderation.report_decided", "What became of your report"),
    NotificationType(
        "moderation.complaint_decided", "What became of your complaint about a dismissed report"
    ),
    NotificationType("moderation.new_cases", "There are new cases to moderate"),
)


def statement(decision: Decision, case: Case) -> None:
    """Send the statement of reasons to whom a decision concerns, once, with the way to appeal."""
    if decision.owner_id is None:
        return
    ttl = timedelta(days=app.settings.of(ModerationSettings).appeal_days)
    data = {
        **_data(decision),
        "title": case.snapshot["title"],
        "token": app.auth.codes.issue("moderation.appeal", str(decision.id), ttl, "token"),
        "appeal_until": (app.clock.now() + ttl).isoformat(),
    }
    _send("statement", decision, data)


def reversed_(decision: Decision, reason: str) -> None:
    """Tell that a decision was taken back."""
    _send("reversed", decision, {**_data(decision), "reason": reason})


def upheld(decision: Decision, answer: str) -> None:
    """Tell that an appeal changed nothing, and why."""
    _send("upheld", decision, {**_data(decision), "reason": answer})


def ended(decision: Decision) -> None:
    """Tell that a suspension is over."""
    _send("ended", decision, _data(decision))


def tell_reporters(case: Case) -> None:
    """Tell those who reported under their name what became of it."""
    named = Report.select().where(Report.case == case.id, Report.reporter_id.is_null(False))
    for report in named.order_by(Report.id):
        data = {"title": case.snapshot["title"], "acted": case.status == "RESOLVED", "url": "/v1/reports"}
        assert report.reporter_id is not None, "it is named"
        # A case that was looked at anew is decided a second time.
        send("moderation.report_decided", report.reporter_id, data, key=f"{report.id}:{case.version}")


def complaint_decided(case: Case, report: Report, outcome: str, answer: str) -> None:
    """Tell who complained under their name what came of it."""
    if report.reporter_id is None:
        return
    data = {
        "title": case.snapshot["title"],
        "granted": outcome == "REVERSED",
        "reason": answer,
        "url": f"/v1/reports/{report.id}/complaint",
    }
    send("moderation.complaint_decided", report.reporter_id, data, key=str(report.id))


def new_cases(moderator_id: UUID, count: int) -> None:
    """Tell a moderator how many cases are new."""
    send("moderation.new_cases", moderator_id, {"count": count, "url": "/v1/moderation/cases"})


def _send(name: str, decision: Decision, data: dict[str, Any]) -> None:
    if decision.owner_id is not None:
        send(
            f"moderation.{name}", decision.owner_id, data, key=str(decision.id), scope=decision.scope or None
        )


def _data(decision: Decision) -> dict[str, Any]:
    return {
        "decision_id": str(decision.id),
        "kind": decision.kind,
        "sanction": decision.sanction,
        "hidden": decision.hidden,
        "ends_at": decision.ends_at.isoformat() if decision.ends_at else "",
        "ground_type": decision.ground_type,
        "ground": decision.ground,
        "facts": decision.facts,
        "source": decision.source,
        "automated": decision.automated,
        "url": f"/v1/moderation/statements/{decision.id}",
    }
