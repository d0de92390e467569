"""Paying by PayPal, against a server that speaks its API."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contrib.paypal.amounts import fault, from_paypal, to_paypal
from kernel.testing import race
from plugins.payments.models import Method
from tests.contrib.paypal.conftest import RETURN


def approved(shop, paypal, amount=10_000, currency="USD", **more):
    """Return a payment the payer has approved on PayPal's page, and its order's id."""
    payment_id = shop.due(amount, currency, **more)
    order_id = shop.confirm(payment_id)["client"]["order_id"]
    paypal.approve(order_id)
    return payment_id, order_id


def paid(shop, paypal, **more):
    payment_id, order_id = approved(shop, paypal, **more)
    assert shop.confirm(payment_id)["status"] in ("CAPTURED", "AUTHORISED")
    return payment_id, order_id


def test_the_payer_approves_and_confirming_captures(shop, paypal):
    payment_id = shop.due(1_999)

    begun = shop.confirm(payment_id)
    early = shop.confirm(payment_id)
    paypal.approve(begun["client"]["order_id"])
    done = [shop.confirm(payment_id)["status"] for _ in range(3)]

    assert begun["status"] == early["status"] == "ACTION_REQUIRED"
    assert begun["client"]["approve_url"].startswith("https://www.paypal.com/checkoutnow")
    assert (done, shop.clearing(), shop.captures()) == (["CAPTURED"] * 3, 1_999, 1)
    [order] = paypal.orders.values()
    assert order["purchase_units"][0]["amount"] == {"currency_code": "USD", "value": "19.99"}
    assert order["purchase_units"][0]["custom_id"] == str(payment_id)
    assert order["payment_source"]["paypal"]["experience_context"]["return_url"] == RETURN
    assert paypal.count("POST", "/capture") == 1


def test_a_declined_card_may_be_changed_on_paypals_page(shop, paypal):
    payment_id, order_id = approved(shop, paypal)
    paypal.declines = True
    declined = shop.confirm(payment_id)
    paypal.declines = False
    paypal.approve(order_id)

    done = shop.confirm(payment_id)

    assert (declined["status"], declined["failure"]) == ("FAILED", "instrument_declined")
    assert (done["status"], len(paypal.orders)) == ("CAPTURED", 1)


def test_manual_capture_and_cancellation(shop, paypal):
    kept, _ = paid(shop, paypal, capture="manual")
    dropped, order_id = paid(shop, paypal, capture="manual")

    answers = [shop.treasurer.post(f"/v1/payments/{kept}/capture").json["status"] for _ in range(2)]
    shop.treasurer.post(f"/v1/payments/{dropped}/cancel", {})
    shop.run()

    assert answers == ["CAPTURED", "CAPTURED"]
    held = paypal.orders[order_id]["purchase_units"][0]["payments"]["authorizations"][0]
    assert (shop.status(dropped), held["status"], shop.clearing()) == ("CANCELLED", "VOIDED", 10_000)


@pytest.mark.parametrize("step", ["/v2/checkout/orders", "/v1/oauth2/token"])
def test_a_lost_answer_is_asked_for_again_under_the_same_key(shop, paypal, step):
    payment_id = shop.due()
    paypal.lose = step
    lost = shop.confirm(payment_id)
    paypal.lose = ""

    shop.app.clock.advance(timedelta(minutes=3))
    shop.run()

    assert (lost["status"], shop.status(payment_id)) == ("PROCESSING", "ACTION_REQUIRED")
    assert len(paypal.orders) == 1


def test_a_capture_whose_answer_is_lost_happened_once(shop, paypal):
    payment_id, order_id = approved(shop, paypal)
    paypal.lose = f"/v2/checkout/orders/{order_id}/capture"
    lost = shop.confirm(payment_id)
    paypal.lose = ""

    shop.app.clock.advance(timedelta(minutes=3))
    shop.run()

    assert (lost["status"], shop.status(payment_id), shop.clearing()) == ("PROCESSING", "CAPTURED", 10_000)


def test_a_token_is_kept_until_it_ends_and_renewed_when_it_is_refused(shop, paypal):
    approved(shop, paypal)
    first = len(paypal.tokens)
    paypal.tokens.append("revoked elsewhere")

    paid(shop, paypal)
    renewed = len(paypal.tokens)
    shop.app.clock.advance(timedelta(hours=9))
    shop.buyer = shop.buyer.as_user(shop.buyer.user_id)
    shop.confirm(shop.due())

    assert (first, renewed, len(paypal.tokens)) == (1, 3, 4)


def test_a_webhook_paypal_vouches_for_pays_once(shop, paypal):
    payment_id, order_id = approved(shop, paypal)
    paypal._taken(paypal.orders[order_id], "capture")

    answers = [
        shop.deliver(*paypal.send("PAYMENT.CAPTURE.COMPLETED", paypal.capture_of(order_id), "WH-once"))
        for _ in range(5)
    ]
    done = shop.confirm(payment_id)

    assert [each.json["outcome"] for each in answers] == ["captured", *["repeated"] * 4]
    assert (done["status"], shop.captures(), shop.clearing()) == ("CAPTURED", 1, 10_000)


@pytest.mark.parametrize("fault", ["body", "unknown", "missing"])
def test_a_webhook_paypal_did_not_send_changes_nothing(shop, paypal, fault):
    payment_id, order_id = approved(shop, paypal)
    paypal._taken(paypal.orders[order_id], "capture")
    headers, body = paypal.send("PAYMENT.CAPTURE.COMPLETED", paypal.capture_of(order_id))
    if fault == "body":
        body = body.replace(b"100.00", b"100.01")
    elif fault == "unknown":
        headers["paypal-transmission-id"] = "transmission-0"
    else:
        del headers["paypal-transmission-sig"]

    answer = shop.deliver(headers, body)

    assert (answer.status, answer.problem) == (401, "payment-webhook-refused")
    assert shop.status(payment_id) == "ACTION_REQUIRED"


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"id": "WH-1"}'])
def test_a_webhook_that_is_no_event_is_refused(shop, body):
    assert shop.deliver({}, body).status == 400


def test_partial_refunds_reach_exactly_what_was_captured(shop, paypal):
    payment_id, _ = paid(shop, paypal)

    first, rest = shop.refund(payment_id, 3_333), shop.refund(payment_id)

    done = [(each["amount"]["amount"], each["state"]) for each in (first, rest)]
    assert done == [(3_333, "DONE"), (6_667, "DONE")]
    assert [each["amount"]["value"] for each in paypal.refunds.values()] == ["33.33", "66.67"]
    assert (shop.status(payment_id), shop.clearing()) == ("REFUNDED", 0)


def test_a_refund_whose_answer_is_lost_happens_once(shop, paypal):
    payment_id, _ = paid(shop, paypal)
    paypal.lose = "/v2/payments/captures"
    pending = shop.refund(payment_id, 4_000)
    paypal.lose = ""

    shop.app.clock.advance(timedelta(hours=1))
    shop.run()

    assert (pending["state"], len(paypal.refunds), shop.clearing()) == ("PENDING", 1, 6_000)


def test_a_payout_is_pending_until_paypal_has_sent_it(shop, paypal):
    paid(shop, paypal)
    seller = shop.buyer.as_user(shop.seller)
    bank = seller.post("/v1/payments/methods", {"use": "payout", "token": "ann@example.com"}).json
    body = {"amount": {"amount": 9_000, "currency": "USD"}, "method_id": bank["id"]}
    made = seller.post("/v1/payouts", body).json
    shop.treasurer.post(f"/v1/payouts/{made['id']}/approve")
    shop.run()
    pending = seller.get(f"/v1/payouts/{made['id']}").json["status"]
    [batch] = paypal.payouts.values()
    batch["items"][0]["transaction_status"] = "SUCCESS"

    shop.app.clock.advance(timedelta(minutes=5))
    shop.run()

    assert batch["items"][0]["payout_item"]["receiver"] == "ann@example.com"
    assert (pending, seller.get(f"/v1/payouts/{made['id']}").json["status"]) == ("APPROVED", "PAID")
    assert shop.clearing() == 1_000


@pytest.mark.parametrize(
    ("amount", "currency", "value"),
    [(1_999, "USD", "19.99"), (500, "JPY", "500"), (50_000, "HUF", "500"), (5, "EUR", "0.05")],
)
def test_amounts_are_written_as_paypal_does(amount, currency, value):
    told = to_paypal(amount, currency)

    assert told == {"currency_code": currency, "value": value}
    assert from_paypal(told).amount == amount


@pytest.mark.parametrize(("amount", "currency"), [(1_999, "KWD"), (50_001, "HUF")])
def test_what_paypal_does_not_take_is_refused_before_it_is_asked(shop, paypal, amount, currency):
    answer = shop.buyer.post(f"/v1/payments/{shop.due(amount, currency)}/confirm", {})

    assert fault(amount, currency)
    assert (answer.status, answer.problem, paypal.calls) == (422, "payment-not-taken", [])


def test_a_refund_made_at_paypal_is_booked_once(shop, paypal):
    _, order_id = paid(shop, paypal)
    links = [{"rel": "up", "href": f"{paypal.url}/v2/payments/captures/{paypal.capture_of(order_id)['id']}"}]
    money = {"currency_code": "USD", "value": "40.00"}
    about = {"id": "REFCONSOLE", "status": "COMPLETED", "amount": money, "links": links}

    answers = [shop.deliver(*paypal.send("PAYMENT.CAPTURE.REFUNDED", about)) for _ in range(2)]

    assert [each.json["outcome"] for each in answers] == ["refunded", "done"]
    assert shop.clearing() == 6_000


def test_a_refund_of_a_capture_that_is_not_ours_is_kept_as_unknown(shop, paypal):
    paid(shop, paypal)
    links = [{"rel": "up", "href": f"{paypal.url}/v2/payments/captures/OTHER"}]
    money = {"currency_code": "USD", "value": "40.00"}
    about = {"id": "REFOTHER", "status": "COMPLETED", "amount": money, "links": links}

    answer = shop.deliver(*paypal.send("PAYMENT.CAPTURE.REFUNDED", about))

    assert (answer.json["outcome"], shop.clearing()) == ("unknown", 10_000)


def test_paypals_fee_is_booked(shop, paypal):
    paypal.fee = "3.98"

    paid(shop, paypal)

    assert (shop.clearing(), shop.fees()) == (9_602, 398)


def test_a_vaulted_account_is_charged_by_the_order_itself(shop, paypal):
    agreed = shop.keep("vault_1")

    payment_id = shop.charge(1_999)
    shop.run()

    assert agreed.status == 200, agreed.text
    assert (shop.status(payment_id), shop.captures()) == ("CAPTURED", 1)
    [order] = paypal.orders.values()
    assert order["payment_source"]["paypal"]["vault_id"] == "vault_1"
    assert order["payment_source"]["paypal"]["stored_credential"]["usage"] == "SUBSEQUENT"


def test_a_declined_charge_is_followed_by_an_order_of_its_own(shop, paypal):
    shop.keep("vault_bad")
    payment_id = shop.charge()
    declined = shop.buyer.get(f"/v1/payments/{payment_id}").json
    Method.update(kept="paypal/vault_1").execute()

    shop.charge(payment_id=payment_id)

    assert (declined["status"], declined["failure"]) == ("FAILED", "INSTRUMENT_DECLINED")
    assert (shop.status(payment_id), len(paypal.orders)) == ("CAPTURED", 1)


def test_a_charge_paypal_wants_the_payer_for_is_left_to_them(shop, paypal):
    shop.keep("vault_sca")
    payment_id = shop.charge()
    waiting = shop.buyer.get(f"/v1/payments/{payment_id}").json

    paypal.approve(waiting["client"]["order_id"])
    done = shop.confirm(payment_id)

    assert waiting["status"] == "ACTION_REQUIRED"
    assert (done["status"], shop.captures()) == ("CAPTURED", 1)


def test_only_what_paypal_charges_without_the_payer_is_kept(shop, paypal):
    answer = shop.keep("vault_venmo")

    assert (answer.status, answer.problem) == (409, "method-refused")


def test_a_token_of_anothers_customer_is_not_kept_and_an_account_has_one(shop, paypal):
    stranger = shop.buyer.as_user()
    assert shop.keep("vault_1").status == 200

    taken = [shop.keep(name, stranger) for name in ("vault_1", "vault_2")]
    paypal.customer = {"id": "c2"}
    second, own = shop.keep("vault_3"), shop.keep("vault_4", stranger)

    assert [(one.status, one.json["code"]) for one in (*taken, second)] == [(409, "not_yours")] * 3
    assert str(shop.buyer.user_id) not in taken[0].text
    assert own.status == 200, own.text


def test_of_two_who_keep_one_token_at_once_one_has_it(shop):
    people = [shop.buyer.as_user() for _ in range(2)]
    shop.keep("vault_venmo")  # the credentials of PayPal's API are there from now on
    shop.app.db.release()

    answers = race(*[lambda one=one: shop.keep("vault_1", one).status for one in people])

    assert sorted(answers) == [200, 409]


def test_a_token_made_for_an_account_is_kept_by_nobody_else(shop, paypal):
    paypal.customer = {"id": "c1", "merchant_customer_id": str(shop.buyer.user_id)}

    stolen = shop.keep("vault_1", shop.buyer.as_user())
    own = shop.keep("vault_1")

    assert (stolen.status, stolen.json["code"], own.status) == (409, "not_yours", 200)


def test_a_token_of_nobody_is_not_kept(shop, paypal):
    paypal.customer = {}

    assert shop.keep("vault_1").json["code"] == "no_customer"
