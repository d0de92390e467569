"""The lives of payments, splits and payouts: every transition there is.

DUE ─▶ PROCESSING ─▶ CAPTURED ─▶ REFUNDED        a payment
          │  ▲ ╲         ▲
          ▼  │  ▶ AUTHORISED
    FAILED, ACTION_REQUIRED          EXPIRED, CANCELLED end what was not captured

PENDING ─▶ HELD ─▶ RELEASED | REFUNDED           a split with escrow
PENDING ─▶ SETTLED                               one without

REQUESTED ─▶ APPROVED ─▶ PAID | FAILED           a payout
    ╰──▶ REJECTED | CANCELLED
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from plugins.payments.problems import PaymentStatus

UNPAID: Final = ("DUE", "FAILED", "ACTION_REQUIRED")
OPEN: Final = (*UNPAID, "PROCESSING", "AUTHORISED")
ENDED: Final = ("EXPIRED", "CANCELLED", "REFUNDED")
STATUSES: Final = (*OPEN, "CAPTURED", *ENDED)

PAYMENT: Final[Mapping[str, tuple[str, ...]]] = {
    "PROCESSING": UNPAID,
    "ACTION_REQUIRED": (*UNPAID, "PROCESSING"),
    "AUTHORISED": (*UNPAID, "PROCESSING"),
    "CAPTURED": OPEN,
    "FAILED": ("PROCESSING", "ACTION_REQUIRED", "AUTHORISED"),
    "EXPIRED": (*UNPAID, "AUTHORISED"),
    "CANCELLED": (*UNPAID, "AUTHORISED"),
    "REFUNDED": ("CAPTURED",),
}
"""What a payment may become, and from what."""

ESCROW: Final[Mapping[str, tuple[str, ...]]] = {
    "HELD": ("PENDING", "REFUNDED"),  # the latter when the gateway refuses the refund
    "SETTLED": ("PENDING",),
    "RELEASED": ("HELD",),
    "REFUNDED": ("HELD",),
}

PAYOUT: Final[Mapping[str, tuple[str, ...]]] = {
    "APPROVED": ("REQUESTED",),
    "REJECTED": ("REQUESTED",),
    "CANCELLED": ("REQUESTED",),
    "PAID": ("APPROVED",),
    "FAILED": ("APPROVED",),
}


def allowed_from(table: Mapping[str, tuple[str, ...]], status: str) -> list[str]:
    """Return what something of this status may become."""
    return [target for target, sources in table.items() if status in sources]


def refused(table: Mapping[str, tuple[str, ...]], thing: str, status: str, target: str) -> PaymentStatus:
    """Return the problem of a transition that is not in the table."""
    allowed = allowed_from(table, status)
    told = ", ".join(allowed) or "nothing"
    return PaymentStatus(
        f"A {thing} that is {status} does not become {target}; it may become: {told}.",
        current=status,
        allowed=allowed,
    )
