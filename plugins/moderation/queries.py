"""Read paths: reports, the queue, decisions, appeals, counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from peewee import SQL, fn

from kernel import NotFound, Page, Principal, app, paginate, where_scope
from plugins.accounts import api as accounts
from plugins.moderation.audience import hears, reporter_key, reviews, where_reviewed
from plugins.moderation.kinds import Types
from plugins.moderation.models import Appeal, Case, Decision, Entry, Report
from plugins.moderation.permissions import REVIEW
from plugins.moderation.services import standings
from plugins.moderation.services.deciding import next_rung
from plugins.moderation.services.rows import type_of
from plugins.moderation.settings import ModerationSettings
from plugins.moderation.states import OPEN, allowed_from

DASHBOARD_DAYS: Final = 30
_CASE: Final = (
    "id", "kind", "target_id", "status", "snapshot", "reports", "flags", "reasons", "queued_at", "claimed_by",
    "claimed_at", "decided_by", "decided_at", "version",
)  # fmt: skip
_DECISION: Final = (
    "id", "kind", "target_id", "owner_id", "status", "hidden", "sanction", "ends_at", "strike_until",
    "ground_type", "ground", "facts", "source", "automated", "interim", "decided_by", "reversed_by",
    "reversed_at", "reversal", "created_at", "version",
)  # fmt: skip
_APPEAL: Final = ("id", "text", "status", "answer", "created_at", "decided_at", "version")


def kinds() -> dict[str, Any]:
    """Return what can be reported here, and the reasons there are."""
    items = [
        {"kind": one.kind, "title": one.title, "hideable": one.hide is not None} for one in app.service(Types)
    ]
    return {"items": items, "reasons": list(app.settings.of(ModerationSettings).reasons)}


def my_reports(user_id: UUID, cursor: str | None, limit: int) -> Page[dict[str, Any]]:
    """Return a page of what somebody reported, anonymously too, the latest first: one statement."""
    page = paginate(_of_reporter(user_id), (Report.id.desc(),), cursor=cursor, limit=limit)
    return Page([_own_report(row) for row in page.items], page.next)


def my_report(report_id: UUID, user_id: UUID) -> dict[str, Any]:
    """Return a report of one's own; raise NotFound."""
    row = _of_reporter(user_id).where(Report.id == report_id).first()
    if row is None:
        raise NotFound
    return _own_report(row)


def _of_reporter(user_id: UUID) -> Any:
    return Report.select(Report, Case).join(Case).where(Report.reporter_key == reporter_key(user_id))


def _own_report(row: Report) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.case.kind,
        "target_id": row.case.target_id,
        "reason": row.reason,
        "details": row.details,
        "anonymous": row.reporter_id is None,
        "status": row.case.status,
        "created_at": row.created_at,
    }


def queue(moderator: Principal, asked: Mapping[str, Any]) -> Page[dict[str, Any]]:
    """Return a page of cases, what waits longest first; the open ones unless a status is asked for.

    Two statements.
    """
    query = Case.select().where(where_reviewed(moderator, Case), *_case_filters(moderator, asked))
    page = paginate(query, (Case.queued_at, Case.id), cursor=asked["cursor"], limit=asked["limit"])
    people = accounts.user_cards({row.owner_id for row in page.items if row.owner_id is not None})
    return Page([_case(row, people) for row in page.items], page.next)


def _case_filters(moderator: Principal, asked: Mapping[str, Any]) -> list[Any]:
    found = [Case.status == asked["status"] if "status" in asked else Case.status.in_(OPEN)]
    for name, column in (("kind", Case.kind), ("scope", Case.scope), ("owner", Case.owner_id)):
        if name in asked:
            found.append(column == asked[name])
    if "reason" in asked:
        found.append(fn.array_position(Case.reasons, asked["reason"]).is_null(False))
    if asked.get("mine"):
        found.append(Case.claimed_by == moderator.id)
    return found


def _case(row: Case, people: Mapping[UUID, Any]) -> dict[str, Any]:
    shown = {name: row.__data__[name] for name in _CASE}
    owner = people.get(row.owner_id) if row.owner_id is not None else None
    return shown | {"scope": row.scope or None, "owner": owner}


def case(case_id: UUID, moderator: Principal) -> dict[str, Any]:
    """Return a case with its thing as it is now and its owner's strikes; raise NotFound. Four statements."""
    row = _visible(case_id, moderator)
    owner = {row.owner_id} if row.owner_id is not None else set()
    type_ = type_of(row)
    card = type_.card(row.target_id) if type_ is not None else None
    strikes = standings.strikes(row.owner_id) if row.owner_id is not None else 0
    return _case(row, accounts.user_cards(owner)) | {
        "current": {"title": card.title, "text": card.text, "url": card.url} if card else None,
        "allowed": allowed_from(row.status),
        "strikes": strikes,
        "next_sanction": _next(row.owner_id),
    }


def _next(owner_id: UUID | None) -> str | None:
    if owner_id is None:
        return None
    sanction, days = next_rung(owner_id)
    return f"{sanction}:{days}" if days else sanction


def _visible(case_id: UUID, moderator: Principal) -> Case:
    row: Case | None = Case.get_or_none(Case.id == case_id)
    if row is None or not reviews(moderator, row):
        raise NotFound
    return row


def reports(case_id: UUID, moderator: Principal, cursor: str | None, limit: int) -> Page[dict[str, Any]]:
    """Return a page of a case's reports, the first first; who reported anonymously is nobody."""
    _visible(case_id, moderator)
    query = Report.select().where(Report.case == case_id)
    page = paginate(query, (Report.id,), cursor=cursor, limit=limit)
    people = accounts.user_cards({row.reporter_id for row in page.items if row.reporter_id is not None})
    names = ("id", "source", "rule", "reason", "details", "created_at")
    return Page(
        [
            {name: row.__data__[name] for name in names}
            | {"reporter": people.get(row.reporter_id) if row.reporter_id is not None else None}
            for row in page.items
        ],
        page.next,
    )


def trail(case_id: UUID, moderator: Principal, cursor: str | None, limit: int) -> Page[dict[str, Any]]:
    """Return a page of what was done about a case, the first first; raise NotFound."""
    _visible(case_id, moderator)
    page = paginate(Entry.select().where(Entry.case == case_id), (Entry.id,), cursor=cursor, limit=limit)
    names = ("id", "what", "actor_id", "note")
    return Page(
        [{name: row.__data__[name] for name in names} | {"at": row.created_at} for row in page.items],
        page.next,
    )


def decisions(moderator: Principal, asked: Mapping[str, Any]) -> Page[dict[str, Any]]:
    """Return a page of decisions, the latest first: one statement."""
    query = Decision.select().where(where_reviewed(moderator, Decision))
    columns = {
        "owner": Decision.owner_id,
        "case": Decision.case,
        "sanction": Decision.sanction,
        "status": Decision.status,
    }
    for name, column in columns.items():
        if name in asked:
            query = query.where(column == asked[name])
    page = paginate(query, (Decision.id.desc(),), cursor=asked["cursor"], limit=asked["limit"])
    return Page([_decision(row) for row in page.items], page.next)


def decision(decision_id: UUID, moderator: Principal) -> dict[str, Any]:
    """Return a decision as moderators see it; raise NotFound."""
    row = Decision.get_or_none(Decision.id == decision_id)
    if row is None or not reviews(moderator, row):
        raise NotFound
    return _decision(row)


def _decision(row: Decision) -> dict[str, Any]:
    shown = {name: row.__data__[name] for name in _DECISION}
    return shown | {"case_id": row.__data__["case"], "scope": row.scope or None}


def statements(user_id: UUID, cursor: str | None, limit: int) -> Page[dict[str, Any]]:
    """Return a page of the decisions about a person with their reasons, the latest first: two statements."""
    query = Decision.select(Decision, Case).join(Case).where(Decision.owner_id == user_id)
    page = paginate(query, (Decision.id.desc(),), cursor=cursor, limit=limit)
    appeals = _appeals_of([row.id for row in page.items])
    return Page([_statement(row, appeals) for row in page.items], page.next)


def statement(decision_id: UUID, user_id: UUID) -> dict[str, Any]:
    """Return a decision about oneself with its reasons; raise NotFound. Two statements."""
    mine = (Decision.id == decision_id) & (Decision.owner_id == user_id)
    row = Decision.select(Decision, Case).join(Case).where(mine).first()
    if row is None:
        raise NotFound
    return _statement(row, _appeals_of([row.id]))


def _appeals_of(ids: Collection[UUID]) -> dict[UUID, UUID]:
    found: Any = Appeal.select(Appeal.decision, Appeal.id).where(Appeal.decision.in_(list(ids)))
    return dict(found.tuples())


def _statement(row: Decision, appeals: Mapping[UUID, UUID]) -> dict[str, Any]:
    names = (
        "id", "kind", "target_id", "status", "hidden", "sanction", "ends_at", "strike_until", "facts",
        "source", "ground_type", "ground", "reversed_at", "reversal", "version",
    )  # fmt: skip
    days = app.settings.of(ModerationSettings).appeal_days
    return {
        **{name: row.__data__[name] for name in names},
        "title": row.case.snapshot["title"],
        "scope": row.scope or None,
        "starts_at": row.created_at,
        "in_force": _in_force(row, app.clock.now()),
        "automated_detection": row.source == "AUTOMATED" or row.automated,
        "automated_decision": row.automated,
        "redress": {
            "appeal_until": row.created_at + timedelta(days=days),
            "appeal_id": appeals.get(row.id),
            "url": "/v1/appeals",
        },
    }


def _in_force(row: Decision, now: datetime) -> bool:
    lasting = row.ended_at is None and (row.ends_at is None or row.ends_at > now)
    return row.status == "IN_FORCE" and lasting


def my_appeals(user_id: UUID, cursor: str | None, limit: int) -> Page[dict[str, Any]]:
    """Return a page of somebody's appeals, the latest first: one statement."""
    query = Appeal.select().where(Appeal.appellant_id == user_id)
    page = paginate(query, (Appeal.id.desc(),), cursor=cursor, limit=limit)
    return Page([_appeal(row) for row in page.items], page.next)


def my_appeal(appeal_id: UUID, user_id: UUID) -> dict[str, Any]:
    """Return an appeal of one's own; raise NotFound."""
    row = Appeal.get_or_none(Appeal.id == appeal_id, Appeal.appellant_id == user_id)
    if row is None:
        raise NotFound
    return _appeal(row)


def filed(appeal_id: UUID) -> dict[str, Any]:
    """Return an appeal that was just filed, to who filed it."""
    return _appeal(Appeal.get_by_id(appeal_id))


def _appeal(row: Appeal) -> dict[str, Any]:
    return {name: row.__data__[name] for name in _APPEAL} | {"decision_id": row.__data__["decision"]}


def hearings(moderator: Principal, asked: Mapping[str, Any]) -> Page[dict[str, Any]]:
    """Return a page of appeals to be decided, who waits longest first: one statement."""
    query = _heard().where(
        where_scope(moderator, REVIEW, Appeal.scope),
        Appeal.appellant_id.is_null() | (Appeal.appellant_id != moderator.id),
        Appeal.status == asked.get("status", "PENDING"),
    )
    page = paginate(query, (Appeal.id,), cursor=asked["cursor"], limit=asked["limit"])
    return Page([_hearing(row) for row in page.items], page.next)


def hearing(appeal_id: UUID, moderator: Principal) -> dict[str, Any]:
    """Return an appeal as moderators see it; raise NotFound. One statement."""
    row = _heard().where(Appeal.id == appeal_id).first()
    if row is None or not hears(moderator, row):
        raise NotFound
    return _hearing(row)


def _heard() -> Any:
    return Appeal.select(Appeal, Decision).join(Decision)


def _hearing(row: Appeal) -> dict[str, Any]:
    names = ("appellant_id", "contested_by", "decided_by")
    return {
        **_appeal(row),
        **{name: row.__data__[name] for name in names},
        "scope": row.scope or None,
        "decision_id": row.decision.id,
        "decision": _decision(row.decision),
    }


def counts(moderator: Principal) -> dict[str, Any]:
    """Return what there is to do, and what was done in the last 30 days. Four statements."""
    since = app.clock.now() - timedelta(days=DASHBOARD_DAYS)
    return _waiting(moderator) | _done(moderator, since) | _decided(moderator, since)


def _waiting(moderator: Principal) -> dict[str, Any]:
    mine = (Case.status.in_(OPEN), where_scope(moderator, REVIEW, Case.scope))
    least = fn.min(Case.queued_at)
    groups: Any = Case.select(Case.status, Case.kind, Case.reasons, fn.count(SQL("1")), least)
    appeals = Appeal.select().where(Appeal.status == "PENDING", where_scope(moderator, REVIEW, Appeal.scope))
    statuses, kinds_, reasons_ = Counter[str](), Counter[str](), Counter[str]()
    oldest: list[datetime] = []
    for status, kind, reasons, n, since in (
        groups.where(*mine).group_by(Case.status, Case.kind, Case.reasons).tuples()
    ):
        statuses[status] += n
        kinds_[kind] += n
        reasons_.update(dict.fromkeys(reasons, n))
        oldest.append(since)
    return {
        "pending": statuses["PENDING"],
        "reviewing": statuses["REVIEWING"],
        "oldest_queued_at": min(oldest, default=None),
        "by_kind": dict(kinds_),
        "by_reason": dict(reasons_),
        "appeals_pending": appeals.count(),
    }


def _done(moderator: Principal, since: datetime) -> dict[str, Any]:
    done: Any = Case.select(
        fn.count(SQL("1")).filter(Case.status == "RESOLVED"),
        fn.count(SQL("1")).filter(Case.status == "DISMISSED"),
        SQL("percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - queued_at) / 60)"),
    ).where(Case.decided_at >= since, where_scope(moderator, REVIEW, Case.scope))
    resolved, dismissed, minutes = done.tuples().get()
    return {"resolved": resolved, "dismissed": dismissed, "median_minutes": minutes}


def _decided(moderator: Principal, since: datetime) -> dict[str, Any]:
    mine = (Decision.created_at >= since, where_scope(moderator, REVIEW, Decision.scope))
    groups: Any = Decision.select(
        Decision.sanction,
        fn.count(SQL("1")),
        fn.count(SQL("1")).filter(Decision.hidden),
        fn.count(SQL("1")).filter(Decision.automated),
        fn.count(SQL("1")).filter(Decision.status == "REVERSED"),
    )
    rows = list(groups.where(*mine).group_by(Decision.sanction).tuples())
    found: dict[str, Any] = {
        name: sum(row[place] for row in rows)
        for place, name in enumerate(("hidden", "automated", "reversed"), start=2)
    }
    return found | {"sanctions": {sanction: n for sanction, n, *_ in rows}}
