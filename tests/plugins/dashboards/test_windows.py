"""Best sellers of the chosen days: windows that move with the day, and equal a recount."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel import Money
from kernel.testing import race
from plugins.dashboards.services import moving, recounting
from plugins.dashboards.services.keeping import keep

PLUGINS = ("kiosk",)
SPANS = (7, 30, 90, 365)


@pytest.fixture(autouse=True)
def _noon(clock):
    """Begin at noon, so that whole days later is noon as well."""
    clock.advance(timedelta(hours=(36 - clock.now().hour) % 24, minutes=-clock.now().minute))


@pytest.fixture
def best(kiosk):
    """Return the best sellers of somebody by window: `{7: [(title, quantity, amount)]}`."""

    def read(seller):
        reports = {days: kiosk.seller(seller, days) for days in SPANS}
        return {
            days: [
                (one["title"], one["quantity"], one["revenue"]["amount"]) for one in report["top_products"]
            ]
            for days, report in reports.items()
        }

    return read


def test_each_range_has_the_best_sellers_of_its_days(kiosk, clock, work, best):
    ada, ben = kiosk.person("Ada"), kiosk.person("Ben")
    refs = {title: kiosk.put(ben, Money(100, "USD"), title=title) for title in ("Old", "Late", "New")}
    kiosk.sold(ada, (refs["Old"], 9))
    clock.advance(timedelta(days=60))
    kiosk.sold(ada, (refs["Late"], 3))
    clock.advance(timedelta(days=20))
    kiosk.sold(ada, (refs["New"], 1), (refs["Late"], 2))
    work()

    found = best(ben)

    assert found == {
        7: [("Late", 2, 200), ("New", 1, 100)],
        30: [("Late", 5, 500), ("New", 1, 100)],
        90: [("Old", 9, 900), ("Late", 5, 500), ("New", 1, 100)],
        365: [("Old", 9, 900), ("Late", 5, 500), ("New", 1, 100)],
    }
    assert recounting.check().equal


def test_what_was_sold_leaves_a_window_on_its_day_though_nothing_else_is_sold(kiosk, clock, work, best):
    ada, ben = kiosk.person("Ada"), kiosk.person("Ben")
    kiosk.sold(ada, (kiosk.put(ben, Money(100, "USD")), 1))
    work()
    counted = []
    for days in (6, 1, 22, 1, 59, 1, 274, 1):
        clock.advance(timedelta(days=days))
        work()
        counted.append([len(found) for found in best(ben).values()])
        assert recounting.check().equal

    assert counted == [
        [1, 1, 1, 1], [0, 1, 1, 1],
        [0, 1, 1, 1], [0, 0, 1, 1],
        [0, 0, 1, 1], [0, 0, 0, 1],
        [0, 0, 0, 1], [0, 0, 0, 0],
    ]  # fmt: skip


def test_a_cancellation_takes_off_where_the_sale_was_counted(kiosk, clock, work, best):
    ada, ben = kiosk.person("Ada"), kiosk.person("Ben")
    order_id = kiosk.sold(ada, (kiosk.put(ben, Money(100, "USD")), 1))
    work()
    clock.advance(timedelta(days=10))

    kiosk.step(order_id, "cancel")
    work()

    assert best(ben) == {days: [] for days in SPANS}
    assert recounting.check().equal


def test_who_keeps_figures_while_the_windows_move_counts_everything_once(kiosk, app, clock, work, best):
    ada, ben = kiosk.person("Ada"), kiosk.person("Ben")
    ref = kiosk.put(ben, Money(100, "USD"))
    before = [f"order:{kiosk.sold(ada, (ref, 1))}" for _ in range(4)]
    work()
    clock.advance(timedelta(days=7))
    after = [f"order:{kiosk.sold(ada, (ref, 1))}" for _ in range(6)]
    app.db.release()

    def kept(some: str) -> None:
        app.db.retrying(lambda: keep([some]))

    outcomes = race(
        *(lambda each=each: kept(each) for each in (*after, *before)), *[moving.move] * 3, recounting.recount
    )
    work()

    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert [found[0][1] for found in best(ben).values()] == [6, 10, 10, 10]
    assert recounting.check().equal
