"""What payments add to the life of an order: it is disputed, and refunded.

CONFIRMED, COMPLETED (for a while) ──dispute──▶ DISPUTED ──resolve──▶ COMPLETED
CONFIRMED, COMPLETED, DISPUTED ──refund──▶ REFUNDED
"""

from __future__ import annotations

from typing import Final

from plugins.orders.api import Transition

DISPUTED: Final = "DISPUTED"
REFUNDED: Final = "REFUNDED"
OVER: Final = ("CANCELLED", REFUNDED)
"""What was paid for an order in one of these goes back."""


def transitions(dispute_days: int) -> tuple[Transition, ...]:
    """Return the transitions; a completed order is disputed within so many days."""
    return (
        Transition(
            "dispute",
            ("CONFIRMED", "COMPLETED"),
            DISPUTED,
            ("buyer",),
            "Dispute",
            needs_reason=True,
            days=dispute_days,
        ),
        Transition("resolve", (DISPUTED,), "COMPLETED", ("buyer", "operator"), "Settle the dispute"),
        Transition(
            "refund",
            ("CONFIRMED", "COMPLETED", DISPUTED),
            REFUNDED,
            ("seller", "operator"),
            "Refund",
            needs_reason=True,
            effect="restock",
        ),
    )
