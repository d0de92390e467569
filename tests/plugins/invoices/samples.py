"""An invoice, for the generated tests."""

from __future__ import annotations

from datetime import timedelta

from kernel import uuid7
from kernel.application import Application
from kernel.testing.samples import Sample, sample
from plugins.accounts import api as accounts
from plugins.invoices.services import issuing
from plugins.invoices.sources import Line, Sale


def sale(app: Application, **more: object) -> Sale:
    """Return a sale of an oak chair to somebody by somebody."""
    people = [
        accounts.create_user(name="Sample", email=f"sample-{uuid7().hex}@example.com", verified=True)
        for _ in range(2)
    ]
    at = app.clock.now() - timedelta(hours=1)
    line = Line(title="Oak chair", quantity=1, unit_amount=4900, amount=4900)
    given = {
        "id": uuid7(), "number": "ORD-1", "seller_id": people[0], "buyer_id": people[1], "currency": "USD",
        "total": 4900, "lines": [line], "ordered_at": at, "sold_at": at, **more,
    }  # fmt: skip
    return Sale(**given)  # type: ignore[arg-type]


@sample("document_id")
def issued(app: Application) -> Sample:
    sold = sale(app, scope=f"building:{uuid7()}")
    with app.db.atomic():
        document = issuing.issue(f"order:{sold.id}", sold, None)
    return Sample({"document_id": document.id}, owner=sold.seller_id, scope=sold.scope)
