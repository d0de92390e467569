"""Invoices: issued once, numbered without gaps, never changed, for whom they concern."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import peewee
import pytest

from kernel import ConfigurationError
from kernel.testing import race
from plugins.invoices.models import Document, Series
from plugins.invoices.services import issuing, numbering, personal
from plugins.invoices.settings import InvoicesSettings
from plugins.orders import api as orders

pytestmark = pytest.mark.plugins("invoices", "orders")


def pdf(who, document, name="document"):
    return who.get(f"/v1/invoices/{document['id']}/{name}.pdf")


def test_a_confirmed_order_has_one_invoice_with_what_was_agreed_on(trade):
    ref = trade.sold(1_999, 500)

    [mine] = trade.documents(ref)
    [theirs] = trade.documents(ref, trade.seller, **{"as": "seller"})
    shown = trade.buyer.get(f"/v1/invoices/{mine['id']}").json

    assert mine == theirs
    assert (mine["kind"], mine["total"]) == ("invoice", {"amount": 4_998, "currency": "USD"})
    assert (shown["seller"]["name"], shown["buyer"]["name"]) == ("Ben's Chairs", "Ada Lovelace")
    assert [(line["title"], line["quantity"], line["amount"]["amount"]) for line in shown["lines"]] == [
        ("Oak chair 0", 2, 3_998),
        ("Oak chair 1", 2, 1_000),
    ]
    assert shown["paid_at"] is None


def test_an_order_that_is_only_placed_has_none(trade, work):
    order_id = trade.ordered(1_999)
    work()

    answer = trade.buyer.post("/v1/invoices", {"ref": f"order:{order_id}"})

    assert (trade.documents(), answer.status) == ([], 404)


def test_news_that_comes_again_issues_nothing_twice(trade, app):
    ref = trade.sold(1_999)

    again = [issuing.bring_up_to_date(ref) for _ in range(3)]
    asked = trade.buyer.post("/v1/invoices", {"ref": ref})

    [one] = trade.documents(ref)
    assert {str(each.id) for each in again} == {one["id"]} == {asked.json["id"]}
    assert issuing.issue_all() == 0


def test_a_sale_written_otherwise_has_no_second_invoice(trade):
    ref = trade.sold(1_999)
    kind, _, name = ref.partition(":")

    answers = [
        trade.buyer.post("/v1/invoices", {"ref": f"{kind}:{other}"})
        for other in (name.upper(), name.replace("-", ""))
    ]

    assert [answer.status for answer in answers] == [404, 404]
    assert Document.select().count() == 1


def test_of_many_who_issue_at_once_one_does(trade, app):
    order_id = trade.ordered(1_999)
    orders.change_status(order_id, "confirm", reason="So be it")

    made = race(*[lambda: issuing.bring_up_to_date(f"order:{order_id}").id] * 8)

    assert len(set(made)) == 1
    assert Document.select().where(Document.ref == f"order:{order_id}").count() == 1


def test_numbers_of_a_seller_have_no_gap_though_many_are_issued_at_once_and_some_undone(trade, app):
    ids = [trade.ordered(100) for _ in range(6)]
    for order_id in ids:
        orders.change_status(order_id, "confirm", reason="So be it")
    year = f"{app.clock.now():%Y}"

    with pytest.raises(RuntimeError), app.db.atomic():
        issuing.bring_up_to_date(f"order:{ids[0]}")
        raise RuntimeError
    race(*[lambda ref=f"order:{each}": issuing.bring_up_to_date(ref) for each in ids])

    numbers = [row.number for row in Document.select().order_by(Document.number)]
    assert numbers == [f"INV-{year}-{n:06}" for n in range(1, 7)]


def test_each_seller_counts_alone_and_each_year_begins_anew(trade, app, clock):
    trade.sold(100)
    other = type(trade)(app, trade.work, trade.seller, trade.buyer)
    other.sold(100)
    now = app.clock.now()
    clock.set(now.replace(year=now.year + 1, month=1, day=3))
    fresh = type(trade)(app, trade.work, trade.buyer.as_user(trade.buyer.user_id), trade.seller)
    fresh.sold(100)

    assert sorted((row.seller_id == trade.seller.user_id, row.number[-6:]) for row in Document.select()) == [
        (False, "000001"),
        (True, "000001"),
        (True, "000001"),
    ]


def test_one_format_for_invoices_and_credit_notes_is_refused_at_the_start():
    alike = InvoicesSettings(number="{year}-{sequence:04}", credit_number="{year}-{sequence:04}")

    with pytest.raises(ConfigurationError, match="another format"):
        numbering.check(alike)


@pytest.mark.settings(invoices={"series": "platform"})
def test_a_platform_may_count_for_all_sellers(trade):
    trade.sold(100)
    type(trade)(trade.app, trade.work, trade.seller, trade.buyer).sold(100)

    assert [row.series for row in Series.select()] == ["platform"]
    assert sorted(row.number[-6:] for row in Document.select()) == ["000001", "000002"]


def test_the_database_refuses_to_change_a_document(trade):
    trade.sold(100)

    with pytest.raises(peewee.IntegrityError, match="credit note"):
        Document.update(total=1).execute()


def test_a_document_bears_the_names_of_its_day(trade, pdf_text):
    before = trade.sold(100)
    address = {"name": "Ben & Söhne GmbH", "address": "Hauptstraße 1\n10115 Berlin", "tax_id": "DE123456789"}
    assert trade.seller.put("/v1/invoices/profile", address).json == address
    after = trade.sold(100)

    [old], [new] = trade.documents(before), trade.documents(after)
    assert "Ben's Chairs" in pdf_text(pdf(trade.buyer, old))
    told = pdf_text(pdf(trade.buyer, new))
    for line in ("Ben & Söhne GmbH", "Hauptstraße 1", "10115 Berlin", "Tax number DE123456789"):
        assert line in told


def test_the_pdf_says_it_all_in_the_currencys_own_decimals(trade, pdf_text):
    ref = trade.sold(1_500, currency="KWD", title="कुर्सी")
    [mine] = trade.documents(ref)

    answer = pdf(trade.buyer, mine)

    told = pdf_text(answer)
    assert f'filename="{mine["number"]}.pdf"' in answer.headers["content-disposition"]
    assert answer.headers["content-type"] == "application/pdf"
    for part in (f"Invoice {mine['number']}", "Ada Lovelace", "1.500 3.000", "Total 3.000 KWD", "UNPAID"):
        assert part in told


def test_the_pdf_is_the_same_bytes_for_both_whenever_they_ask(trade, clock):
    [mine] = trade.documents(trade.sold(100))

    first = pdf(trade.buyer, mine).body
    clock.advance(timedelta(minutes=7))

    assert pdf(trade.seller, mine).body == first


def test_a_stranger_gets_what_an_unknown_id_gets(trade, client):
    ref = trade.sold(100)
    [mine] = trade.documents(ref)
    stranger = client.as_user()

    answers = [
        stranger.get(f"/v1/invoices/{mine['id']}"),
        pdf(stranger, mine),
        pdf(stranger, mine, "statement"),
        stranger.post("/v1/invoices", {"ref": ref}),
    ]

    assert [each.status for each in answers] == [404] * 4
    assert trade.documents(who=stranger) == []


def test_who_keeps_the_books_of_a_building_sees_its_invoices_and_no_others(trade, client):
    inside, outside = trade.sold(100, scope="building:a"), trade.sold(100)
    books = client.as_user(None, "bookkeeper", scope="building:a")
    [seen], [unseen] = trade.documents(inside), trade.documents(outside)

    assert [each["id"] for each in trade.documents(who=books, **{"as": "operator"})] == [seen["id"]]
    assert (pdf(books, seen).status, pdf(books, seen, "statement").status) == (200, 200)
    assert pdf(books, unseen).status == 404
    assert trade.buyer.get("/v1/invoices", query={"as": "operator"}).status == 403
    assert len(trade.documents(who=client.as_admin(), **{"as": "operator"})) == 2


def test_the_commission_is_the_sellers_to_know(trade, pdf_text):
    ref = trade.sold(100)
    [mine] = trade.documents(ref)

    told = pdf_text(pdf(trade.seller, mine, "statement"))

    assert "Commission" in told
    assert "Yours 2.00 USD" in told
    assert pdf(trade.buyer, mine, "statement").status == 404
    assert (
        "ommission"
        not in pdf_text(pdf(trade.buyer, mine)) + trade.buyer.get(f"/v1/invoices/{mine['id']}").text
    )


def test_an_unpaid_sale_that_is_cancelled_is_credited_whole(trade, pdf_text):
    ref = trade.sold(100)
    orders.change_status(UUID(ref[6:]), "cancel", reason="It broke")
    trade.work()

    invoice, note = trade.documents(ref)
    told = pdf_text(pdf(trade.buyer, note))

    assert (note["kind"], note["total"], note["corrects_id"]) == (
        "credit_note",
        invoice["total"],
        invoice["id"],
    )
    assert f"Corrects Invoice {invoice['number']}" in told
    assert "Credited 2.00 USD" in told
    assert "Yours 0.00 USD" in pdf_text(pdf(trade.seller, invoice, "statement"))


def test_what_a_person_gave_is_handed_over_and_erased_and_documents_stay(trade, app):
    trade.buyer.put("/v1/invoices/profile", {"name": "Countess"})
    [mine] = trade.documents(trade.sold(100))

    exported = personal.export(trade.buyer.user_id)
    personal.erase(trade.buyer.user_id)
    personal.erase(trade.buyer.user_id)

    assert exported["profile"]["name"] == "Countess"
    assert [each["number"] for each in exported["documents"]] == [mine["number"]]
    assert trade.buyer.get("/v1/invoices/profile").json["name"] == ""
    assert trade.buyer.get(f"/v1/invoices/{mine['id']}").json["buyer"]["name"] == "Countess"


def test_documents_are_deleted_when_their_years_are_over_and_not_issued_anew(trade, app, clock):
    ref = trade.sold(100)
    now = app.clock.now()

    early = personal.purge()
    clock.set(now.replace(year=now.year + 11, day=1))
    late = personal.purge()

    assert (early, late) == (0, 1)
    assert issuing.bring_up_to_date(ref) is None
