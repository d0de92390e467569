"""Paying by Stripe, against a server that speaks its API."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contrib.stripe.amounts import fault, from_stripe, to_stripe
from plugins.payments import api
from plugins.payments.models import Method, Operation, Payment
from tests.contrib.stripe.conftest import signed


def tell(shop, stripe, payment_id, kind, event_id="", **changes):
    intent = {**stripe.intents[Payment.get_by_id(payment_id).intent], **changes}
    now = int(shop.app.clock.now().timestamp())
    return shop.deliver(*signed(now, f"payment_intent.{kind}", intent, event_id))


def test_a_card_is_charged_at_once(shop, stripe):
    payment_id = shop.due(1_999)

    paid = shop.confirm(payment_id, method="pm_card_visa")

    assert (paid["status"], shop.clearing()) == ("CAPTURED", 1_999)
    [form] = stripe.forms
    assert (form["amount"], form["currency"], form["capture_method"]) == ("1999", "usd", "automatic")
    assert (form["metadata[payment_id]"], form["confirm"]) == (str(payment_id), "true")
    assert form["automatic_payment_methods[allow_redirects]"] == "never"


def test_the_payers_device_confirms_with_the_client_secret(shop, stripe):
    payment_id = shop.due()

    begun = shop.confirm(payment_id)
    [intent] = stripe.intents.values()
    stripe.succeed(intent)
    done = shop.confirm(payment_id)

    assert begun["status"] == "ACTION_REQUIRED"
    assert begun["client"] == {"client_secret": "pi_secret", "publishable_key": "pk_test_1"}
    assert (done["status"], shop.captures()) == ("CAPTURED", 1)


def test_a_declined_card_is_told_by_its_decline_code_and_another_works(shop, stripe):
    payment_id = shop.due()

    declined = shop.confirm(payment_id, method="pm_card_declined")
    paid = shop.confirm(payment_id, method="pm_card_visa")

    assert (declined["status"], declined["failure"]) == ("FAILED", "do_not_honor")
    assert paid["status"] == "CAPTURED"
    assert len(stripe.intents) == 1


def test_a_challenge_is_followed_by_the_webhook(shop, stripe):
    payment_id = shop.due()
    asked = shop.confirm(payment_id, method="pm_3ds")
    stripe.succeed(stripe.intents[Payment.get_by_id(payment_id).intent])

    answers = [tell(shop, stripe, payment_id, "succeeded", "evt_once") for _ in range(5)]

    assert asked["status"] == "ACTION_REQUIRED"
    assert [each.json["outcome"] for each in answers] == ["captured", *["repeated"] * 4]
    assert shop.confirm(payment_id)["status"] == "CAPTURED"
    assert shop.captures() == 1


@pytest.mark.parametrize("how", ["lose", "down"])
def test_a_lost_answer_is_asked_for_again_under_the_same_key(shop, stripe, how):
    payment_id = shop.due()
    setattr(stripe, how, "/v1/payment_intents")

    lost = shop.confirm(payment_id, method="pm_card_visa")
    setattr(stripe, how, "")
    shop.app.clock.advance(timedelta(minutes=3))
    shop.run()

    assert (lost["status"], shop.status(payment_id)) == ("PROCESSING", "CAPTURED")
    assert len(stripe.intents) == 1
    assert shop.clearing() == 10_000


def test_manual_capture_and_cancellation(shop, stripe):
    kept, dropped = (shop.due(capture="manual") for _ in range(2))
    for each in (kept, dropped):
        assert shop.confirm(each, method="pm_card_visa")["status"] == "AUTHORISED"

    shop.treasurer.post(f"/v1/payments/{kept}/capture")
    shop.treasurer.post(f"/v1/payments/{dropped}/cancel", {})
    shop.run()

    assert (shop.status(kept), shop.status(dropped), shop.clearing()) == ("CAPTURED", "CANCELLED", 10_000)
    assert sorted(each["status"] for each in stripe.intents.values()) == ["canceled", "succeeded"]


def test_partial_refunds_reach_exactly_what_was_captured(shop, stripe):
    payment_id = shop.due(1_000)
    shop.confirm(payment_id, method="pm_card_visa")

    first, rest = shop.refund(payment_id, 333), shop.refund(payment_id)

    done = [(each["amount"]["amount"], each["state"]) for each in (first, rest)]
    assert done == [(333, "DONE"), (667, "DONE")]
    assert (shop.status(payment_id), shop.clearing()) == ("REFUNDED", 0)
    assert sum(each["amount"] for each in stripe.refunds.values()) == 1_000


def test_a_refund_whose_answer_is_lost_happens_once(shop, stripe):
    payment_id = shop.due(1_000)
    shop.confirm(payment_id, method="pm_card_visa")
    stripe.lose = "/v1/refunds"

    pending = shop.refund(payment_id, 400)
    stripe.lose = ""
    shop.app.clock.advance(timedelta(hours=1))
    shop.buyer = shop.buyer.as_user(shop.buyer.user_id)
    [done] = shop.refunds(payment_id)

    assert (pending["state"], done["state"]) == ("PENDING", "DONE")
    assert len(stripe.refunds) == 1


def test_a_refund_that_fails_later_by_webhook_is_put_back(shop, stripe):
    payment_id = shop.due(1_000)
    shop.confirm(payment_id, method="pm_card_visa")
    stripe.lose = "/v1/refunds"
    shop.refund(payment_id, 400)
    operation = Operation.get(Operation.kind == "refund")
    about = {
        "id": "re_9",
        "status": "failed",
        "failure_reason": "expired_card",
        "metadata": {"key": str(operation.id)},
    }

    answer = shop.deliver(*signed(int(shop.app.clock.now().timestamp()), "refund.failed", about))

    assert answer.json["outcome"] == "failed"
    assert (shop.clearing(), api.payment(payment_id).refunded.amount) == (1_000, 0)


@pytest.mark.parametrize("fault", ["secret", "late", "body", "none"])
def test_a_webhook_that_is_not_stripes_changes_nothing(shop, stripe, fault):
    payment_id = shop.due()
    shop.confirm(payment_id, method="pm_3ds")
    intent = {**next(iter(stripe.intents.values())), "status": "succeeded", "amount_received": 10_000}
    now = int(shop.app.clock.now().timestamp()) - (301 if fault == "late" else 0)
    headers, body = signed(
        now, "payment_intent.succeeded", intent, secret="whsec_other" if fault == "secret" else "whsec_old"
    )
    if fault == "body":
        body += b" "

    answer = shop.deliver({} if fault == "none" else headers, body)

    assert (answer.status, answer.problem) == (401, "payment-webhook-refused")
    assert shop.status(payment_id) == "ACTION_REQUIRED"


def test_events_of_other_kinds_are_acknowledged(shop):
    now = int(shop.app.clock.now().timestamp())

    assert shop.deliver(*signed(now, "customer.created", {"id": "cus_1"})).json["outcome"] == "ignored"


@pytest.mark.parametrize(
    ("amount", "currency", "theirs"),
    [(1_999, "USD", 1_999), (500, "JPY", 500), (1_990, "KWD", 1_990), (500, "ISK", 50_000),
     (500, "UGX", 50_000), (50_000, "MGA", 500), (1_000, "HUF", 1_000)],
)  # fmt: skip
def test_amounts_are_told_as_stripe_counts_them(amount, currency, theirs):
    assert to_stripe(amount, currency) == theirs
    assert from_stripe(theirs, currency) == amount
    assert fault(amount, currency) == ""


@pytest.mark.parametrize(("amount", "currency"), [(1_999, "KWD"), (50_001, "MGA")])
def test_an_amount_stripe_cannot_count_is_refused_before_it_is_asked(shop, stripe, amount, currency):
    answer = shop.buyer.post(f"/v1/payments/{shop.due(amount, currency)}/confirm", {"method": "pm_card_visa"})

    assert (answer.status, answer.problem) == (422, "payment-not-taken")
    assert stripe.calls == []


def test_a_payout_is_a_transfer_to_a_connected_account(shop, stripe):
    payment_id = shop.due(10_000)
    shop.confirm(payment_id, method="pm_card_visa")
    seller = shop.buyer.as_user(shop.seller)
    bank = seller.post("/v1/payments/methods", {"use": "payout", "token": "acct_1"}).json
    made = seller.post(
        "/v1/payouts", {"amount": {"amount": 9_000, "currency": "USD"}, "method_id": bank["id"]}
    ).json

    shop.treasurer.post(f"/v1/payouts/{made['id']}/approve")
    shop.run()

    assert seller.get(f"/v1/payouts/{made['id']}").json["status"] == "PAID"
    assert stripe.forms[-1]["destination"] == "acct_1"
    assert shop.clearing() == 1_000


def test_a_refund_made_in_stripes_dashboard_is_booked_once(shop, stripe):
    payment_id = shop.due(1_000)
    shop.confirm(payment_id, method="pm_card_visa")
    [intent] = stripe.intents
    about = {
        "id": "re_console", "status": "succeeded", "amount": 400, "currency": "usd", "metadata": {},
        "payment_intent": intent,
    }  # fmt: skip
    now = int(shop.app.clock.now().timestamp())

    answers = [shop.deliver(*signed(now, kind, about)) for kind in ("refund.created", "refund.updated")]

    assert [each.json["outcome"] for each in answers] == ["refunded", "done"]
    assert (shop.clearing(), api.payment(payment_id).refunded.amount) == (600, 400)


@pytest.mark.parametrize("by", ["client", "webhook"])
def test_stripes_fee_is_booked_once(shop, stripe, by):
    stripe.fee = 59
    payment_id = shop.due(1_000)
    shop.confirm(payment_id, method="pm_3ds" if by == "webhook" else "pm_card_visa")
    [intent] = stripe.intents.values()
    about = dict(stripe.succeed(intent))

    for kind in ("payment_intent.succeeded", "payment_intent.succeeded"):
        answer = shop.deliver(*signed(int(shop.app.clock.now().timestamp()), kind, about))
        assert answer.status == 200, answer.text

    assert shop.status(payment_id) == "CAPTURED"
    assert (shop.clearing(), shop.fees()) == (941, 59)


def test_a_kept_card_is_charged_without_its_owner(shop, stripe):
    agreed = shop.keep("pm_card_visa")

    payment_id = shop.charge(1_999)
    shop.run()

    assert (agreed.status, agreed.json["client"]) == (200, {})
    assert (shop.status(payment_id), shop.clearing(), shop.captures()) == ("CAPTURED", 1_999, 1)
    form = stripe.forms[-1]
    assert (form["off_session"], form["confirm"], form["payment_method"]) == ("true", "true", "pm_card_visa")
    assert form["customer"] == stripe.owners["pm_card_visa"]


def test_a_card_whose_bank_wants_its_owner_once_is_kept_when_they_confirmed(shop, stripe):
    begun = shop.keep("pm_3ds")
    waiting = shop.agree(begun.json["id"])
    [setup] = stripe.setups
    stripe.confirm_setup(setup)
    done = shop.agree(begun.json["id"])

    assert begun.json["client"] == {"client_secret": "seti_secret", "publishable_key": "pk_test_1"}
    assert (begun.json["consented_at"], waiting.json["consented_at"]) == (None, None)
    assert done.json["consented_at"] is not None
    assert len(stripe.setups) == 1


def test_a_card_that_cannot_be_kept_says_why(shop, stripe):
    answer = shop.keep("pm_card_declined")

    assert (answer.status, answer.problem, answer.json["code"]) == (409, "method-refused", "card_declined")


def test_a_charge_whose_bank_wants_the_payer_is_left_to_them(shop, stripe):
    shop.keep("pm_sca")
    payment_id = shop.charge()
    waiting = shop.buyer.get(f"/v1/payments/{payment_id}").json
    told = tell(shop, stripe, payment_id, "payment_failed")
    again = api.charge_kept(payment_id, "system")

    [intent] = stripe.intents.values()
    stripe.succeed(intent)
    done = shop.confirm(payment_id)

    assert waiting["status"] == "ACTION_REQUIRED"
    assert (waiting["client"]["client_secret"], waiting["client"]["payment_method"]) == (
        "pi_secret",
        "pm_sca",
    )
    assert (told.status, again) == (200, False)
    assert (done["status"], shop.captures()) == ("CAPTURED", 1)


def test_a_declined_charge_is_tried_again_with_the_same_intent(shop, stripe):
    shop.keep("pm_card_visa")
    stripe.owners["pm_card_declined"] = "cus_0"
    Method.update(kept="cus_0/pm_card_declined").execute()
    payment_id = shop.charge()
    declined = shop.status(payment_id)

    stripe.owners["pm_card_visa"] = "cus_0"
    Method.update(kept="cus_0/pm_card_visa").execute()
    shop.charge(payment_id=payment_id)

    assert (declined, shop.status(payment_id), shop.captures()) == ("FAILED", "CAPTURED", 1)
    assert len(stripe.intents) == 1
