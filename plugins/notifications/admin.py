"""Deliveries in the web console: what was sent to whom, and what did not arrive."""

from __future__ import annotations

from typing import Final

from kernel import AdminAction, AdminPage

GROUP: Final = "Messages"

PAGES: Final = (
    AdminPage(
        name="notifications.deliveries",
        title="Deliveries",
        group=GROUP,
        about="Every message on its way, without its content.",
        permission="notifications:read_deliveries",
        reads="/v1/notifications/deliveries",
        columns={
            "address": "To", "type": "What", "channel": "By", "state": "State", "attempt": "Attempts",
            "reason": "Because", "created_at": "Since",
        },
        filters=("state", "channel", "type", "address"),
        details={"Delivery": "/v1/notifications/deliveries/{id}"},
        actions=(
            AdminAction(
                label="Try again",
                calls="POST /v1/notifications/deliveries/{id}/retry",
                permission="notifications:retry_deliveries",
                when={"state": ("failed",)},
            ),
        ),
    ),
    AdminPage(
        name="notifications.suppressions",
        title="Suppressed addresses",
        group=GROUP,
        about="Addresses nothing is sent to: they bounced, or their people complained.",
        permission="notifications:manage_suppressions",
        reads="/v1/notifications/suppressions",
        columns={"address": "Address", "type": "What", "reason": "Because", "created_at": "Since"},
        filters=("address",),
        actions=(
            AdminAction(
                label="Lift",
                calls="DELETE /v1/notifications/suppressions/{id}",
                confirm="Messages go to {address} again.",
            ),
        ),
    ),
)  # fmt: skip
