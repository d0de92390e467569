"""What one thing adds: never more taken off than was sold, whatever is said of it in whatever order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kernel import uuid7
from plugins.dashboards.posting import posting_of
from plugins.dashboards.sources import Fact, Refund, Sale, SoldLine

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOURS = st.integers(-48, 400)


def sold(amount=1000, commission=0, voided_at=None, lines=(1000,)):
    items = [
        SoldLine(ref=f"thing:{n}", title="Chair", quantity=1, amount=each) for n, each in enumerate(lines)
    ]
    sale = Sale(
        currency="USD", amount=amount, commission=commission, at=NOON, voided_at=voided_at, lines=items
    )
    return Fact(id=uuid7(), status="CONFIRMED", sale=sale)


def total(posting, name):
    return sum(day[name] for day in posting.days)


@given(
    amount=st.integers(0, 10**12),
    share=st.integers(0, 100),
    parts=st.lists(st.tuples(st.integers(0, 10**12), HOURS), max_size=6),
    data=st.data(),
)
def test_refunds_take_off_what_they_are_and_at_most_what_was_sold(amount, share, parts, data):
    refunds = [Refund(amount=each, at=NOON + timedelta(hours=hours)) for each, hours in parts]
    fact = sold(amount, commission=amount * share // 100, lines=(amount,))

    posting = posting_of(fact, refunds)

    left = amount - min(amount, sum(each for each, _ in parts))
    assert total(posting, "gross") - total(posting, "refunded") == left
    assert 0 <= total(posting, "commission") <= left
    assert sum(each["amount"] for each in posting.products) == left
    assert posting_of(fact, data.draw(st.permutations(refunds))) == posting


@given(lines=st.lists(st.integers(0, 10**9), min_size=1, max_size=5), kept=st.integers(0, 100))
def test_what_is_left_of_a_sale_is_shared_by_its_lines(lines, kept):
    amount = sum(lines)
    refund = Refund(amount=amount * kept // 100, at=NOON)

    posting = posting_of(sold(amount, lines=lines), [refund])

    assert sum(each["amount"] for each in posting.products) == amount - refund.amount
    for each in posting.products:
        assert 0 <= each["amount"] <= lines[int(each["ref"].removeprefix("thing:"))]


def test_of_what_was_paid_a_late_cancellation_takes_off_only_what_went_back():
    later = NOON + timedelta(days=1)
    cancelled = sold(voided_at=later)

    unpaid, fee_kept = posting_of(cancelled), posting_of(cancelled, [Refund(amount=700, at=later)])

    assert (total(unpaid, "refunded"), total(fee_kept, "refunded")) == (1000, 700)
    assert unpaid.products == []


def test_nothing_goes_back_before_it_came():
    posting = posting_of(sold(), [Refund(amount=300, at=NOON - timedelta(days=2))])

    assert [(day["day"], day["refunded"]) for day in posting.days] == [("2026-03-01", 300)]
