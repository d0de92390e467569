"""Reports and flags: one case for all that is said about a thing, one report a person."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import orjson

from kernel import NotFound, Principal, app, invalid, uuid7
from plugins.moderation.audience import person, reporter_key
from plugins.moderation.kinds import Card, ModeratableType, Types
from plugins.moderation.permissions import REVIEW
from plugins.moderation.rules import Rule, Rules
from plugins.moderation.services.rows import write_down
from plugins.moderation.settings import ModerationSettings

# One statement finds the open case or opens one, however many report at once; the
# update changes nothing but makes the row come back, locked.
_OPEN: Final = """
INSERT INTO moderation_case (id, created_at, updated_at, version, kind, target_id, owner_id, scope, status,
    snapshot, reports, flags, reasons, queued_at)
VALUES (%(id)s, %(now)s, %(now)s, 1, %(kind)s, %(target)s, %(owner)s, %(scope)s, 'PENDING',
    %(snapshot)s::jsonb, 0, 0, '{}', %(now)s)
ON CONFLICT (kind, target_id) WHERE status IN ('PENDING', 'REVIEWING')
DO UPDATE SET updated_at = moderation_case.updated_at
RETURNING id
"""
_REPORT: Final = """
INSERT INTO moderation_report (id, created_at, updated_at, case_id, reporter_key, reporter_id, source, rule,
    reason, details)
VALUES (%(id)s, %(now)s, %(now)s, %(case)s, %(key)s, %(reporter)s, %(source)s, %(rule)s,
    %(reason)s, %(details)s)
ON CONFLICT (case_id, reporter_key) DO UPDATE SET reporter_id = excluded.reporter_id,
    reason = excluded.reason, details = excluded.details, updated_at = excluded.updated_at
RETURNING id
"""
_COUNT: Final = """
UPDATE moderation_case SET reports = reports + %(reports)s, flags = flags + %(flags)s, updated_at = %(now)s,
    reasons = CASE WHEN %(reason)s = ANY(reasons) THEN reasons ELSE array_append(reasons, %(reason)s) END
WHERE id = %(case)s
"""


def report(
    caller: Principal, kind: str, target_id: UUID, reason: str, details: str, *, anonymous: bool
) -> UUID:
    """Report a thing one can see; return the report's id, that of one's earlier report while it is open.

    A second report by the same person replaces what the first said. Raises Invalid
    for an unknown kind or reason and for what is one's own, NotFound for what is
    not there to be seen.
    """
    reporter = person(caller)
    type_ = app.service(Types).get(kind)
    if type_ is None:
        raise invalid("/kind", "This cannot be reported; /v1/reports/kinds says what can.")
    if reason not in app.settings.of(ModerationSettings).reasons:
        raise invalid("/reason", "No such reason; /v1/reports/kinds names them.")
    with app.db.atomic():
        card = type_.card(target_id) if type_.visible_to(caller, target_id) else None
        if card is None:
            raise NotFound("There is nothing of this id to report.")
        if card.owner_id == reporter:
            raise invalid("/target_id", "This is your own.")
        source = "OWN_INITIATIVE" if caller.can(REVIEW, card.scope) else "NOTICE"
        said = {"source": source, "rule": "", "reason": reason, "details": details}
        return _file(type_, card, reporter_key(reporter), None if anonymous else reporter, said)


def look_at(type_: ModeratableType, target_id: UUID) -> None:
    """Let the rules look at a thing that was published or changed; each that minds it flags it once."""
    card = type_.card(target_id)
    for rule in app.service(Rules) if card is not None else ():
        assert card is not None, "there is something to look at"
        if why := rule.check(card):
            _flag(type_, card, rule, why)


def _flag(type_: ModeratableType, card: Card, rule: Rule, why: str) -> None:
    said = {"source": "AUTOMATED", "rule": rule.name, "reason": rule.reason, "details": why}
    _file(type_, card, reporter_key(f"rule:{rule.name}"), None, said)


def _file(
    type_: ModeratableType, card: Card, key: bytes, reporter: UUID | None, said: dict[str, str]
) -> UUID:
    case_id, new_id, now = _case(type_, card), uuid7(), app.clock.now()
    row: dict[str, Any] = {
        "id": new_id,
        "now": now,
        "case": case_id,
        "key": key,
        "reporter": reporter,
        **said,
    }
    [(found,)] = app.db.rows(_REPORT, row)
    new = UUID(str(found)) == new_id
    by_rule = said["source"] == "AUTOMATED"
    counted = {"reports": int(new and not by_rule), "flags": int(new and by_rule)}
    app.db.execute_sql(_COUNT, {"case": case_id, "now": now, "reason": said["reason"], **counted})
    return UUID(str(found))


def _case(type_: ModeratableType, card: Card) -> UUID:
    snapshot = {"title": card.title, "text": card.text, "url": card.url}
    new_id = uuid7()
    row = {
        "id": new_id,
        "now": app.clock.now(),
        "kind": type_.kind,
        "target": card.id,
        "owner": card.owner_id,
        "scope": card.scope or "",
        "snapshot": orjson.dumps(snapshot).decode(),
    }
    [(found,)] = app.db.rows(_OPEN, row)
    case_id = UUID(str(found))
    if case_id == new_id:
        write_down(case_id, "open")
    return case_id
