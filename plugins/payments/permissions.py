"""What may be done with payments, and by whom unless a profile says otherwise."""

from __future__ import annotations

from typing import Final

from kernel import Permission, Role

READ: Final = "payments:read"
MANAGE: Final = "payments:manage"
PAYOUTS: Final = "payments:payouts"

PERMISSIONS: Final = (
    Permission(READ, "See everybody's payments, escrows, payouts and transactions", roles=("treasurer",)),
    Permission(
        MANAGE, "Capture, cancel and refund payments, release and refund escrows", roles=("treasurer",)
    ),
    Permission(PAYOUTS, "Approve and reject payouts", roles=("treasurer",)),
    Role("treasurer", "Looks after payments, escrows and payouts."),
)
