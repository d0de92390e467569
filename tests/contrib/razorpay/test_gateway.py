"""Paying by Razorpay, against a server that speaks its API."""

from __future__ import annotations

from datetime import timedelta

import pytest

from plugins.payments import api, gateways
from plugins.payments.api import Charge
from plugins.payments.models import Method, Operation, Payment
from tests.contrib.razorpay.conftest import KEY_ID, signed


def begun(shop, **more):
    """Return a payment whose order is known to Razorpay, and the order's id."""
    payment_id = shop.due(currency="INR", **more)
    asked = shop.confirm(payment_id)
    assert asked["status"] == "ACTION_REQUIRED"
    return payment_id, asked["client"]["order_id"]


def paid(shop, razorpay, **more):
    payment_id, order_id = begun(shop, **more)
    done = shop.confirm(payment_id, data=razorpay.pay(order_id))
    return payment_id, done


def test_checkout_pays_the_order_and_the_signature_is_checked(shop, razorpay):
    payment_id, order_id = begun(shop)
    client = shop.confirm(payment_id)["client"]

    done = shop.confirm(payment_id, data=razorpay.pay(order_id))

    assert client == {"key": KEY_ID, "order_id": order_id, "amount": 10_000, "currency": "INR"}
    assert (done["status"], shop.clearing("INR"), shop.captures()) == ("CAPTURED", 10_000, 1)
    assert razorpay.orders[order_id]["notes"] == {"payment_id": str(payment_id)}
    assert len(razorpay.orders) == 1


def test_a_forged_signature_does_not_pay(shop, razorpay):
    payment_id, order_id = begun(shop)
    given = {**razorpay.pay(order_id, "failed"), "razorpay_signature": "0" * 64}

    answer = shop.confirm(payment_id, data=given)

    assert (answer["status"], answer["failure"], shop.clearing("INR")) == ("FAILED", "bad_signature", 0)


def test_a_failed_attempt_may_be_followed_by_a_good_one_of_the_same_order(shop, razorpay):
    payment_id, order_id = begun(shop)
    failed = shop.confirm(payment_id, data=razorpay.pay(order_id, "failed"))

    done = shop.confirm(payment_id, data=razorpay.pay(order_id))

    assert (failed["status"], failed["failure"]) == ("FAILED", "payment_cancelled")
    assert done["status"] == "CAPTURED"


def test_what_is_only_authorised_is_captured(shop, razorpay):
    payment_id, order_id = begun(shop)

    done = shop.confirm(payment_id, data=razorpay.pay(order_id, "authorized"))

    assert done["status"] == "CAPTURED"
    assert razorpay.count("POST", "/capture") == 1


def test_manual_capture(shop, razorpay):
    payment_id, done = paid(shop, razorpay, capture="manual")

    answers = [shop.treasurer.post(f"/v1/payments/{payment_id}/capture").json["status"] for _ in range(2)]

    assert (done["status"], answers) == ("AUTHORISED", ["CAPTURED", "CAPTURED"])
    assert razorpay.count("POST", "/capture") == 1


def test_a_capture_whose_answer_is_lost_is_found_done(shop, razorpay):
    payment_id, _ = paid(shop, razorpay, capture="manual")
    razorpay.lose = "/v1/payments"
    shop.treasurer.post(f"/v1/payments/{payment_id}/capture")
    razorpay.lose = ""
    before = shop.status(payment_id)

    shop.app.clock.advance(timedelta(minutes=3))
    shop.run()

    assert (before, shop.status(payment_id), shop.clearing("INR")) == ("AUTHORISED", "CAPTURED", 10_000)


def test_an_order_whose_answer_is_lost_is_found_by_its_receipt(shop, razorpay):
    payment_id = shop.due(currency="INR")
    razorpay.lose = "/v1/orders"
    shop.confirm(payment_id)
    razorpay.lose = ""

    shop.app.clock.advance(timedelta(minutes=3))
    shop.run()

    assert shop.status(payment_id) == "ACTION_REQUIRED"
    assert razorpay.count("POST", "/orders") in (0, 1)
    assert len(razorpay.orders) == 1


def test_webhooks_before_the_client_pay_once(shop, razorpay):
    payment_id, order_id = begun(shop)
    given = razorpay.pay(order_id)
    entity = razorpay.payments[given["razorpay_payment_id"]]

    late = shop.deliver(*signed("payment.authorized", {**entity, "status": "authorized"}))
    answers = [shop.deliver(*signed("payment.captured", entity, "evt_once")) for _ in range(5)]
    done = shop.confirm(payment_id, data=given)

    assert late.json["outcome"] == "known"
    assert [each.json["outcome"] for each in answers] == ["captured", *["repeated"] * 4]
    assert (done["status"], shop.captures()) == ("CAPTURED", 1)


@pytest.mark.parametrize("fault", ["secret", "body", "no id"])
def test_a_webhook_that_is_not_razorpays_changes_nothing(shop, razorpay, fault):
    payment_id, order_id = begun(shop)
    entity = razorpay.payments[razorpay.pay(order_id)["razorpay_payment_id"]]
    headers, body = signed("payment.captured", entity, secret="other" if fault == "secret" else "old")
    if fault == "no id":
        del headers["x-razorpay-event-id"]

    answer = shop.deliver(headers, body + (b" " if fault == "body" else b""))

    assert (answer.status, shop.status(payment_id)) == (401, "ACTION_REQUIRED")


def test_refunds_end_by_webhook_or_by_asking(shop, razorpay):
    payment_id, _ = paid(shop, razorpay)
    first = shop.refund(payment_id, 4_000)
    [told] = razorpay.refunds.values()
    told["status"] = "processed"

    outcome = shop.deliver(*signed("refund.processed", told)).json["outcome"]
    second = shop.refund(payment_id)
    for each in razorpay.refunds.values():
        each["status"] = "processed"
    shop.app.clock.advance(timedelta(minutes=5))
    shop.run()

    assert (first["state"], outcome, second["amount"]["amount"]) == ("PENDING", "done", 6_000)
    assert (shop.status(payment_id), shop.clearing("INR")) == ("REFUNDED", 0)
    assert sum(each["amount"] for each in razorpay.refunds.values()) == 10_000


def test_a_refund_whose_answer_is_lost_happens_once(shop, razorpay):
    payment_id, _ = paid(shop, razorpay)
    razorpay.lose = "/v1/payments"
    shop.refund(payment_id, 4_000)
    razorpay.lose = ""

    for _ in range(2):
        shop.app.clock.advance(timedelta(hours=1))
        shop.run()
        for each in razorpay.refunds.values():
            each["status"] = "processed"

    assert (len(razorpay.refunds), shop.clearing("INR")) == (1, 6_000)


def test_an_expired_order_that_is_paid_late_is_paid_back(shop, razorpay):
    payment_id, order_id = begun(shop)
    Payment.update(expires_at=shop.app.clock.now()).where(Payment.id == payment_id).execute()
    from plugins.payments.services import expiry  # noqa: PLC0415 - after the application is there

    expiry.expire()
    shop.run()
    given = razorpay.pay(order_id)
    outcome = shop.deliver(*signed("payment.captured", razorpay.payments[given["razorpay_payment_id"]]))
    shop.run()
    for each in razorpay.refunds.values():
        each["status"] = "processed"
    shop.app.clock.advance(timedelta(minutes=5))
    shop.run()

    assert (outcome.json["outcome"], shop.status(payment_id)) == ("sent back", "EXPIRED")
    assert ([each["amount"] for each in razorpay.refunds.values()], shop.clearing("INR")) == ([10_000], 0)


@pytest.mark.parametrize(("amount", "currency"), [(99, "INR"), (1_999, "KWD")])
def test_an_amount_razorpay_does_not_take_is_refused_before_it_is_asked(shop, razorpay, amount, currency):
    answer = shop.buyer.post(f"/v1/payments/{shop.due(amount, currency)}/confirm", {})

    assert (answer.status, answer.problem, razorpay.calls) == (422, "payment-not-taken", [])


@pytest.mark.parametrize(
    ("ends", "status", "held"), [("processed", "PAID", 1_000), ("reversed", "FAILED", 10_000)]
)
def test_a_payout_ends_as_the_webhook_says(shop, razorpay, ends, status, held):
    paid(shop, razorpay)
    seller = shop.buyer.as_user(shop.seller)
    bank = seller.post("/v1/payments/methods", {"use": "payout", "token": "fa_1"}).json
    body = {"amount": {"amount": 9_000, "currency": "INR"}, "method_id": bank["id"]}
    made = seller.post("/v1/payouts", body).json
    shop.treasurer.post(f"/v1/payouts/{made['id']}/approve")
    shop.run()
    [told] = razorpay.payouts.values()

    answer = shop.deliver(*signed(f"payout.{ends}", {**told, "status": ends}))

    assert (told["fund_account_id"], answer.status) == ("fa_1", 200)
    assert seller.get(f"/v1/payouts/{made['id']}").json["status"] == status
    assert shop.clearing("INR") == held


def test_a_refund_made_in_razorpays_dashboard_is_booked_once(shop, razorpay):
    paid(shop, razorpay)
    [payment] = razorpay.payments.values()
    about = {"id": "rfnd_console", "status": "processed", "amount": 4_000, "currency": "INR", "notes": []}
    told = [signed("refund.processed", about, payment=payment) for _ in range(2)]

    answers = [shop.deliver(*each) for each in told]

    assert [each.json["outcome"] for each in answers] == ["refunded", "done"]
    assert shop.clearing("INR") == 6_000


def test_razorpays_fee_is_booked_once(shop, razorpay):
    paid(shop, razorpay)
    [payment] = razorpay.payments.values()

    for _ in range(2):
        assert shop.deliver(*signed("payment.captured", {**payment, "fee": 236, "tax": 36})).status == 200

    assert (shop.clearing("INR"), shop.fees("INR")) == (9_764, 236)


def test_a_confirmed_token_is_charged_without_its_owner_once(shop, razorpay):
    agreed = shop.keep("cust_1/token_1")

    payment_id = shop.due(1_999)
    api.charge_kept(payment_id, "system")
    [operation] = Operation.select().where(Operation.kind == "confirm")
    asked = Charge(
        payment_id, 1_999, "USD", "automatic", "", str(operation.id), "cust_1/token_1", off_session=True
    )
    gateways.named("razorpay").create_intent(asked)  # by a worker that dies before it records the answer
    shop.run()

    assert agreed.status == 200, agreed.text
    assert (shop.status(payment_id), shop.captures()) == ("CAPTURED", 1)
    [payment] = razorpay.payments.values()
    assert (payment["amount"], payment["notes"]) == (1_999, {"key": str(operation.id)})


def test_a_token_that_was_declined_is_charged_again_for_the_same_order(shop, razorpay):
    shop.keep("cust_1/token_bad")
    payment_id = shop.charge()
    declined = shop.status(payment_id)
    Method.update(kept="cust_1/token_1").execute()

    shop.charge(payment_id=payment_id)

    assert (declined, shop.status(payment_id), shop.captures()) == ("FAILED", "CAPTURED", 1)
    assert (len(razorpay.orders), len(razorpay.payments)) == (1, 2)


@pytest.mark.parametrize("token", ["cust_1/token_new", "cust_1/token_lost", "token_1"])
def test_a_token_that_is_not_confirmed_is_not_kept(shop, token):
    answer = shop.keep(token)

    assert (answer.status, answer.problem) == (409, "method-refused")


def test_a_token_of_anothers_customer_is_not_kept_and_an_account_has_one(shop):
    stranger = shop.buyer.as_user()
    assert shop.keep("cust_1/token_1").status == 200

    taken = [shop.keep(f"cust_1/{name}", stranger) for name in ("token_1", "token_bad")]
    second = shop.keep("cust_2/token_2")
    own = shop.keep("cust_2/token_2", stranger)

    assert [(one.status, one.json["code"]) for one in (*taken, second)] == [(409, "not_yours")] * 3
    assert str(shop.buyer.user_id) not in taken[0].text
    assert own.status == 200, own.text
