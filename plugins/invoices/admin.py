"""Invoices in the web console: those of the scopes whose books one keeps."""

from __future__ import annotations

from typing import Final

from kernel import AdminPage
from plugins.invoices.permissions import READ

ONE: Final = "/v1/invoices/{id}"

PAGES: Final = (
    AdminPage(
        name="invoices.all",
        title="Invoices",
        group="Finance",
        about="Invoices and credit notes, as they were issued. Open one to see it and keep its PDF.",
        permission=READ,
        scoped=True,
        reads="/v1/invoices?as=operator",
        columns={
            "number": "Number", "kind": "Kind", "seller_id": "Seller", "buyer_id": "Buyer",
            "total": "Total", "scope": "Of", "issued_at": "Issued",
        },
        people=("seller_id", "buyer_id"),
        filters=("kind", "ref"),
        details={"Invoice": ONE},
        downloads={"As PDF": f"{ONE}/document.pdf"},
    ),
)  # fmt: skip
