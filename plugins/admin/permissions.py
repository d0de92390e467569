"""What may be seen of Stoa itself; only the platform's administrators, unless a profile says otherwise."""

from __future__ import annotations

from typing import Final

from kernel import Permission

AUDIT: Final = "admin:audit"
SYSTEM: Final = "admin:system"

PERMISSIONS: Final = (
    Permission(AUDIT, "Read the audit log: every event, who caused it, and what it says"),
    Permission(SYSTEM, "See effective settings (never secrets), roles, plugins and health"),
)
