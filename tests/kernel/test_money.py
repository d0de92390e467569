"""Money: exact, single-currency arithmetic and splitting that loses nothing."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError

from kernel.money import LARGEST, MOST_ASKED, Money, MoneyError, MoneyField, exponent

amounts = st.integers(-(10**15), 10**15)
weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=40).filter(any)
currencies = st.sampled_from(["USD", "JPY", "KWD", "CLF"])


class Offer(Schema):
    price = MoneyField(required=True, minimum=0)


@pytest.mark.parametrize(("code", "decimals"), [("JPY", 0), ("USD", 2), ("INR", 2), ("KWD", 3), ("CLF", 4)])
def test_a_currency_has_the_decimals_iso_4217_gives_it(code, decimals):
    assert exponent(code) == decimals


@pytest.mark.parametrize("code", ["usd", "XXX", "XAU", "", "DOLLAR", None, ["USD"]])
def test_what_is_no_currency_is_refused_by_name(code):
    with pytest.raises(MoneyError, match="no ISO 4217 currency"):
        Money(1, code)


@pytest.mark.parametrize("amount", [1.0, True, "1", Decimal(1), None])
def test_an_amount_is_a_whole_number_and_nothing_else(amount):
    with pytest.raises(MoneyError, match="whole number"):
        Money(amount, "USD")


def test_an_amount_a_bigint_cannot_hold_is_refused():
    with pytest.raises(MoneyError, match="lies within"):
        Money(LARGEST, "USD") + Money(1, "USD")


@given(amounts, amounts, currencies)
def test_adding_then_taking_away_changes_nothing(one, other, currency):
    assert Money(one, currency) + Money(other, currency) - Money(other, currency) == Money(one, currency)


@pytest.mark.parametrize(
    "mix", [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a >= b]
)
def test_two_currencies_never_mix(mix):
    with pytest.raises(MoneyError, match="USD and EUR do not mix"):
        mix(Money(1, "USD"), Money(1, "EUR"))


def test_money_is_not_added_to_a_plain_number():
    with pytest.raises(MoneyError, match="money goes with money"):
        Money(1, "USD") + 1


def test_money_is_multiplied_by_pieces_and_never_by_a_rate():
    assert 3 * Money(1999, "USD") == Money(5997, "USD")

    with pytest.raises(MoneyError, match="allocate"):
        Money(1999, "USD") * 0.2


def test_money_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        Money(1, "USD").amount = 2


@given(amounts, weights, currencies)
def test_the_parts_of_an_allocation_sum_to_the_whole(amount, shares, currency):
    parts = Money(amount, currency).allocate(shares)

    assert Money.sum(parts, currency) == Money(amount, currency)


@given(amounts, weights)
def test_each_part_is_within_one_unit_of_its_exact_share(amount, shares):
    parts = Money(amount, "USD").allocate(shares)

    total = sum(shares)
    assert all(
        abs(part.amount * total - amount * share) < total for part, share in zip(parts, shares, strict=True)
    )


@given(amounts, weights)
def test_a_part_without_weight_gets_nothing(amount, shares):
    parts = Money(amount, "USD").allocate([*shares, 0])

    assert parts[-1] == Money(0, "USD")


@given(amounts, weights)
def test_a_refund_splits_as_the_charge_did(amount, shares):
    charged = Money(amount, "USD").allocate(shares)

    assert (-Money(amount, "USD")).allocate(shares) == [-part for part in charged]


def test_left_over_units_go_to_the_largest_remainders_then_to_the_first():
    assert [part.amount for part in Money(100, "USD").allocate([1, 1, 1])] == [34, 33, 33]
    assert [part.amount for part in Money(10, "USD").allocate([1, 2, 4])] == [1, 3, 6]


@pytest.mark.parametrize("shares", [[], [0, 0], [1, -1], [-1, 3]])
def test_weights_that_share_nothing_are_refused(shares):
    with pytest.raises(MoneyError, match="weights"):
        Money(100, "USD").allocate(shares)


@given(amounts, currencies)
def test_what_is_formatted_reads_back_the_same(amount, currency):
    money = Money(amount, currency)

    assert Money.parse(money.format(), currency) == money


def test_major_units_show_the_decimals_of_the_currency():
    shown = [str(Money(-5, "USD")), str(Money(1999, "JPY")), str(Money(1999, "KWD")), str(Money(0, "USD"))]

    assert shown == ["-0.05 USD", "1999 JPY", "1.999 KWD", "0.00 USD"]


@pytest.mark.parametrize(
    "text", ["19.999", "nan", "inf", "-Infinity", "1,5", "", "1e-3", "abc", None, "9" * 40, "1e999999999"]
)
def test_text_that_is_no_amount_of_the_currency_is_refused(text):
    with pytest.raises(MoneyError):
        Money.parse(text, "USD")


@given(st.integers(0, MOST_ASKED), currencies)
def test_the_field_loads_what_it_dumps(amount, currency):
    dumped = Offer().dump({"price": Money(amount, currency)})

    assert dumped == {"price": {"amount": amount, "currency": currency}}
    assert Offer().load(dumped) == {"price": Money(amount, currency)}


@pytest.mark.parametrize(
    ("price", "at"),
    [
        ({"amount": 1.0, "currency": "USD"}, "amount"),
        ({"amount": True, "currency": "USD"}, "amount"),
        ({"amount": "19", "currency": "USD"}, "amount"),
        ({"amount": -1, "currency": "USD"}, "amount"),
        ({"amount": 10**30, "currency": "USD"}, "amount"),
        ({"amount": LARGEST, "currency": "USD"}, "amount"),
        ({"amount": MOST_ASKED + 1, "currency": "USD"}, "amount"),
        ({"amount": 1, "currency": "usd"}, "currency"),
        ({"amount": 1, "currency": 5}, "currency"),
        ({"amount": 1}, "currency"),
        ({"amount": 1, "currency": "USD", "note": "x"}, "note"),
    ],
)
def test_a_bad_price_is_refused_at_the_field_that_is_wrong(price, at):
    with pytest.raises(ValidationError) as refused:
        Offer().load({"price": price})

    assert list(refused.value.messages["price"]) == [at]


@pytest.mark.parametrize("price", [1999, "19.99", []])
def test_a_price_that_is_no_object_is_refused_with_an_example(price):
    with pytest.raises(ValidationError, match=r'\{"amount": 1999, "currency": "USD"\}'):
        Offer().load({"price": price})


def test_a_price_may_not_be_null_unless_declared_so():
    with pytest.raises(ValidationError):
        Offer().load({"price": None})
