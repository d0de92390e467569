"""Money in the web console: payments, escrows, payouts, the ledger."""

from __future__ import annotations

from typing import Any, Final

from kernel import AdminAction, AdminChart, AdminPage
from plugins.payments.permissions import MANAGE, PAYOUTS, READ

PAYMENT: Final = "/v1/payments/{id}"
ESCROW: Final = "/v1/escrows/{id}"
PAYOUT: Final = "/v1/payouts/{id}"


def _page(name: str, title: str, about: str, reads: str, **more: Any) -> AdminPage:
    return AdminPage(
        name=f"payments.{name}",
        title=title,
        group="Finance",
        about=about,
        permission=READ,
        reads=reads,
        **more,
    )


PAGES: Final = (
    _page(
        "payments",
        "Payments",
        "Who pays for what, by which gateway, and how far it is.",
        "/v1/payments/all",
        columns={
            "description": "For",
            "payer_id": "Payer",
            "amount": "Amount",
            "refunded": "Went back",
            "status": "Status",
            "gateway": "By",
            "created_at": "Since",
        },
        people=("payer_id", "payee_id"),
        filters=("status", "ref", "payer_id"),
        details={"Payment": PAYMENT, "Refunds": f"{PAYMENT}/refunds"},
        actions=(
            AdminAction(
                label="Refund",
                calls=f"POST {PAYMENT}/refunds",
                permission=MANAGE,
                danger=True,
                confirm="Of {amount}, {refunded} went back. What you give here follows, to the payer.",
                when={"status": ("CAPTURED",)},
            ),
            AdminAction(
                label="Capture",
                calls=f"POST {PAYMENT}/capture",
                permission=MANAGE,
                confirm="{amount} is taken from the payer now.",
                when={"status": ("AUTHORISED",)},
            ),
            AdminAction(
                label="Cancel",
                calls=f"POST {PAYMENT}/cancel",
                permission=MANAGE,
                danger=True,
                confirm="The payment of {amount} ends; what was authorised is let go.",
                when={"status": ("DUE", "FAILED", "ACTION_REQUIRED", "AUTHORISED")},
            ),
        ),
    ),
    _page(
        "failed_refunds",
        "Failed refunds",
        "What did not go back. Refund the payment again, or release its escrow.",
        "/v1/payments/refunds/failed",
        columns={"created_at": "When", "amount": "Amount", "reason": "Reason", "failure": "Because"},
        details={"Payment": "/v1/payments/{payment_id}"},
        people=("payer_id", "payee_id"),
        actions=(
            AdminAction(
                label="Refund again",
                calls="POST /v1/payments/{payment_id}/refunds",
                permission=MANAGE,
                danger=True,
                confirm="{amount} did not go back. What you give here is tried anew.",
            ),
        ),
    ),
    _page(
        "transactions",
        "Ledger",
        "Every entry of every account, as it was booked.",
        "/v1/transactions/all",
        columns={
            "created_at": "When",
            "account": "Account",
            "party_id": "Of",
            "kind": "What",
            "amount": "Amount",
            "balance": "Balance after",
            "description": "For",
        },
        people=("party_id",),
        filters=("currency", "account_kind"),
    ),
    _page(
        "escrows",
        "Escrows",
        "What is held until goods or services are delivered.",
        "/v1/escrows/all",
        columns={
            "payer_id": "Payer",
            "payee_id": "Payee",
            "amount": "Amount",
            "held": "Held",
            "state": "State",
            "created_at": "Since",
        },
        people=("payer_id", "payee_id"),
        filters=("state",),
        details={"Escrow": ESCROW},
        actions=(
            AdminAction(
                label="Release",
                calls=f"POST {ESCROW}/release",
                permission=MANAGE,
                danger=True,
                confirm="{held} goes to the payee. This cannot be taken back.",
                when={"state": ("HELD",)},
            ),
            AdminAction(
                label="Refund",
                calls=f"POST {ESCROW}/refund",
                permission=MANAGE,
                danger=True,
                confirm="{held} goes back to the payer.",
                when={"state": ("HELD",)},
            ),
        ),
    ),
    _page(
        "payouts",
        "Payouts",
        "What people have sent to their banks.",
        "/v1/payouts/all",
        columns={
            "owner_id": "Who",
            "amount": "Amount",
            "destination": "To",
            "status": "Status",
            "failure": "Because",
            "created_at": "Since",
        },
        people=("owner_id",),
        filters=("status",),
        waiting={"status": "REQUESTED"},
        details={"Payout": PAYOUT},
        actions=(
            AdminAction(
                label="Approve",
                calls=f"POST {PAYOUT}/approve",
                permission=PAYOUTS,
                confirm="{amount} is sent to {destination}.",
                when={"status": ("REQUESTED",)},
            ),
            AdminAction(
                label="Reject",
                calls=f"POST {PAYOUT}/reject",
                permission=PAYOUTS,
                danger=True,
                confirm="{amount} goes back to the wallet it came from.",
                when={"status": ("REQUESTED",)},
            ),
        ),
    ),
    _page(
        "trial_balance",
        "Trial balance",
        "What must hold of the ledger, counted from all its entries within the last five minutes.",
        "/v1/payments/trial-balance",
        charts=(
            AdminChart(
                title="In balance",
                rows="currencies",
                x="currency",
                y={
                    "balanced": "Balanced",
                    "sum": "Sum of all balances",
                    "unbalanced_movements": "Movements that do not sum to nothing",
                    "differing_accounts": "Accounts unlike their entries",
                    "negative_balances": "Balances below nothing",
                },
                kind="table",
            ),
            AdminChart(
                title="Balances",
                rows="currencies.accounts",
                x="kind",
                y={"balance": "Balance"},
                kind="table",
                money="currency",
            ),
        ),
    ),
)
