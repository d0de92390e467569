"""Accounts as dashboards count them: for the plugin dashboards, where it is enabled."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from kernel import app

_CHANGES: Final = tuple(f"accounts.user.{name}.v1" for name in ("registered", "status_changed", "deleted"))
# A suspension ends by the clock, of which nothing tells: who is suspended counts as active.
_FACTS: Final = """
SELECT u.id, CASE
    WHEN 'banned' = (SELECT c.standing FROM accounts_standing_change AS c
        WHERE c.user_id = u.id ORDER BY c.id DESC LIMIT 1) THEN 'BANNED'
    WHEN u.deactivated_at IS NOT NULL THEN 'DEACTIVATED'
    ELSE 'ACTIVE' END AS status
FROM accounts_user AS u WHERE u.id = ANY(%(ids)s::uuid[]) AND u.deleted_at IS NULL
"""
_IDS: Final = """
SELECT id FROM accounts_user
WHERE (%(after)s::uuid IS NULL OR id > %(after)s::uuid) AND deleted_at IS NULL ORDER BY id LIMIT %(limit)s
"""


def source() -> dict[str, Any]:
    """Return accounts as a source of figures."""
    events = {wire: attrgetter("user_id") for wire in _CHANGES}
    return {"kind": "user", "events": events, "facts": _facts, "ids": _ids}


def _facts(ids: Sequence[UUID]) -> list[dict[str, Any]]:
    return app.db.dicts(_FACTS, {"ids": list(ids)})


def _ids(after: UUID | None, limit: int) -> list[UUID]:
    return [user_id for (user_id,) in app.db.rows(_IDS, {"after": after, "limit": limit})]
