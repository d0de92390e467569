"""Points lapse after a year of silence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel import uuid7
from stoa_loyalty import queries, services

pytestmark = pytest.mark.plugins("loyalty")


def test_points_lapse_after_a_year_of_silence(clock, work):
    ann, bob = uuid7(), uuid7()
    services.earn(ann, 100, "Welcome")
    services.earn(bob, 100, "Welcome")
    clock.advance(timedelta(days=364))
    services.spend(bob, 10, "A pencil")
    clock.advance(timedelta(days=2))

    work()

    assert queries.account(ann).balance == 0
    assert queries.account(bob).balance == 90
    assert next(iter(queries.entries(ann, None, 1).items)).reason == "Lapsed"


def test_more_accounts_than_a_batch_lapse_in_several(clock, work):
    for _ in range(3):
        services.earn(uuid7(), 5, "Welcome")
    clock.advance(timedelta(days=366))

    emptied = [services.lapse(batch=2) for _ in range(3)]

    assert emptied == [2, 1, 0]
