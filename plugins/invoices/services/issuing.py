"""Documents are issued from what is true of a sale now: whatever is missing is made, once.

So news of a sale may come late, twice or in any order: all of it ends in
`bring_up_to_date`, which takes the lock of the ref, looks, and issues what is not
there yet.
"""

from __future__ import annotations

from typing import Any, Final

from kernel import Money, NotFound, Principal, app, uuid7
from plugins.invoices.events import DocumentIssued
from plugins.invoices.models import Document
from plugins.invoices.services import contents, personal
from plugins.invoices.services.audience import may_see
from plugins.invoices.services.numbering import CREDIT_NOTE, INVOICE, take
from plugins.invoices.sources import Sale, Settlement, Sources, refunds_of

_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('invoices:' || %s, 0))"


def bring_up_to_date(ref: str) -> Document | None:
    """Issue what is missing of a sale; return its invoice, None while it is not sold."""
    sources = app.service(Sources)
    with app.db.atomic():
        app.db.execute_sql(_LOCK, (ref,))
        sale = sources.sale(ref)
        if sale is None or personal.is_over(sale.sold_at):
            return None
        return issue(ref, sale, sources.settlement(ref))


def of_party(ref: str, party: Principal) -> Document:
    """Return the invoice of a sale for whom it concerns, issued if it was not yet; raise NotFound."""
    sale = app.service(Sources).sale(ref)
    found = bring_up_to_date(ref) if sale is not None and may_see(sale, party) else None
    if found is None:
        raise NotFound("There is no such sale of yours; an invoice is there once it is confirmed or paid.")
    return found


def issue_all() -> int:
    """Issue what is missing of everything there is, each in a transaction of its own; return how many."""
    before = Document.select().count()
    for ref in app.service(Sources).refs():
        bring_up_to_date(ref)
    return int(Document.select().count() - before)


def issue(ref: str, sale: Sale, settlement: Settlement | None) -> Document:
    """Issue what is missing of a sale whose ref is locked; return its invoice."""
    known = {row.key: row for row in Document.select().where(Document.ref == ref)}
    invoice = known.get(f"invoice:{ref}") or _invoice(ref, sale, settlement)
    left = invoice.total - sum(row.total for row in known.values() if row.kind == CREDIT_NOTE)
    for key, amount, commission in _credits(ref, sale, settlement, left):
        credited = min(amount, left)
        if key not in known and credited > 0:
            _issued(CREDIT_NOTE, key, sale, contents.credit_note(invoice, credited, commission))
            left -= credited
    return invoice


def _credits(ref: str, sale: Sale, settlement: Settlement | None, left: int) -> list[tuple[str, int, int]]:
    """Return what is to be credited: its key, its amount, the platform's part of that."""
    if settlement is not None:
        return [(f"refund:{one.id}", one.amount, one.commission) for one in refunds_of(settlement)]
    return [(f"void:{ref}", left, sale.commission)] if sale.voided_at is not None else []


def _invoice(ref: str, sale: Sale, settlement: Settlement | None) -> Document:
    return _issued(INVOICE, f"invoice:{ref}", sale, contents.invoice(ref, sale, settlement))


def _issued(kind: str, key: str, sale: Sale, made: dict[str, Any]) -> Document:
    series, number = take(kind, sale.seller_id)
    document: Document = Document.create(
        id=uuid7(), kind=kind, key=key, series=series, number=number, seller_id=sale.seller_id,
        buyer_id=sale.buyer_id, scope=sale.scope or "", currency=sale.currency,
        issued_at=app.clock.now(), **made,
    )  # fmt: skip
    told = DocumentIssued(
        document_id=document.id, kind=kind, number=number, ref=document.ref, seller_id=sale.seller_id,
        buyer_id=sale.buyer_id, total=Money(document.total, sale.currency),
    )  # fmt: skip
    app.bus.publish(told, scope=sale.scope or None)
    return document
