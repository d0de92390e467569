"""Objects of moderation for the generated tests."""

from __future__ import annotations

from uuid import UUID

from kernel import SYSTEM, uuid7
from kernel.application import Application
from kernel.auth.principals import Principal
from kernel.testing.samples import Sample, sample
from plugins.accounts import api as accounts
from plugins.moderation.models import Case, Decision, Report
from plugins.moderation.services import appealing, complaining, reporting, reviewing

CASE = "/moderation/cases/{case_id}"
REASON = {"reason": "There is nothing wrong with it."}
MEASURE = {
    "sanction": "WARNING", "days": None, "hide": False, "ground_type": "TERMS", "ground": "4.2",
    "facts": "Spam.", "note": "",
}  # fmt: skip


def heard(name: str) -> list[str]:
    """Return the paths by which moderators hear one contest of a decision."""
    one = f"/moderation/{name}/{{contest_id}}"
    return [one, f"{one}/uphold", f"{one}/grant"]


def somebody(app: Application, *roles: str) -> UUID:
    """Open an account with roles."""
    made = accounts.create_user(name="Sample", email=f"sample-{uuid7().hex}@example.com", verified=True)
    for role in roles:
        app.auth.grant(made, role)
    return made


def reported(app: Application) -> tuple[Case, UUID, UUID]:
    """Return the case of somebody reported, the report's id and whose it is."""
    reporter = Principal(id=somebody(app), kind="user")
    made = reporting.report(reporter, "user", somebody(app), "spam", "Look.", anonymous=False)
    assert reporter.id is not None, "it has an account"
    return Report.get_by_id(made).case, made, reporter.id


def decided(app: Application) -> Decision:
    """Return a decision about somebody."""
    case, _, _ = reported(app)
    reviewing.resolve(SYSTEM, case.id, None, MEASURE)
    found: Decision = Decision.get(Decision.case == case.id)
    return found


@sample("report_id")
def report(app: Application) -> Sample:
    _, made, reporter = reported(app)
    return Sample({"report_id": made}, owner=reporter)


@sample("case_id")
def case(app: Application) -> Sample:
    made, _, _ = reported(app)
    bodies = {
        f"POST {CASE}/resolve": {"sanction": "WARNING", "ground": "4.2", "facts": "Spam."},
        f"POST {CASE}/dismiss": REASON,
        f"POST {CASE}/note": {"text": "Look at the second photograph."},
    }
    return Sample({"case_id": made.id}, owner=somebody(app, "moderator"), bodies=bodies)


@sample("case_id", paths=[f"POST {CASE}/release"])
def claimed(app: Application) -> Sample:
    made, _, _ = reported(app)
    moderator = somebody(app, "moderator")
    reviewing.claim(app.auth.principal_of(moderator), made.id, None)
    return Sample({"case_id": made.id}, owner=moderator)


@sample("decision_id")
def decision(app: Application) -> Sample:
    return Sample({"decision_id": decided(app).id}, owner=somebody(app, "moderator"), bodies={"POST": REASON})


@sample("decision_id", paths=["/moderation/statements/{decision_id}"])
def statement(app: Application) -> Sample:
    made = decided(app)
    assert made.owner_id is not None, "it is about somebody"
    return Sample({"decision_id": made.id}, owner=made.owner_id)


def appealed(app: Application) -> tuple[UUID, UUID]:
    """Return an appeal's id, and whose it is."""
    made = decided(app)
    assert made.owner_id is not None, "it is about somebody"
    return appealing.appeal(Principal(id=made.owner_id, kind="user"), made.id, "No.", None), made.owner_id


@sample("appeal_id", paths=["/appeals/{appeal_id}"])
def appeal(app: Application) -> Sample:
    made, owner = appealed(app)
    return Sample({"appeal_id": made}, owner=owner)


@sample("contest_id", paths=heard("appeals"))
def hearing(app: Application) -> Sample:
    made, _ = appealed(app)
    return Sample({"contest_id": made}, owner=somebody(app, "moderator"), bodies={"POST": REASON})


def dismissed(app: Application) -> tuple[UUID, UUID]:
    """Return a report that was dismissed, and whose it is."""
    case, made, reporter = reported(app)
    reviewing.dismiss(SYSTEM, case.id, None, "No.")
    return made, reporter


@sample("report_id", paths=["POST /reports/{report_id}/complaint"])
def over(app: Application) -> Sample:
    made, reporter = dismissed(app)
    return Sample({"report_id": made}, owner=reporter, bodies={"POST": {"text": "Look at the photograph."}})


@sample("report_id", paths=["GET /reports/{report_id}/complaint"])
def complained(app: Application) -> Sample:
    made, reporter = dismissed(app)
    complaining.complain(Principal(id=reporter, kind="user"), made, "Look again.")
    return Sample({"report_id": made}, owner=reporter)


@sample("contest_id", paths=heard("complaints"))
def complaint(app: Application) -> Sample:
    made, reporter = dismissed(app)
    found = complaining.complain(Principal(id=reporter, kind="user"), made, "Look again.")
    return Sample({"contest_id": found}, owner=somebody(app, "moderator"), bodies={"POST": REASON})
