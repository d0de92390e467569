"""Subscriptions in the web console: everybody's, what they pay, and the plans there are."""

from __future__ import annotations

from typing import Final

from kernel import AdminAction, AdminPage
from plugins.subscriptions.permissions import MANAGE

ONE: Final = "/v1/subscriptions/{id}"

PAGES: Final = (
    AdminPage(
        name="subscriptions.all",
        title="Subscriptions",
        group="Finance",
        about="Who has which plan, and until when.",
        permission=MANAGE,
        reads="/v1/subscriptions/all",
        columns={
            "user_id": "Who", "plan": "Plan", "interval": "Paid by", "price": "Price", "status": "Status",
            "period_end": "Period ends",
        },
        people=("user_id",),
        filters=("status", "plan"),
        details={"Subscription": ONE, "Charges": f"{ONE}/charges", "History": f"{ONE}/history"},
        actions=(
            AdminAction(
                label="Cancel",
                calls=f"POST {ONE}/cancel",
                danger=True,
                confirm="The plan ends with its period, or at once. Nothing is paid back by itself.",
                when={"status": ("TRIALING", "ACTIVE", "PAST_DUE", "PENDING")},
            ),
        ),
    ),
    AdminPage(
        name="subscriptions.plans",
        title="Plans",
        group="Finance",
        about="What can be subscribed to, as the settings have it.",
        permission=MANAGE,
        reads="/v1/subscription-plans",
        columns={"title": "Plan", "prices": "Price", "limits": "At most", "features": "Features"},
    ),
)  # fmt: skip
