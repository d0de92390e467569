"""Read paths: pages of documents, one document, a sale's statement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kernel import Forbidden, NotFound, Page, Principal, paginate, where_scope
from plugins.invoices.models import Document
from plugins.invoices.permissions import READ
from plugins.invoices.services.audience import keeps_books, may_see
from plugins.invoices.services.numbering import CREDIT_NOTE, INVOICE


def page(viewer: Principal, asked: Mapping[str, Any]) -> Page[dict[str, Any]]:
    """Return a page of what somebody bought, sold or keeps the books of, the latest first. One statement."""
    found = Document.select().where(_audience(viewer, asked["as_"]))
    for name in ("kind", "ref", "scope"):
        if name in asked:
            found = found.where(getattr(Document, name) == asked[name])
    rows = paginate(found, (Document.id.desc(),), cursor=asked["cursor"], limit=asked["limit"])
    return Page([item(row) for row in rows.items], rows.next)


def _audience(viewer: Principal, party: str) -> Any:
    if party == "operator":
        if not viewer.scopes_for(READ):
            raise Forbidden(f"It takes {READ}.")
        return where_scope(viewer, READ, Document.scope)
    if viewer.id is None:
        raise Forbidden("This takes an account.")
    return (Document.buyer_id if party == "buyer" else Document.seller_id) == viewer.id


def visible(document_id: UUID, viewer: Principal) -> Document:
    """Return a document for its parties and who keeps the books of its scope; raise NotFound."""
    found: Document | None = Document.get_or_none(Document.id == document_id)
    if found is None or not may_see(found, viewer):
        raise NotFound
    return found


def sale(document_id: UUID, viewer: Principal) -> tuple[Document, list[Document]]:
    """Return an invoice and what was credited of it, for its seller and the books; raise NotFound."""
    found = visible(document_id, viewer)
    insider = viewer.id == found.seller_id or keeps_books(found, viewer)
    if not insider or found.kind != INVOICE:
        raise NotFound
    credited = Document.select().where(Document.ref == found.ref, Document.kind == CREDIT_NOTE)
    return found, list(credited.order_by(Document.id))


def item(row: Document) -> dict[str, Any]:
    """Return a document among others, as the API has it."""
    return {**row.__data__, "scope": row.scope or None, "total": _money(row, row.total)}


def whole(row: Document) -> dict[str, Any]:
    """Return a document as the API has it; without the commission, which is the seller's to know."""
    data = row.data
    return {
        **item(row),
        **{name: data[name] for name in ("seller", "buyer")},
        "order_number": data["order"]["number"],
        "paid_at": data.get("paid_at"),
        "lines": [
            {
                **{name: line[name] for name in ("title", "quantity")},
                "unit_price": _money(row, line["unit_amount"]),
                "amount": _money(row, line["amount"]),
            }
            for line in data.get("lines", ())
        ],
        "adjustments": [
            {"label": each["label"], "amount": _money(row, each["amount"])}
            for each in data.get("adjustments", ())
        ],
    }


def _money(row: Document, amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": row.currency}
