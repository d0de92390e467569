"""Accounts as dashboards count them: for the plugin dashboards, where it is enabled."""

from __future__ import annotations

from operator import attrgetter
from typing import Any, Final

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


def source() -> dict[str, Any]:
    """Return accounts as a source of figures."""
    events = {wire: attrgetter("user_id") for wire in _CHANGES}
    return {"kind": "user", "events": events, "facts": _FACTS, "table": "accounts_user"}
