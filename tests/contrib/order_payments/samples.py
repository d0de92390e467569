"""An order to be paid, for the generated tests."""

from __future__ import annotations

from uuid import UUID

from kernel import Money, Principal, uuid7
from kernel.application import Application
from kernel.testing.samples import Sample, sample
from plugins.accounts import api as accounts
from plugins.orders.pipeline import Draft, DraftLine, Offer
from plugins.orders.services import placement


def somebody() -> UUID:
    return accounts.create_user(name="Sample", email=f"sample-{uuid7().hex}@example.com", verified=True)


@sample("order_id")
def placed(app: Application) -> Sample:
    buyer = somebody()
    offer = Offer("sample:1", "Oak chair", somebody(), Money(4900, "USD"), snapshot={})
    lines = (DraftLine(uuid7(), uuid7(), 0, offer, 1),)
    with app.db.atomic():
        [order] = placement.carry_out(Draft(uuid7(), Principal(id=buyer, kind="user"), "USD", lines))
    return Sample({"order_id": order["id"]}, owner=buyer)
