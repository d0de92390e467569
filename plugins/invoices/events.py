"""What happens to invoices, for other plugins to react to."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from kernel import Money, event


@event("invoices.document.issued", version=1, key="document_id")
class DocumentIssued:
    """There is a new invoice, or a credit note (`kind`); `ref` is what was sold, `total` what it is about."""

    document_id: UUID
    kind: str
    number: str
    ref: str
    seller_id: UUID
    buyer_id: UUID
    total: Money


EVENTS: Final = (DocumentIssued,)
PUBLIC: Final = ((DocumentIssued, ("seller_id", "buyer_id"), "invoices:read"),)
"""What `webhooks` may send to the parties, and to who keeps the books of the scope."""
