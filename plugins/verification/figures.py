"""Requests to be verified as dashboards count them: for the plugin dashboards, where it is enabled."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from kernel import app

_NAMES: Final = ("submitted", "resubmitted", "approved", "rejected", "expired", "withdrawn")
_FACTS: Final = """
SELECT id, scope, status FROM verification_request WHERE id = ANY(%(ids)s::uuid[]) AND submissions > 0
"""
_IDS: Final = """
SELECT id FROM verification_request
WHERE (%(after)s::uuid IS NULL OR id > %(after)s::uuid) AND submissions > 0 ORDER BY id LIMIT %(limit)s
"""


def source() -> dict[str, Any]:
    """Return requests as a source of figures, from when they were first submitted."""
    events = {f"verification.request.{name}.v1": attrgetter("request_id") for name in _NAMES}
    return {"kind": "verification", "events": events, "facts": _facts, "ids": _ids}


def _facts(ids: Sequence[UUID]) -> list[dict[str, Any]]:
    return app.db.dicts(_FACTS, {"ids": list(ids)})


def _ids(after: UUID | None, limit: int) -> list[UUID]:
    return [request_id for (request_id,) in app.db.rows(_IDS, {"after": after, "limit": limit})]
