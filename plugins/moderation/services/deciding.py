"""Decisions: measures with their strike and reasons, in the transaction that closes the case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kernel import Forbidden, Principal, app, invalid, uuid7
from plugins.moderation import notices
from plugins.moderation.events import DecisionMade
from plugins.moderation.models import Case, Decision, Report
from plugins.moderation.permissions import SANCTION
from plugins.moderation.rules import rungs
from plugins.moderation.services import standings
from plugins.moderation.services.rows import type_of, write_down
from plugins.moderation.settings import ModerationSettings


@dataclass(frozen=True, slots=True)
class Measure:
    """What is to be done: `days` of a suspension, the rule or law it rests on, what happened."""

    sanction: str
    hide: bool
    ground: str
    facts: str
    ground_type: str = "TERMS"
    days: int = 0


def measured(case: Case, moderator: Principal, given: Mapping[str, Any]) -> Measure:
    """Return what a moderator asks for, the next rung of the ladder looked up; hold the person judged.

    Raises Invalid for a measure that does nothing or cannot be taken, Forbidden for
    a suspension or ban by who may not.
    """
    sanction, days = given["sanction"], given["days"] or 0
    if sanction == "NONE" and not given["hide"]:
        raise invalid("/sanction", "This does nothing: hide, sanction, or dismiss the case.")
    if given["hide"] and not _hideable(case):
        raise invalid("/hide", f"A {case.kind} is not hidden here: sanction its owner.")
    if sanction != "NONE":
        sanction, days = _rung(case, sanction, days)
    if sanction in {"SUSPENSION", "BAN"} and not moderator.can(SANCTION):
        raise Forbidden(f"A {sanction.lower()} takes {SANCTION}; leave the case to another moderator.")
    if sanction == "SUSPENSION" and not days:
        raise invalid("/days", "A suspension lasts some days.")
    return Measure(sanction, given["hide"], given["ground"], given["facts"], given["ground_type"], days)


def _hideable(case: Case) -> bool:
    type_ = type_of(case)
    return type_ is not None and type_.hide is not None


def _rung(case: Case, sanction: str, days: int) -> tuple[str, int]:
    if case.owner_id is None:
        raise invalid("/sanction", "The account is gone.")
    standings.hold(case.owner_id)
    if sanction != "NEXT":
        return sanction, days if sanction == "SUSPENSION" else 0
    return next_rung(case.owner_id)


def next_rung(owner_id: UUID) -> tuple[str, int]:
    """Return the sanction, and its days, that the ladder has for a person's next strike."""
    ladder = rungs(app.settings.of(ModerationSettings).ladder)
    return ladder[min(standings.strikes(owner_id), len(ladder) - 1)]


def decide(case: Case, measure: Measure, by: Principal, *, automated: bool = False) -> Decision:
    """Take a measure about a locked case; tell the person concerned, with reasons. In a transaction."""
    id_ = uuid7()
    ends_at = _in_days(measure.days) if measure.sanction == "SUSPENSION" else None
    foreign = standings.ACTIVE
    if measure.sanction in {"SUSPENSION", "BAN"} and case.owner_id is not None:
        foreign = standings.impose(by, case.owner_id, measure.sanction, ends_at, measure.ground)
    decision: Decision = Decision.create(
        id=id_, status="IN_FORCE", ends_at=ends_at, automated=automated, interim=automated, decided_by=by.id,
        reversal="", foreign_status="" if foreign == standings.ACTIVE else foreign.status,
        foreign_until=foreign.until, **_about(case), **_done(id_, case, measure),
    )  # fmt: skip
    write_down(case.id, f"decide:{measure.sanction}", by.id, measure.ground)
    _publish(decision)
    notices.statement(decision, case)
    return decision


def _about(case: Case) -> dict[str, Any]:
    return {
        "case": case.id,
        "kind": case.kind,
        "target_id": case.target_id,
        "owner_id": case.owner_id,
        "scope": case.scope,
        "source": _source(case),
    }


def _done(decision_id: UUID, case: Case, measure: Measure) -> dict[str, Any]:
    days = app.settings.of(ModerationSettings).strike_days
    return {
        "hidden": measure.hide and _hidden(case, decision_id),
        "sanction": measure.sanction,
        "strike_until": _in_days(days) if days and measure.sanction != "NONE" else None,
        "ground_type": measure.ground_type,
        "ground": measure.ground,
        "facts": measure.facts,
    }


def _hidden(case: Case, decision_id: UUID) -> bool:
    type_ = type_of(case)
    assert type_ is not None, "a thing of no kind is not hidden"
    assert type_.hide is not None, "nor one of a kind that cannot be"
    return type_.hide(case.target_id, key_of(decision_id))


def key_of(decision_id: UUID) -> str:
    """Return the reason under which a decision hides a thing: its own, so that no other is taken back."""
    return f"moderation:{decision_id}"


def _source(case: Case) -> str:
    """Return what a decision goes back to: a notice of somebody, else a moderator, else a rule."""
    found = {row.source for row in Report.select(Report.source).where(Report.case == case.id).distinct()}
    return next((each for each in ("NOTICE", "OWN_INITIATIVE", "AUTOMATED") if each in found), "NOTICE")


def _in_days(days: int) -> datetime:
    return app.clock.now() + timedelta(days=days)


def _publish(decision: Decision) -> None:
    made = DecisionMade(
        decision_id=decision.id,
        kind=decision.kind,
        target_id=decision.target_id,
        owner_id=decision.owner_id,
        sanction=decision.sanction,
        hidden=decision.hidden,
        automated=decision.automated,
        ends_at=decision.ends_at,
    )
    app.bus.publish(made, scope=decision.scope or None)
