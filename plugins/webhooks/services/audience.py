"""Which endpoints an event goes to: their owner may read it, now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from kernel import Principal, Problem, app
from plugins.webhooks.catalogue import PublicEvent
from plugins.webhooks.permissions import SCOPE

EVERYTHING: Final = "*"
"""The scope of an endpoint that is sent all its owner may read."""

_ASKING: Final = """
SELECT id, owner_id, scope FROM webhooks_endpoint
WHERE status = 'ENABLED' AND (event_types = '{}' OR %(type)s = ANY(event_types))
  AND (id = %(only)s OR (%(only)s::uuid IS NULL AND created_at <= %(occurred_at)s))
  AND ((scope IS NULL AND owner_id = ANY(%(people)s::uuid[])) OR scope IN (%(scope)s, '*'))
ORDER BY id
"""


def endpoints_for(
    public: PublicEvent,
    value_of: Callable[[str], Any],
    scope: str | None,
    *,
    occurred_at: datetime | None = None,
    only: UUID | None = None,
) -> list[UUID]:
    """Return the endpoints an event goes to: one statement, and one for each owner not known yet.

    `value_of(field)` is what stands in the event. Endpoints made after
    `occurred_at` are left out; `only` asks about a single one, whenever it was made.
    """
    people = public.concerns(value_of)
    asked = {
        "type": public.type,
        "only": only,
        "occurred_at": occurred_at,
        "people": list(people),
        "scope": scope,
    }
    return [
        endpoint_id
        for endpoint_id, owner_id, wanted in app.db.rows(_ASKING, asked)
        if _may_read(owner_id, wanted, public, people, scope)
    ]


def _may_read(
    owner_id: UUID, wanted: str | None, public: PublicEvent, people: set[UUID], scope: str | None
) -> bool:
    """Say whether an endpoint's owner may read an event there; a suspended one reads nothing."""
    reader = _reader(owner_id)
    if reader is None:
        return False
    if wanted is None:
        return True  # it concerns them: that was asked
    if not may_watch(reader, wanted):
        return False
    return owner_id in people or bool(public.permission and reader.can(public.permission, scope))


def may_watch(reader: Principal, scope: str) -> bool:
    """Say whether somebody may have the events of a scope sent (`*`: of all)."""
    return reader.can(SCOPE, None if scope == EVERYTHING else scope)


def _reader(owner_id: UUID) -> Principal | None:
    try:
        return app.auth.principal_of(owner_id)
    except Problem:  # suspended, banned: what it could read it cannot now
        return None
