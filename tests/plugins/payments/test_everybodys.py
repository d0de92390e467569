"""Everybody's money, for those who look after it: lists, and the trial balance."""

from __future__ import annotations

from datetime import timedelta

import pytest

pytestmark = pytest.mark.plugins("payments")
PATHS = ("payments/all", "escrows/all", "payouts/all", "transactions/all", "payments/trial-balance")


@pytest.mark.parametrize("path", PATHS)
def test_only_treasurers_see_everybodys(client, till, treasurer, path):
    till.paid()

    assert till.client.unchecked().get(f"/v1/{path}").status == 403
    assert client.unchecked().get(f"/v1/{path}").status == 401
    assert treasurer.get(f"/v1/{path}").status == 200


def test_payments_are_listed_the_latest_first_and_narrowed(client, till, treasurer):
    paid, due = till.paid(), till.due()

    def ids(query=""):
        return [one["id"] for one in treasurer.get(f"/v1/payments/all{query}").json["items"]]

    assert ids() == [str(due), str(paid)]
    assert ids("?status=CAPTURED") == [str(paid)]
    assert ids(f"?payer_id={till.payer}") == [str(due), str(paid)]
    assert ids(f"?payer_id={till.seller}") == []
    assert [one["id"] for one in treasurer.every("/v1/payments/all", limit=1)] == [str(due), str(paid)]


def test_what_pays_a_payment_is_told_its_payer_alone(till, treasurer):
    till.due()

    assert [one["client"] for one in treasurer.get("/v1/payments/all").json["items"]] == [{}]


def test_escrows_are_listed_by_their_state(till, treasurer):
    payment_id = till.paid(escrow=True)

    [held] = treasurer.get("/v1/escrows/all?state=HELD").json["items"]

    assert (held["payment_id"], held["held"]["amount"]) == (str(payment_id), 10_000)
    assert treasurer.get("/v1/escrows/all?state=RELEASED").json["items"] == []


def test_entries_of_the_ledger_sum_to_nothing(till, treasurer):
    till.paid()

    entries = list(treasurer.every("/v1/transactions/all", limit=2))

    assert sum(one["amount"]["amount"] for one in entries) == 0
    assert {one["account"] for one in entries} >= {"wallet", "commission"}
    narrowed = treasurer.get("/v1/transactions/all?account_kind=wallet").json["items"]
    assert [one["party_id"] for one in narrowed] == [str(till.seller)]


def test_the_trial_balance_tells_each_currency_apart(till, treasurer):
    till.paid()
    till.paid(5_000, 0, currency="EUR")

    found = treasurer.get("/v1/payments/trial-balance").json

    assert found["balanced"] is True
    assert [(one["currency"], one["sum"]["amount"]) for one in found["currencies"]] == [
        ("EUR", 0),
        ("USD", 0),
    ]
    dollars = {one["kind"]: one["balance"]["amount"] for one in found["currencies"][1]["accounts"]}
    assert (dollars["wallet"], dollars["commission"]) == (9_000, 1_000)


def test_a_count_of_the_ledger_is_kept_for_five_minutes_and_says_of_when_it_is(till, treasurer, clock):
    def count():
        found = treasurer.get("/v1/payments/trial-balance").json
        return found["counted_at"], [one["currency"] for one in found["currencies"]]

    till.paid()
    first = count()
    till.paid(5_000, 0, currency="EUR")
    clock.advance(timedelta(seconds=290))
    kept = count()
    clock.advance(timedelta(seconds=20))
    anew = count()

    assert kept == first
    assert anew[0] > first[0]
    assert (first[1], anew[1]) == (["USD"], ["EUR", "USD"])
