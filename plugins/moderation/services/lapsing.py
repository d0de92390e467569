"""What happens by itself: suspensions that end, thresholds that hide. Batches claimed with SKIP LOCKED.

A suspension ends by the clock wherever it is read; this job follows and tells.
Thresholds are weighed here and not where a report is made: what they cause bears
no trace of who made it.
"""

from __future__ import annotations

from typing import Any, Final

from peewee import fn

from kernel import SYSTEM, app
from plugins.moderation import notices
from plugins.moderation.events import SanctionEnded
from plugins.moderation.kinds import Types
from plugins.moderation.models import Case, Decision
from plugins.moderation.services import deciding
from plugins.moderation.services.rows import write_down
from plugins.moderation.settings import ModerationSettings
from plugins.moderation.states import OPEN

BATCH: Final = 100
_SKIP: Final = "FOR NO KEY UPDATE SKIP LOCKED"


def end_suspensions() -> int:
    """Write down and tell that suspensions are over; return how many."""
    return _until_none(_end_batch)


def weigh() -> int:
    """Hide what so many people reported that it should not wait for a moderator; return how many."""
    return _until_none(_weigh_batch) if app.settings.of(ModerationSettings).hide_reports else 0


def _until_none(batch: Any) -> int:
    done = 0
    while n := batch():
        done += n
    return done


def _end_batch() -> int:
    now = app.clock.now()
    with app.db.atomic():
        due: Any = Decision.select().where(
            Decision.ends_at.is_null(False), Decision.ends_at <= now, Decision.ended_at.is_null()
        )
        rows = list(due.order_by(Decision.ends_at).limit(BATCH).for_update(_SKIP))
        for decision in rows:
            Decision.compare_and_set(decision.id, None, ended_at=now)
            if decision.status == "IN_FORCE":
                write_down(decision.__data__["case"], "end")
                said = SanctionEnded(decision_id=decision.id, owner_id=decision.owner_id)
                app.bus.publish(said, scope=decision.scope or None)
                notices.ended(decision)
        return len(rows)


def _weigh_batch() -> int:
    needed = app.settings.of(ModerationSettings).hide_reports
    kinds = [one.kind for one in app.service(Types) if one.hide is not None]
    weighed = Decision.select().where(Decision.case == Case.id, Decision.interim)
    with app.db.atomic():
        due: Any = Case.select().where(
            Case.status.in_(OPEN), Case.kind.in_(kinds), Case.reports >= needed, ~fn.EXISTS(weighed)
        )
        rows = list(due.order_by(Case.id).limit(BATCH).for_update(_SKIP))
        for case in rows:
            facts = f"{case.reports} people reported it. A moderator has not looked at it yet."
            measure = deciding.Measure(
                "NONE", True, "It is hidden until a moderator has looked at it.", facts
            )
            deciding.decide(case, measure, SYSTEM, automated=True)
        return len(rows)
