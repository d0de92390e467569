"""What loyalty tells, and what it reacts to."""

from __future__ import annotations

import pytest

from kernel import uuid7
from stoa_loyalty import queries, services

pytestmark = pytest.mark.plugins("loyalty", "accounts")
ADA = {"email": "ada@example.com", "password": "violet-harbour-71", "name": "Ada"}


def test_whoever_registers_is_welcomed_with_points(client, work):
    made = client.post("/v1/auth/register", ADA).json
    ada = client.with_token(made["access_token"])

    work()

    assert ada.get("/v1/loyalty/account").json["balance"] == 100


@pytest.mark.settings(loyalty={"welcome_points": 0})
def test_a_shop_may_choose_not_to_welcome(client, work):
    made = client.post("/v1/auth/register", ADA).json

    work()

    assert queries.account(made["user"]["id"]).balance == 0


def test_earning_is_told_with_the_new_balance(app):
    ann = uuid7()
    services.earn(ann, 100, "Welcome")
    services.earn(ann, 20, "Order 1001")

    told = app.bus.operations.history(type="loyalty.points.earned.v1", key=str(ann))

    assert [stored.data["balance"] for stored in told] == [100, 120]
