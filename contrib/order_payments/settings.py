"""Settings: `[order_payments]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class OrderPaymentsSettings:
    """How orders are paid."""

    escrow: bool = setting(True, help="Hold the money until the order is completed.")
    dispute_days: int = setting(
        14,
        help="Days after its completion in which an order can be disputed; 0: none. What is held for an "
        "order that completed by itself is released at their end.",
        minimum=0,
    )
    minutes: int = setting(60, help="Minutes there are to pay; then the order is cancelled.", minimum=5)
