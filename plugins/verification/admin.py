"""Verification in the web console: what the platform is to decide."""

from __future__ import annotations

from typing import Final

from kernel import AdminAction, AdminPage
from plugins.verification.permissions import REVIEW

REQUEST: Final = "/v1/verifications/{id}"
WAITS: Final = {"status": ("PENDING",)}

PAGES: Final = (
    AdminPage(
        name="verification.queue",
        title="Verifications",
        group="Approvals",
        about="Who asks to be verified. Open a request to see its documents and its history.",
        permission=REVIEW,
        reads="/v1/verifications/queue",
        columns={
            "requester": "Who",
            "kind": "What",
            "status": "Status",
            "queued_at": "Waits since",
            "scope": "Where",
        },
        filters=("status", "kind", "claimed"),
        waiting={"status": "PENDING"},
        details={"Request": REQUEST, "History": f"{REQUEST}/history", "Notes": f"{REQUEST}/notes"},
        actions=(
            AdminAction(
                label="Approve",
                calls=f"POST {REQUEST}/approve",
                confirm="{requester} counts as verified from now on, and is told.",
                when=WAITS,
            ),
            AdminAction(
                label="Reject",
                calls=f"POST {REQUEST}/reject",
                danger=True,
                confirm="{requester} is told the reason and may hand in something better.",
                when=WAITS,
            ),
            AdminAction(label="Take", calls=f"POST {REQUEST}/claim", when=WAITS),
            AdminAction(label="Give back", calls=f"POST {REQUEST}/release", when=WAITS),
            AdminAction(label="Note", calls=f"POST {REQUEST}/notes"),
            AdminAction(
                label="Revoke",
                calls=f"POST {REQUEST}/revoke",
                danger=True,
                confirm="{requester} counts as verified no more, and is told the reason.",
                when={"status": ("APPROVED",)},
            ),
        ),
    ),
)
