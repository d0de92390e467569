"""What may be done to notifications, and by whom unless a profile says otherwise."""

from __future__ import annotations

from kernel import Permission

READ_DELIVERIES = "notifications:read_deliveries"
RETRY_DELIVERIES = "notifications:retry_deliveries"
MANAGE_SUPPRESSIONS = "notifications:manage_suppressions"

PERMISSIONS = (
    Permission(READ_DELIVERIES, "Read the log of everybody's deliveries, without their content"),
    Permission(RETRY_DELIVERIES, "Try failed deliveries again"),
    Permission(MANAGE_SUPPRESSIONS, "See and lift the suppression of addresses"),
)
