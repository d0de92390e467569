"""Invoices of what was paid, and credit notes of what went back."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.plugins("invoices", "order_payments")


@pytest.fixture
def treasurer(client):
    return client.as_user(None, "treasurer")


def refund(treasurer, payment_id, amount):
    asked = {"amount": {"amount": amount, "currency": "USD"}, "reason": "It was late"}
    answer = treasurer.post(f"/v1/payments/{payment_id}/refunds", asked)
    assert answer.status == 201, answer.text


def paper(who, document, name="document"):
    return who.get(f"/v1/invoices/{document['id']}/{name}.pdf")


def test_a_paid_order_has_an_invoice_that_says_so(trade, pdf_text):
    ref, _ = trade.paid(4_900)

    [mine] = trade.documents(ref)

    assert trade.buyer.get(f"/v1/invoices/{mine['id']}").json["paid_at"] is not None
    assert "PAID on 20" in pdf_text(paper(trade.buyer, mine))


def test_each_refund_makes_one_credit_note_and_the_invoice_stays(trade, treasurer, pdf_text):
    ref, payment_id = trade.paid(5_000)
    [invoice] = trade.documents(ref)
    before = paper(trade.buyer, invoice).body

    refund(treasurer, payment_id, 2_500)
    trade.work()
    refund(treasurer, payment_id, 7_500)
    trade.work()

    _, part, rest = trade.documents(ref)
    assert [each["total"]["amount"] for each in (part, rest)] == [2_500, 7_500]
    assert [each["number"][-6:] for each in (part, rest)] == ["000001", "000002"]
    assert "A part of the invoice 25.00 USD" in pdf_text(paper(trade.buyer, part))
    assert paper(trade.buyer, invoice).body == before
    told = pdf_text(paper(trade.seller, invoice, "statement"))
    assert "-25.00" in told
    assert "Yours 0.00 USD" in told


def test_a_paid_order_that_is_cancelled_is_credited_by_its_refund_alone(trade):
    ref, _ = trade.paid(4_900)

    answer = trade.seller.post(f"/v1/orders/{ref[6:]}/cancel", {"reason": "It broke"})
    trade.work()

    assert answer.status == 200
    assert [each["kind"] for each in trade.documents(ref)] == ["invoice", "credit_note"]


def test_an_event_tells_of_each_document(trade, app):
    trade.paid(4_900)

    told = app.db.rows("SELECT data FROM kernel_event WHERE type = 'invoices.document.issued.v1'")

    assert [(each["kind"], each["total"]["amount"]) for (each,) in told] == [("invoice", 9_800)]
