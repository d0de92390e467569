"""Webhooks in the web console: endpoints, what was sent to them, and sending it again."""

from __future__ import annotations

from typing import Any, Final

from kernel import AdminAction, AdminPage
from plugins.webhooks.permissions import OWN, SCOPE

ONE: Final = "/v1/webhooks/{id}"


def _action(label: str, calls: str, **more: Any) -> AdminAction:
    """Return an action; whoever keeps an endpoint may, also one of nobody's scope."""
    return AdminAction(label=label, calls=calls, permission=OWN, **more)


PAGES: Final = (
    AdminPage(
        name="webhooks.endpoints",
        title="Webhooks",
        group="System",
        about="Who is told what happens. Open one to see what was sent to it, and to send it again.",
        permission=SCOPE,
        scoped=True,
        reads="/v1/webhooks",
        columns={
            "url": "To", "description": "Description", "event_types": "Events", "scope": "Of",
            "status": "Status", "failing_since": "Failing since",
        },
        people=("owner_id",),
        details={"Endpoint": ONE, "Deliveries": f"{ONE}/deliveries"},
        actions=(
            _action("Add an endpoint", "POST /v1/webhooks", alone=True),
            _action("Change", f"PATCH {ONE}"),
            _action("Send a test", f"POST {ONE}/test", when={"status": ("ENABLED",)}),
            _action("Send one again", f"POST {ONE}/deliveries/{{delivery_id}}/replay"),
            _action("Send a time again", f"POST {ONE}/replay", when={"status": ("ENABLED",)}),
            _action("Enable", f"POST {ONE}/enable", when={"status": ("DISABLED",)}),
            _action(
                "Disable",
                f"POST {ONE}/disable",
                danger=True,
                confirm="Nothing is sent to {url} until it is enabled; what waits is cancelled.",
                when={"status": ("ENABLED",)},
            ),
            _action(
                "New secret",
                f"POST {ONE}/secret",
                danger=True,
                confirm="Messages are signed with a new secret; the old one signs beside it for a while.",
            ),
            _action(
                "Delete",
                f"DELETE {ONE}",
                danger=True,
                confirm="{url} is forgotten with its log; what waits is not sent.",
            ),
        ),
    ),
)  # fmt: skip
