"""Appeals: one a decision, filed by whom it concerns, decided by another moderator."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from kernel import Conflict, Forbidden, NotFound, Principal, app, invalid, uuid7
from plugins.moderation import notices
from plugins.moderation.audience import hears
from plugins.moderation.events import AppealDecided, AppealFiled
from plugins.moderation.models import Appeal, Decision
from plugins.moderation.permissions import SANCTION
from plugins.moderation.problems import AppealExists, AppealOver, OwnDecision
from plugins.moderation.services import reversing
from plugins.moderation.services.rows import expect, locked_decision, write_down
from plugins.moderation.settings import ModerationSettings

PURPOSE: Final = "moderation.appeal"
"""What the codes in statements are for: a banned person cannot sign in to appeal."""


def appeal(caller: Principal, decision_id: UUID, text: str, token: str | None) -> UUID:
    """Ask for another look at a decision about oneself; return the appeal's id.

    Signed in, or by the token in the statement. Raises NotFound for a decision
    about somebody else, Invalid for a token that is not good, AppealOver, AppealExists.
    """
    with app.db.atomic():
        if token is not None:
            if app.auth.codes.redeem(PURPOSE, token) != str(decision_id):
                raise invalid("/token", "It is not of this decision, was used, or is too old.")
            decision = locked_decision(decision_id)
        else:
            decision = _own(caller, decision_id)
        _require_open(decision)
        return _filed(decision, text)


def _own(caller: Principal, decision_id: UUID) -> Decision:
    if caller.id is None:
        raise invalid("/token", "Sign in, or send the token of the statement of reasons.")
    decision = locked_decision(decision_id)
    if decision.owner_id != caller.id:
        raise NotFound
    return decision


def _require_open(decision: Decision) -> None:
    days = app.settings.of(ModerationSettings).appeal_days
    if decision.status != "IN_FORCE":
        raise AppealOver("It was taken back.")
    if decision.created_at <= app.clock.now() - timedelta(days=days):
        raise AppealOver(f"It could be appealed for {days} days.")


def _filed(decision: Decision, text: str) -> UUID:
    known = Appeal.get_or_none(Appeal.decision == decision.id)  # its decision is locked: nobody files another
    if known is not None:
        raise AppealExists("It is decided once.", appeal_id=str(known.id))
    made = Appeal.create(
        id=uuid7(), decision=decision.id, appellant_id=decision.owner_id, scope=decision.scope, text=text,
        status="PENDING", contested_by=decision.decided_by, answer="",
    )  # fmt: skip
    write_down(decision.__data__["case"], "appeal", decision.owner_id)
    app.bus.publish(AppealFiled(appeal_id=made.id, decision_id=decision.id), scope=decision.scope or None)
    return UUID(str(made.id))


def uphold(moderator: Principal, appeal_id: UUID, version: int | None, answer: str) -> None:
    """Leave the decision as it is; raise NotFound, OwnDecision, Conflict, PreconditionFailed."""
    with app.db.atomic():
        decision, found = _heard(moderator, appeal_id, version)
        _decided(moderator, decision, found, "UPHELD", answer)
        notices.upheld(decision, answer)


def grant(moderator: Principal, appeal_id: UUID, version: int | None, answer: str) -> None:
    """Take the decision back, with all it did; raises as `uphold` does."""
    with app.db.atomic():
        decision, found = _heard(moderator, appeal_id, version)
        _decided(moderator, decision, found, "REVERSED", answer)
        reversing.undo(decision, moderator, answer)


def _heard(moderator: Principal, appeal_id: UUID, version: int | None) -> tuple[Decision, Appeal]:
    place = Appeal.select(Appeal.decision).where(Appeal.id == appeal_id).tuples().first()
    if place is None:
        raise NotFound
    decision = locked_decision(place[0])
    found: Appeal = Appeal.select().where(Appeal.id == appeal_id).for_update().get()
    if not hears(moderator, found):
        raise NotFound
    if found.contested_by is not None and found.contested_by == moderator.id:
        raise OwnDecision("Leave it to another moderator.")
    if decision.sanction in {"SUSPENSION", "BAN"} and not moderator.can(SANCTION):
        raise Forbidden(f"A {decision.sanction.lower()} is reviewed by who holds {SANCTION}.")
    expect(found, version)
    if found.status != "PENDING":
        raise Conflict(f"The appeal is {found.status} already.")
    return decision, found


def _decided(moderator: Principal, decision: Decision, found: Appeal, outcome: str, answer: str) -> None:
    by: Any = moderator.id
    Appeal.compare_and_set(
        found.id, None, Appeal.status == "PENDING",
        status=outcome, decided_by=by, decided_at=app.clock.now(), answer=answer,
    )  # fmt: skip
    write_down(decision.__data__["case"], f"appeal:{outcome}", moderator.id, answer)
    said = AppealDecided(appeal_id=found.id, decision_id=decision.id, outcome=outcome)
    app.bus.publish(said, scope=decision.scope or None)
