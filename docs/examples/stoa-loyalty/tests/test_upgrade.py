"""A shop that ran 1.0 keeps what its customers earned."""

from __future__ import annotations

import pytest

from kernel import uuid7
from stoa_loyalty import queries, services


@pytest.mark.plugins("loyalty")
def test_a_newcomer_is_bronze_and_counts_from_zero(client):
    mine = client.as_user().get("/v1/loyalty/account").json

    assert mine == {"balance": 0, "lifetime": 0, "tier": "bronze"}


def test_what_was_earned_before_the_upgrade_counts(make_app):
    app = make_app("loyalty")
    ann, migrations = uuid7(), app.migrations()
    services.earn(ann, 400, "Order 1001")
    services.earn(ann, 200, "Order 1002")
    services.spend(ann, 550, "A lamp")
    migrations.down("loyalty", "0001")

    migrations.up()

    account = queries.account(ann)
    assert (account.balance, account.lifetime, account.tier) == (50, 600, "silver")
