"""Points are earned and spent, and never below zero."""

from __future__ import annotations

import pytest

from kernel import uuid7
from stoa_loyalty import services
from stoa_loyalty.models import Account, Entry

pytestmark = pytest.mark.plugins("loyalty")
ANN = uuid7()


def test_points_add_up(app):
    services.earn(ANN, 100, "Welcome")
    services.earn(ANN, 20, "Order 1001")

    assert Account.get(Account.owner_id == ANN).balance == 120
    assert [entry.points for entry in Entry.select().order_by(Entry.id)] == [100, 20]


def test_nobody_spends_what_they_do_not_have(app):
    services.earn(ANN, 100, "Welcome")

    with pytest.raises(services.NotEnoughPoints):
        services.spend(ANN, 101, "A mug")

    assert Account.get(Account.owner_id == ANN).balance == 100
