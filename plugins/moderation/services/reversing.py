"""Take decisions back: what was hidden is shown, the strike is gone, the standing is what it was."""

from __future__ import annotations

from uuid import UUID

from kernel import Conflict, NotFound, Principal, app
from plugins.moderation import notices
from plugins.moderation.audience import reviews
from plugins.moderation.events import DecisionReversed
from plugins.moderation.models import Appeal, Decision
from plugins.moderation.services import standings
from plugins.moderation.services.deciding import key_of
from plugins.moderation.services.rows import expect, locked_decision, type_of, write_down


def reverse(moderator: Principal, decision_id: UUID, version: int | None, reason: str) -> None:
    """Take a decision back on a moderator's own accord; an appeal against it has succeeded then.

    Raises NotFound, PreconditionFailed, Conflict when it was taken back before.
    """
    with app.db.atomic():
        decision = locked_decision(decision_id)
        if not reviews(moderator, decision):
            raise NotFound
        expect(decision, version)
        undo(decision, moderator, reason)
        pending = (Appeal.decision == decision_id) & (Appeal.status == "PENDING")
        # Who decided may see the error; the appeal is then nobody's decision.
        by = None if moderator.id == decision.decided_by else moderator.id
        Appeal.update(
            status="REVERSED",
            answer=reason,
            decided_by=by,
            decided_at=app.clock.now(),
            version=Appeal.version + 1,
        ).where(pending).execute()


def undo(decision: Decision, by: Principal, reason: str, *, tell: bool = True) -> None:
    """Take a locked decision back, whole; raise Conflict when it was before, or cannot be shown again."""
    if decision.status != "IN_FORCE":
        raise Conflict("It was taken back already.")
    if decision.owner_id is not None:
        standings.hold(decision.owner_id)
    Decision.compare_and_set(
        decision.id, None, Decision.status == "IN_FORCE",
        status="REVERSED", reversed_by=by.id, reversed_at=app.clock.now(), reversal=reason,
    )  # fmt: skip
    standings.lift(by, decision, reason)
    if decision.hidden:
        _restore(decision)
    write_down(decision.__data__["case"], "reverse", by.id, reason)
    _tell(decision, reason, tell=tell)


def _restore(decision: Decision) -> None:
    type_ = type_of(decision)
    if type_ is None or type_.restore is None:
        raise Conflict(f"Nothing enabled shows a {decision.kind} again: enable its plugin first.")
    type_.restore(decision.target_id, key_of(decision.id))


def _tell(decision: Decision, reason: str, *, tell: bool) -> None:
    said = DecisionReversed(
        decision_id=decision.id,
        kind=decision.kind,
        target_id=decision.target_id,
        owner_id=decision.owner_id,
    )
    app.bus.publish(said, scope=decision.scope or None)
    if tell:
        notices.reversed_(decision, reason)
