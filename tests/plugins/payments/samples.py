"""Objects of payments for the generated tests."""

from __future__ import annotations

from uuid import UUID

from kernel import uuid7
from kernel.application import Application
from kernel.testing.samples import Sample, sample
from plugins.payments import api
from plugins.payments.models import Split
from plugins.payments.services import confirming, demands, methods, payouts

PAYMENT, ESCROW, PAYOUT = "/payments/{payment_id}", "/escrows/{escrow_id}", "/payouts/{payout_id}"
UNSCOPED = {"/payments/webhooks/{gateway}": "a gateway is everybody's; its webhooks are signed"}


def due(payer: UUID, payee: UUID, **more: object) -> UUID:
    splits = [api.Split(payee, 1_000, 100)]
    return api.demand(f"thing:{uuid7()}", payer, splits, "USD", "A chair", **more).id  # type: ignore[arg-type]


def paid(payer: UUID, payee: UUID, **more: object) -> UUID:
    payment_id = due(payer, payee, **more)
    confirming.confirm(payment_id, payer, method="tok_ok")
    return payment_id


def rich() -> UUID:
    owner = uuid7()
    topped = demands.demand(
        f"topup:{owner}", owner, [demands.Share(owner, 5_000)], "USD", "", purpose="topup"
    )
    confirming.confirm(topped.id, owner, method="tok_ok")
    return owner


@sample("payment_id")
def payment(app: Application) -> Sample:
    payer = uuid7()
    bodies = {f"POST {PAYMENT}/confirm": {"method": "tok_ok"}, f"POST {PAYMENT}/cancel": {}}
    return Sample({"payment_id": due(payer, uuid7())}, owner=payer, bodies=bodies)


@sample("payment_id", paths=[f"POST {PAYMENT}/refunds"])
def captured(app: Application) -> Sample:
    payer = uuid7()
    return Sample(
        {"payment_id": paid(payer, uuid7())},
        owner=payer,
        bodies={"POST": {"amount": {"amount": 100, "currency": "USD"}}},
    )


@sample("payment_id", paths=[f"POST {PAYMENT}/capture"])
def authorised(app: Application) -> Sample:
    payer = uuid7()
    return Sample({"payment_id": paid(payer, uuid7(), capture="manual")}, owner=payer)


@sample("escrow_id")
def escrow(app: Application) -> Sample:
    payer = uuid7()
    split = Split.get(Split.payment_id == paid(payer, uuid7(), escrow=True))
    return Sample({"escrow_id": split.id}, owner=payer, bodies={"POST": {}})


@sample("escrow_id", paths=[f"POST {ESCROW}/refund"])
def refundable(app: Application) -> Sample:
    payee = uuid7()
    split = Split.get(Split.payment_id == paid(uuid7(), payee, escrow=True))
    return Sample({"escrow_id": split.id}, owner=payee, bodies={"POST": {}})


@sample("payout_id")
def payout(app: Application) -> Sample:
    owner = rich()
    method = methods.add(owner, "", "payout", "acct_ok", "Bank", default=True)
    made = payouts.request(owner, 1_000, "USD", method.id)
    return Sample({"payout_id": made.id}, owner=owner, bodies={f"POST {PAYOUT}/reject": {}})


@sample("method_id")
def method(app: Application) -> Sample:
    owner = uuid7()
    made = methods.add(owner, "", "pay", "tok_ok", "Visa", default=True)
    said = {"consent": "My card may be charged for renewals."}
    bodies = {"PUT /payments/methods/{method_id}/off-session": said}
    return Sample({"method_id": made.id}, owner=owner, bodies=bodies)
