"""What people say of themselves, and what their devices report."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kernel import app, invalid, uuid7
from plugins.presence.announcing import CHANGED, announce
from plugins.presence.models import Device, Person
from plugins.presence.settings import PresenceSettings

_CHOOSE = """
INSERT INTO presence_person AS p (id, created_at, updated_at, status, text, until, present)
VALUES (%(id)s, %(now)s, %(now)s, %(status)s, %(text)s, %(until)s, false)
ON CONFLICT (id) DO UPDATE SET updated_at = excluded.updated_at, status = excluded.status,
    text = excluded.text, until = excluded.until,
    last_seen_at = CASE
        WHEN excluded.status = 'invisible' AND p.present
            AND NOT (p.status = 'invisible' AND coalesce(p.until > excluded.updated_at, true))
        THEN excluded.updated_at ELSE p.last_seen_at END
"""
_REPORT = """
INSERT INTO presence_device AS d (id, created_at, updated_at, sid, user_id, active_at, idle)
VALUES (%(id)s, %(now)s, %(now)s, %(sid)s, %(user)s, %(now)s, %(idle)s)
ON CONFLICT (sid) DO UPDATE SET updated_at = excluded.updated_at, idle = excluded.idle,
    active_at = CASE WHEN excluded.idle THEN d.active_at ELSE excluded.active_at END
WHERE d.idle <> excluded.idle OR (NOT excluded.idle AND d.active_at < %(renewable)s)
"""
_FORGET = """
DELETE FROM presence_device AS d WHERE sid = %s
AND EXISTS (SELECT FROM presence_device AS other WHERE other.user_id = d.user_id AND other.sid <> d.sid)
"""


def choose(user_id: UUID, status: str, text: str, until: datetime | None) -> dict[str, Any]:
    """Set what a person shows, until a moment or for good; return it.

    Who becomes invisible is last seen now. Raises Invalid for a moment that is past.
    """
    now = app.clock.now()
    if until is not None and until <= now:
        raise invalid("/until", "Name a moment to come, or null for good.")
    values = {"id": user_id, "now": now, "status": status, "text": text, "until": until}
    with app.db.atomic():
        app.db.execute_sql(_CHOOSE, values)
        announce(CHANGED, [user_id])
        chosen = {"status": status, "text": text, "until": until}
        app.realtime.emit("/presence", f"account:{user_id}", "presence:own", chosen)
    return chosen


def report(sid: str, user_id: UUID, *, idle: bool) -> None:
    """Note that somebody does something at a device, or that it has been left alone.

    Told often and written seldom: a report that changes nothing others could
    see writes nothing until a third of `away_after` is over.
    """
    now = app.clock.now()
    renewable = now - timedelta(seconds=app.settings.of(PresenceSettings).away_after / 3)
    values = {"id": uuid7(), "sid": sid, "user": user_id, "now": now, "idle": idle, "renewable": renewable}
    with app.db.atomic():
        if app.db.execute_sql(_REPORT, values).rowcount:
            announce(CHANGED, [user_id])


def forget_device(sid: str, user_id: UUID) -> None:
    """Forget a device that went, unless it is the last: who leaves while away does not seem to come back.

    The last one counts until its person returns (see `transitions`).
    """
    with app.db.atomic():
        if app.db.execute_sql(_FORGET, (sid,)).rowcount:
            announce(CHANGED, [user_id])


def erase(user_id: UUID) -> None:
    """Forget a person; a second time changes nothing."""
    for model, column in ((Person, Person.id), (Device, Device.user_id)):
        model.delete().where(column == user_id).execute()
    announce(CHANGED, [user_id])
