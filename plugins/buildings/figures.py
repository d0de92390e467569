"""Buildings and their members as dashboards count them: for the plugin dashboards, where it is enabled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from kernel import app

_PREFIX: Final = "building:"
_BUILDING: Final = """
SELECT id, 'building:' || id AS scope,
    CASE WHEN verified_at IS NULL THEN 'UNVERIFIED' ELSE 'VERIFIED' END AS status
FROM buildings_building WHERE id = ANY(%(ids)s::uuid[]) AND deleted_at IS NULL
"""
_MEMBER: Final = """
SELECT id, 'building:' || building_id AS scope, status FROM buildings_member WHERE id = ANY(%(ids)s::uuid[])
"""
_REQUEST: Final = """
SELECT id, 'building:' || building_id AS scope, status
FROM buildings_join_request WHERE id = ANY(%(ids)s::uuid[])
"""
_MEMBER_ID: Final = "SELECT id FROM buildings_member WHERE building_id = %s AND user_id = %s"
_TITLES: Final = """
SELECT 'building:' || id, name FROM buildings_building WHERE id = ANY(%(ids)s::uuid[]) AND deleted_at IS NULL
"""


def sources() -> list[dict[str, Any]]:
    """Return buildings, members and requests to join as sources of figures."""
    building, request = attrgetter("building_id"), attrgetter("request_id")
    return [
        _source("building", _BUILDING, building, "created deleted verified"),
        _source("member", _MEMBER, _member_id, "joined left"),
        _source("join_request", _REQUEST, request, "submitted decided"),
    ]


def titles(refs: Sequence[str]) -> dict[str, str]:
    """Return what buildings among refs are called. One statement."""
    ids = [ref.removeprefix(_PREFIX) for ref in refs if ref.startswith(_PREFIX)]
    return dict(app.db.rows(_TITLES, {"ids": ids})) if ids else {}


def _source(kind: str, facts: str, id_of: Callable[[Any], UUID | None], names: str) -> dict[str, Any]:
    events = {f"buildings.{kind}.{name}.v1": id_of for name in names.split()}
    return {"kind": kind, "events": events, "facts": facts, "table": f"buildings_{kind}"}


def _member_id(event: Any) -> UUID | None:
    rows = app.db.rows(_MEMBER_ID, (event.building_id, event.user_id))
    return rows[0][0] if rows else None
