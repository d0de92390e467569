"""Orders in the web console, for those who look after them."""

from __future__ import annotations

from typing import Final

from kernel import AdminAction, AdminPage
from plugins.orders.permissions import MANAGE, VIEW

ORDER: Final = "/v1/orders/{id}"

PAGES: Final = (
    AdminPage(
        name="orders.all",
        title="Orders",
        group="Market",
        about="What was ordered, of whom, and how far it is.",
        permission=VIEW,
        scoped=True,
        reads="/v1/orders?as=operator",
        columns={
            "number": "Number", "status": "Status", "total": "Total", "buyer_id": "Buyer",
            "seller_id": "Seller", "placed_at": "Placed",
        },
        people=("buyer_id", "seller_id"),
        filters=("number", "status", "placed_after", "placed_before"),
        details={"Order": ORDER, "History": f"{ORDER}/history"},
        actions=(
            AdminAction(
                label="Cancel",
                calls=f"POST {ORDER}/cancel",
                permission=MANAGE,
                danger=True,
                confirm="Order {number} ends, what was reserved is free again, and what was paid goes back.",
                when={"status": ("PENDING", "CONFIRMED")},
            ),
            AdminAction(
                label="Complete",
                calls=f"POST {ORDER}/complete",
                permission=MANAGE,
                danger=True,
                confirm="Order {number} counts as received: what is held for the seller is released.",
                when={"status": ("CONFIRMED",)},
            ),
        ),
    ),
)  # fmt: skip
