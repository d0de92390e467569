"""Loyalty as its clients see it."""

from __future__ import annotations

from collections import Counter

import pytest

from kernel import uuid7
from kernel.testing import race
from stoa_loyalty import services

pytestmark = pytest.mark.plugins("loyalty")


def test_a_cashier_gives_points_and_a_customer_spends_them(client):
    ann, cashier = client.as_user(), client.as_user(None, "cashier")

    gift = {"owner_id": str(ann.user_id), "points": 50, "reason": "Order 1001"}
    given = cashier.post("/v1/loyalty/grants", gift)
    spent = ann.post("/v1/loyalty/redemptions", {"points": 20, "reason": "A mug"})

    assert (given.status, spent.status) == (201, 201)
    assert ann.get("/v1/loyalty/account").json["balance"] == 30
    assert [entry["points"] for entry in ann.every("/v1/loyalty/entries")] == [-20, 50]


def test_a_customer_may_not_give_points(client):
    ann = client.as_user()

    gift = {"owner_id": str(ann.user_id), "points": 50, "reason": "Myself"}
    refused = ann.post("/v1/loyalty/grants", gift)

    assert refused.status == 403


def test_spending_too_much_is_refused_by_name(client):
    refused = client.as_user().post("/v1/loyalty/redemptions", {"points": 1, "reason": "A mug"})

    assert (refused.status, refused.problem) == (409, "loyalty-not-enough-points")


@pytest.mark.parametrize("points", [0, -5, "20", 2.5, None])
def test_points_are_a_whole_number_above_zero(client, points):
    refused = client.as_user().post("/v1/loyalty/redemptions", {"points": points, "reason": "A mug"})

    assert refused.status == 422
    assert set(refused.faults) == {"/points"}


def test_eight_tills_at_once_spend_what_there_is_and_no_more(client):
    ann = client.as_user()
    services.earn(ann.user_id, 100, "Welcome")

    mug = {"points": 30, "reason": "A mug"}
    answers = race(*[lambda: ann.post("/v1/loyalty/redemptions", mug)] * 8)

    assert Counter(answer.status for answer in answers) == {201: 3, 409: 5}
    assert ann.get("/v1/loyalty/account").json["balance"] == 10


def test_a_repeated_request_spends_once(client):
    ann = client.as_user()
    services.earn(ann.user_id, 100, "Welcome")
    keyed = ann.with_headers(idempotency_key=str(uuid7()))

    first, again = (
        keyed.post("/v1/loyalty/redemptions", {"points": 30, "reason": "A mug"}) for _ in range(2)
    )

    assert first.json == again.json
    assert ann.get("/v1/loyalty/account").json["balance"] == 70
