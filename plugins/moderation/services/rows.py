"""Cases and decisions as the services take hold of them: locked, moved, written down.

Locks are taken in one order: case, decision, appeal, the owner's standing, the thing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from kernel import NotFound, PreconditionFailed, Principal, app
from plugins.moderation.audience import reviews
from plugins.moderation.kinds import ModeratableType, Types
from plugins.moderation.models import Case, Decision, Entry
from plugins.moderation.problems import CaseClaimed
from plugins.moderation.settings import ModerationSettings
from plugins.moderation.states import TRANSITIONS, refused

_LOCK: Any = "FOR NO KEY UPDATE"  # lines of the trail refer to the case meanwhile


def locked(case_id: UUID) -> Case:
    """Return a case, locked until the transaction ends; raise NotFound."""
    row: Case | None = Case.select().where(Case.id == case_id).for_update(_LOCK).first()
    if row is None:
        raise NotFound
    return row


def locked_decision(decision_id: UUID) -> Decision:
    """Return a decision, locked until the transaction ends; raise NotFound."""
    row: Decision | None = Decision.select().where(Decision.id == decision_id).for_update(_LOCK).first()
    if row is None:
        raise NotFound
    return row


def held(moderator: Principal, case_id: UUID, version: int | None) -> Case:
    """Return a locked case when this moderator may act on it now.

    Raises NotFound when it is not theirs, PreconditionFailed at another version,
    CaseClaimed while another moderator has it.
    """
    case = locked(case_id)
    if not reviews(moderator, case):
        raise NotFound
    expect(case, version)
    _require_unclaimed(case, moderator)
    return case


def expect(row: Any, version: int | None) -> None:
    """Raise PreconditionFailed unless a locked row is at `version` (None: any)."""
    if version not in {None, row.version}:
        raise PreconditionFailed(f"It is at version {row.version} now.", current_version=row.version)


def _require_unclaimed(case: Case, moderator: Principal) -> None:
    if case.status != "REVIEWING" or case.claimed_by in {None, moderator.id}:
        return
    minutes = app.settings.of(ModerationSettings).claim_minutes
    until = cast("datetime", case.claimed_at) + timedelta(minutes=minutes)
    if until > app.clock.now():
        raise CaseClaimed("Take another, or wait.", claimed_until=until.isoformat())


def move(case: Case, name: str, actor: UUID | None, note: str = "", **changes: Any) -> Case:
    """Take a locked case through a transition and write it down; raise CaseStatus."""
    transition = TRANSITIONS[name]
    if case.status not in transition.sources:
        raise refused(name, case.status)
    after = Case.compare_and_set(
        case.id, None, Case.status == case.status, status=transition.target, **changes
    )
    write_down(case.id, name, actor, note)
    return after


def write_down(case_id: UUID, what: str, actor: UUID | None = None, note: str = "") -> None:
    """Add a line to a case's trail."""
    Entry.create(case=case_id, what=what, actor_id=actor, note=note)


def type_of(row: Case | Decision) -> ModeratableType | None:
    """Return the kind of a thing; None when its plugin is not enabled (any more)."""
    return app.service(Types).get(row.kind)
