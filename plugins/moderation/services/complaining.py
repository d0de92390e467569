"""Complaints of reporters whose report was dismissed: one a report, decided by another moderator.

The internal complaint-handling that article 20 of the EU's Digital Services Act gives to
those who submitted a notice. Who reported anonymously may complain as well: the
report's keyed hash recognises them.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from peewee import IntegrityError

from kernel import Conflict, NotFound, Principal, app, violated_constraint
from plugins.moderation import notices
from plugins.moderation.audience import person, reporter_key, reviews
from plugins.moderation.models import Case, Complaint, Report
from plugins.moderation.problems import ComplaintExists, ComplaintOver, OwnDecision
from plugins.moderation.services.rows import expect, locked, write_down
from plugins.moderation.settings import ModerationSettings


def complain(caller: Principal, report_id: UUID, text: str) -> UUID:
    """Ask for another look at a dismissed report of one's own; return the complaint's id.

    Raises NotFound for another's report, ComplaintOver, ComplaintExists.
    """
    with app.db.atomic():
        report, case = _own(caller, report_id)
        _require_open(case)
        known = Complaint.get_or_none(Complaint.report == report.id)  # the case is locked: no other is filed
        if known is not None:
            raise ComplaintExists("It is decided once.", complaint_id=str(known.id))
        made = Complaint.create(
            case=case.id, report=report.id, scope=case.scope, text=text, status="PENDING",
            contested_by=case.decided_by, answer="",
        )  # fmt: skip
        write_down(case.id, "complaint")  # by nobody: the report may be anonymous
        return UUID(str(made.id))


def uphold(moderator: Principal, complaint_id: UUID, version: int | None, answer: str) -> None:
    """Leave a case dismissed; raise NotFound, OwnDecision, Conflict, PreconditionFailed."""
    with app.db.atomic():
        case, found = _heard(moderator, complaint_id, version)
        _decide(moderator, case, found, "UPHELD", answer)


def grant(moderator: Principal, complaint_id: UUID, version: int | None, answer: str) -> None:
    """Look at a case anew: it is the moderator's to decide now; raises as `uphold` does.

    It settles all complaints about the case. One that was reported anew meanwhile stays as it is:
    the open case is decided.
    """
    with app.db.atomic():
        case, found = _heard(moderator, complaint_id, version)
        _decide(moderator, case, found, "REVERSED", answer)
        others = Complaint.select().where(Complaint.case == case.id, Complaint.status == "PENDING")
        for other in others.order_by(Complaint.id).for_update():
            _decide(moderator, case, other, "REVERSED", answer)
        _reopen(case, moderator)


def _own(caller: Principal, report_id: UUID) -> tuple[Report, Case]:
    """Return a report of the caller's with its case, which is locked; raise NotFound."""
    mine = Report.reporter_key == reporter_key(person(caller))
    report = Report.get_or_none(Report.id == report_id, mine)
    if report is None:
        raise NotFound
    return report, locked(report.__data__["case"])


def _require_open(case: Case) -> None:
    days = app.settings.of(ModerationSettings).appeal_days
    if case.status != "DISMISSED" or case.decided_at is None:
        raise ComplaintOver("It was not dismissed.")
    if case.decided_at <= app.clock.now() - timedelta(days=days):
        raise ComplaintOver(f"There were {days} days to complain.")


def _heard(moderator: Principal, complaint_id: UUID, version: int | None) -> tuple[Case, Complaint]:
    place = Complaint.select(Complaint.case).where(Complaint.id == complaint_id).tuples().first()
    if place is None:
        raise NotFound
    case = locked(place[0])
    found: Complaint = Complaint.select().where(Complaint.id == complaint_id).for_update().get()
    if not reviews(moderator, case):
        raise NotFound
    if found.contested_by is not None and found.contested_by == moderator.id:
        raise OwnDecision("Leave it to another moderator.")
    expect(found, version)
    if found.status != "PENDING":
        raise Conflict(f"The complaint is {found.status} already.")
    return case, found


def _decide(moderator: Principal, case: Case, found: Complaint, outcome: str, answer: str) -> None:
    settled = {"status": outcome, "decided_by": moderator.id, "decided_at": app.clock.now(), "answer": answer}
    Complaint.compare_and_set(found.id, None, Complaint.status == "PENDING", **settled)
    write_down(case.id, f"complaint:{outcome}", moderator.id, answer)
    notices.complaint_decided(case, Report.get_by_id(found.__data__["report"]), outcome, answer)


def _reopen(case: Case, moderator: Principal) -> None:
    if case.status != "DISMISSED":
        return  # another complaint about it was granted before
    anew = {"decided_by": None, "decided_at": None, "claimed_by": person(moderator)}
    try:
        with app.db.atomic():
            Case.compare_and_set(
                case.id, None, Case.status == "DISMISSED",
                status="REVIEWING", claimed_at=app.clock.now(), **anew,
            )  # fmt: skip
    except IntegrityError as ex:
        if violated_constraint(ex) != "moderation_case_open":
            raise
        return  # the thing was reported anew: its open case is decided
    write_down(case.id, "reopen", moderator.id)
