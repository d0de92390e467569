"""Webhooks and the client's own call lead to one capture, in whatever order and however often they come."""

from __future__ import annotations

import pytest

from kernel.testing import race
from plugins.payments import api, test_gateway
from plugins.payments.models import Movement, Operation, Payment, Webhook
from plugins.payments.services import confirming, operations, rows, webhooks

pytestmark = pytest.mark.plugins("payments")


def only_one_capture(payment_id, books, types):
    assert api.payment(payment_id).status == "CAPTURED"
    assert Movement.select().where(Movement.payment_id == payment_id).count() == 1
    assert Operation.select().where(Operation.kind != "confirm").count() == 0
    assert types().count("payment.captured") == 1
    assert books()["clearing"] == -10_000


@pytest.mark.parametrize("times", [1, 5])
def test_after_the_client_it_changes_nothing(till, webhook, books, types, times):
    payment_id = till.paid()

    outcomes = [webhook(payment_id).json["outcome"] for _ in range(times)]

    assert outcomes == ["known"] * times
    only_one_capture(payment_id, books, types)


def test_before_the_client_it_pays_and_the_client_finds_it_paid(till, webhook, books, types):
    payment_id = till.due()
    till.confirm(payment_id, "tok_processing")
    test_gateway.settle(Payment.get_by_id(payment_id).intent, "captured")

    outcome = webhook(payment_id).json["outcome"]
    found = till.confirm(payment_id, "").json

    assert (outcome, found["status"]) == ("captured", "CAPTURED")
    only_one_capture(payment_id, books, types)


def test_during_the_clients_call_it_is_the_one_that_pays(app, till, client, books, types):
    payment_id = till.due()
    operation = operations.confirm(rows.own(payment_id, till.payer), "test", {"method": "tok_ok"})
    intent = test_gateway.TestGateway().create_intent(
        operations._charge(operation)
    )  # the answer is under way
    headers, body = test_gateway.webhook(intent.ref)

    outcomes = [client.post("/v1/payments/webhooks/test", body=body, headers=headers).json["outcome"]]
    operations.run_claimed(operation)
    outcomes += [client.post("/v1/payments/webhooks/test", body=body, headers=headers).json["outcome"]]

    assert outcomes == ["captured", "repeated"]
    only_one_capture(payment_id, books, types)


def test_five_at_once_beside_the_client_pay_once(app, till, books, types):
    payment_id = till.due()
    till.confirm(payment_id, "tok_processing")
    ref = Payment.get_by_id(payment_id).intent
    test_gateway.settle(ref, "captured")
    told = [test_gateway.webhook(ref) for _ in range(5)]
    app.db.release()

    def released(call):
        try:
            return call()
        finally:
            app.db.release()

    outcomes = race(
        *[lambda it=it: released(lambda: webhooks.take("test", *it)) for it in told],
        lambda: released(lambda: confirming.confirm(payment_id, till.payer).status),
    )

    assert set(outcomes) <= {"captured", "known", "CAPTURED", "PROCESSING"}, outcomes
    only_one_capture(payment_id, books, types)


def test_an_older_word_does_not_undo_a_newer_one(till, webhook, books, types):
    payment_id = till.paid()

    outcomes = [
        webhook(payment_id, status=status).json["outcome"]
        for status in ("processing", "requires_action", "authorised", "failed", "cancelled")
    ]

    assert outcomes == ["known", "known", "known", "ignored", "ignored"]
    only_one_capture(payment_id, books, types)


def test_the_same_event_is_applied_once(till, webhook):
    payment_id = till.due()
    till.confirm(payment_id, "tok_processing")

    first, second = (webhook(payment_id, "evt_1", status="failed", failure="lost_card") for _ in range(2))
    till.confirm(payment_id, "tok_processing")
    third = webhook(payment_id, "evt_1", status="failed")

    assert [each.json["outcome"] for each in (first, second, third)] == ["failed", "repeated", "repeated"]
    assert Webhook.select().count() == 1


def test_another_amount_than_was_due_is_sent_back(till, webhook, work, books):
    payment_id = till.due()
    till.confirm(payment_id, "tok_processing")

    outcome = webhook(payment_id, status="captured", amount=1).json["outcome"]

    assert outcome == "sent back"
    assert api.payment(payment_id).status == "PROCESSING"


@pytest.mark.parametrize("change", ["body", "signature", "missing"])
def test_a_webhook_that_is_not_signed_by_the_gateway_is_refused(till, client, change):
    payment_id = till.due()
    till.confirm(payment_id, "tok_processing")
    headers, body = test_gateway.webhook(Payment.get_by_id(payment_id).intent, status="captured")
    if change == "body":
        body = body.replace(b"10000", b"20000")
    else:
        headers["test-signature"] = "0" * 64 if change == "signature" else ""

    answer = client.post("/v1/payments/webhooks/test", body=body, headers=headers)

    assert (answer.status, answer.problem) == (401, "payment-webhook-refused")
    assert api.payment(payment_id).status == "PROCESSING"


def test_a_gateway_nobody_offers_has_no_webhooks(client):
    answer = client.post(
        "/v1/payments/webhooks/nobody", body=b"{}", headers={"content-type": "application/json"}
    )

    assert answer.status == 404


def test_what_is_not_ours_is_kept_and_answered(client):
    told = {
        "id": "evt_9", "type": "intent.captured", "payment_id": "0190f3c2-6c1e-7d5a-9a51-000000000000",
        "intent": {"ref": "test_other", "status": "captured", "amount": 5, "currency": "USD"},
    }  # fmt: skip
    headers, body = test_gateway.signed(told)

    answer = client.post("/v1/payments/webhooks/test", body=body, headers=headers)

    assert answer.json["outcome"] == "unknown"
