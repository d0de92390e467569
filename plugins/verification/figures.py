"""Requests to be verified as dashboards count them: for the plugin dashboards, where it is enabled."""

from __future__ import annotations

from operator import attrgetter
from typing import Any, Final

_NAMES: Final = ("submitted", "resubmitted", "approved", "rejected", "expired", "withdrawn")
_FACTS: Final = """
SELECT id, scope, status FROM verification_request WHERE id = ANY(%(ids)s::uuid[]) AND submissions > 0
"""


def source() -> dict[str, Any]:
    """Return requests as a source of figures, from when they were first submitted."""
    events = {f"verification.request.{name}.v1": attrgetter("request_id") for name in _NAMES}
    return {"kind": "verification", "events": events, "facts": _FACTS, "table": "verification_request"}
