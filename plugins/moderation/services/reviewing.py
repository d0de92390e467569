"""What moderators do with cases: take, give back, resolve, dismiss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kernel import Principal, app
from plugins.moderation import notices
from plugins.moderation.audience import person
from plugins.moderation.models import Case, Decision
from plugins.moderation.services import deciding, reversing
from plugins.moderation.services.rows import held, locked_decision, move, write_down


def claim(moderator: Principal, case_id: UUID, version: int | None) -> None:
    """Take a case, for `claim_minutes`; of two at once one gets CaseClaimed."""
    with app.db.atomic():
        case = held(moderator, case_id, version)
        move(case, "claim", moderator.id, claimed_by=person(moderator), claimed_at=app.clock.now())


def release(moderator: Principal, case_id: UUID, version: int | None) -> None:
    """Give a case back to the queue; raise CaseStatus when nobody has it."""
    with app.db.atomic():
        move(held(moderator, case_id, version), "release", moderator.id, claimed_by=None, claimed_at=None)


def note(moderator: Principal, case_id: UUID, text: str) -> None:
    """Write something into a case's trail for other moderators."""
    with app.db.atomic():
        write_down(held(moderator, case_id, None).id, "note", moderator.id, text)


def resolve(moderator: Principal, case_id: UUID, version: int | None, given: Mapping[str, Any]) -> None:
    """Take a measure: it, its strike, the end of every report and the message to the person are one commit.

    Raises NotFound, CaseStatus, CaseClaimed, PreconditionFailed, Invalid, Forbidden.
    """
    with app.db.atomic():
        case = held(moderator, case_id, version)
        after = move(case, "resolve", moderator.id, given["note"], **_by(moderator))
        measure = deciding.measured(after, moderator, given)
        deciding.decide(after, measure, moderator)
        _settle(after, moderator, tell=False)
        notices.tell_reporters(after)


def dismiss(moderator: Principal, case_id: UUID, version: int | None, reason: str) -> None:
    """Find nothing wrong: what a threshold hid meanwhile is shown again. Raises as `resolve` does."""
    with app.db.atomic():
        case = held(moderator, case_id, version)
        after = move(case, "dismiss", moderator.id, reason, **_by(moderator))
        _settle(after, moderator, tell=True)
        notices.tell_reporters(after)


def _settle(case: Case, moderator: Principal, *, tell: bool) -> None:
    """Take back what was done until a moderator would look: what they decided has its place."""
    wanted = (Decision.case == case.id, Decision.interim, Decision.status == "IN_FORCE")
    for row in list(Decision.select(Decision.id).where(*wanted).order_by(Decision.id)):
        interim = locked_decision(row.id)
        if interim.status == "IN_FORCE":
            reversing.undo(interim, moderator, "A moderator has looked at it.", tell=tell)


def _by(moderator: Principal) -> dict[str, Any]:
    return {
        "decided_by": moderator.id,
        "decided_at": app.clock.now(),
        "claimed_by": None,
        "claimed_at": None,
    }
