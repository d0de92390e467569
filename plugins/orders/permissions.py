"""What may be done with orders, and by whom unless a profile says otherwise."""

from __future__ import annotations

from typing import Final

from kernel import Permission, Role

PLACE: Final = "orders:place"
VIEW: Final = "orders:view"
MANAGE: Final = "orders:manage"

PERMISSIONS = (
    Permission(PLACE, "Order things", roles=("user",)),
    Permission(VIEW, "See the orders of a scope, and what they are disputed for", roles=("orders_manager",)),
    Permission(MANAGE, "See, confirm, complete and cancel any order of a scope", roles=("orders_manager",)),
    Role("orders_manager", "Looks after the orders of a scope.", scoped=True),
)
