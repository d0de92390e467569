"""Read paths: facts about people, and what somebody sees of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from kernel import app
from plugins.presence.models import Device, Person
from plugins.presence.settings import PresenceSettings
from plugins.presence.view import NOTHING, Facts, Shown, shown
from plugins.presence.visibility import visible

_FACTS = """
SELECT p.id, p.status, p.text, p.until, p.present, p.left_at, p.last_seen_at, d.devices, d.active_at
FROM presence_person AS p CROSS JOIN LATERAL (
    SELECT count(*) AS devices, max(active_at) FILTER (WHERE NOT idle) AS active_at
    FROM presence_device WHERE user_id = p.id
) AS d
WHERE p.id = ANY(%s::uuid[])
"""


def facts(user_ids: Collection[UUID]) -> dict[UUID, Facts]:
    """Return what is stored about people, by id: one statement; the unknown are left out."""
    rows = app.db.rows(_FACTS, (list(user_ids),)) if user_ids else []
    return {row[0]: Facts(*row) for row in rows}


def seen(viewer_id: UUID, user_ids: Collection[UUID]) -> dict[UUID, Shown]:
    """Return what somebody sees of each: three statements for any number.

    Of strangers, of who hides, of who blocks and of ids that are nobody's: NOTHING.
    """
    now, settings = app.clock.now(), app.settings.of(PresenceSettings)
    known = facts(user_ids)
    allowed = visible([(viewer_id, each) for each in known])
    return {
        each: shown(known[each], now, settings)[0] if (viewer_id, each) in allowed else NOTHING
        for each in user_ids
    }


def item(user_id: UUID, view: Shown) -> dict[str, Any]:
    """Return what is seen of a person as the schema `PresenceOut` reads it."""
    return {"user_id": user_id, **view._asdict()}


def own(user_id: UUID) -> dict[str, Any]:
    """Return what a person chose, while it holds: one statement."""
    row = Person.get_or_none(Person.id == user_id)
    if row is None or (row.until is not None and row.until <= app.clock.now()):
        return {"status": "online", "text": "", "until": None}
    return {"status": row.status, "text": row.text, "until": row.until}


def undisturbed(user_ids: Collection[UUID]) -> set[UUID]:
    """Return those who are not to be disturbed now: one statement."""
    lasting = Person.until.is_null() | (Person.until > app.clock.now())
    found = Person.select(Person.id).where(Person.id.in_(user_ids), Person.status == "dnd", lasting)
    return {row.id for row in found}


def export(user_id: UUID) -> dict[str, Any]:
    """Return all that is stored about a person."""
    names = ("status", "text", "until", "last_seen_at")
    columns = [getattr(Person, name) for name in names]
    devices = Device.select(Device.active_at, Device.idle).where(Device.user_id == user_id)
    return {
        "presence": Person.select(*columns).where(Person.id == user_id).dicts().first(),
        "devices": list(devices.order_by(Device.active_at).dicts()),
    }
