"""Objects of orders for the generated tests."""

from __future__ import annotations

from uuid import UUID

from kernel import Money, Principal, uuid7
from kernel.application import Application
from kernel.testing.samples import Sample, sample
from plugins.accounts import api as accounts
from plugins.orders.api import change_status
from plugins.orders.pipeline import Draft, DraftLine, Offer
from plugins.orders.services import placement

ONE = "/orders/{order_id}"


def somebody() -> Principal:
    """Return somebody new, as the services see them."""
    user_id = accounts.create_user(name="Sample", email=f"sample-{uuid7().hex}@example.com", verified=True)
    return Principal(id=user_id, kind="user")


def placed(app: Application, buyer: Principal, seller: Principal, price: int = 4900) -> UUID:
    """Return a new order of a thing, as it comes out of the pipeline; one of price 0 is never to be paid."""
    assert seller.id is not None
    offer = Offer("sample:1", "Oak chair", seller.id, Money(price, "USD"), snapshot={"made_of": "oak"})
    draft = Draft(uuid7(), buyer, "USD", (DraftLine(uuid7(), uuid7(), 0, offer, 1),))
    with app.db.atomic():
        [order] = placement.carry_out(draft)
    return UUID(str(order["id"]))


@sample("order_id", paths=[f"{method} {ONE}" for method in ("GET", "PATCH")] + [f"GET {ONE}/history"])
def pending(app: Application) -> Sample:
    buyer = somebody()
    assert buyer.id is not None
    order_id = placed(app, buyer, somebody())
    change = {"status": "CANCELLED", "reason": "Bought by mistake"}
    return Sample({"order_id": order_id}, owner=buyer.id, bodies={f"PATCH {ONE}": change})


@sample("order_id", paths=[f"POST {ONE}/{name}" for name in ("confirm", "cancel")])
def to_be_confirmed(app: Application) -> Sample:
    seller = somebody()
    assert seller.id is not None
    order_id = placed(app, somebody(), seller, price=0)
    bodies = {f"POST {ONE}/cancel": {"reason": "It broke"}, f"POST {ONE}/confirm": {}}
    return Sample({"order_id": order_id}, owner=seller.id, bodies=bodies)


@sample("order_id", paths=[f"POST {ONE}/restock"])
def cancelled(app: Application) -> Sample:
    seller = somebody()
    assert seller.id is not None
    order_id = placed(app, somebody(), seller, price=0)
    change_status(order_id, "cancel", actor=seller, reason="It broke")
    return Sample({"order_id": order_id}, owner=seller.id, bodies={f"POST {ONE}/restock": {}})


@sample("order_id", paths=[f"POST {ONE}/complete"])
def confirmed(app: Application) -> Sample:
    buyer, seller = somebody(), somebody()
    assert buyer.id is not None
    order_id = placed(app, buyer, seller, price=0)
    change_status(order_id, "confirm", actor=seller)
    return Sample({"order_id": order_id}, owner=buyer.id, bodies={f"POST {ONE}/complete": {}})


@sample(rooms=["user"])
def account(app: Application) -> Sample:
    who = somebody()
    assert who.id is not None
    return Sample({"user": who.id}, owner=who.id)
