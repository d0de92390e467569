"""Reports: what came in, on which day, of whom, and what was sold best."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel import Money
from kernel.storage import count_statements

PLUGINS = ("kiosk",)


@pytest.fixture(autouse=True)
def _noon(clock):
    """Begin at noon, so that an hour more is the same day."""
    clock.advance(timedelta(hours=(36 - clock.now().hour) % 24, minutes=-clock.now().minute))


@pytest.fixture
def ada(kiosk):
    return kiosk.person("Ada")


@pytest.fixture
def ben(kiosk):
    return kiosk.person("Ben")


def days_of(report, currency="USD"):
    [found] = [one for one in report["revenue"] if one["currency"] == currency]
    return {day["day"]: (day["sales"], day["gross"], day["refunded"]) for day in found["days"]}


def test_a_sale_counts_on_the_day_it_is_confirmed_and_days_without_are_there(kiosk, ada, ben, clock, work):
    order_id = kiosk.order(ada, (kiosk.put(ben, Money(4900, "USD")), 2))
    work()
    pending = kiosk.seller(ben, days=7)
    clock.advance(timedelta(days=2))
    kiosk.step(order_id, "confirm")
    clock.advance(timedelta(days=1))
    work()

    report = kiosk.seller(ben, days=7)

    today = clock.now().date()
    expected = {str(today - timedelta(days=n)): (0, 0, 0) for n in range(7)}
    assert pending["revenue"] == []
    assert days_of(report) == expected | {str(today - timedelta(days=1)): (1, 9800, 0)}
    assert (report["since"], report["until"]) == (str(today - timedelta(days=6)), str(today))


def test_a_cancellation_is_taken_off_on_its_own_day(kiosk, ada, ben, clock, work, sums):
    order_id = kiosk.sold(ada, (kiosk.put(ben, Money(4900, "USD")), 1))
    sold_on = clock.now().date()
    clock.advance(timedelta(days=1))
    kiosk.step(order_id, "cancel")
    work()

    report = kiosk.seller(ben, days=7)

    found = days_of(report)
    assert found[str(sold_on)] == (1, 4900, 0)
    assert found[str(sold_on + timedelta(days=1))] == (0, 0, 4900)
    assert sums(report)["net"] == 0
    assert report["top_products"] == []


def test_each_currency_is_counted_by_itself(kiosk, ada, ben, work, sums):
    for amount, currency in ((4900, "USD"), (800, "JPY"), (12_345, "KWD")):
        kiosk.sold(ada, (kiosk.put(ben, Money(amount, currency)), 1))
    work()

    report = kiosk.platform()

    assert {code: sums(report, "ever", code)["net"] for code in ("USD", "JPY", "KWD")} == {
        "USD": 4900,
        "JPY": 800,
        "KWD": 12_345,
    }


def test_a_building_sees_its_own_a_seller_theirs_and_the_platform_everything(kiosk, ada, ben, work, sums):
    rose, lily = kiosk.building("Rose Court"), kiosk.building("Lily House")
    cid = kiosk.person("Cid")
    for seller, building, amount in ((ben, rose, 100), (cid, rose, 20), (ben, lily, 3)):
        kiosk.sold(ada, (kiosk.put(seller, Money(amount, "USD"), scope=f"building:{building}"), 1))
    work()

    reports = [
        kiosk.of_building(rose),
        kiosk.of_building(lily),
        kiosk.seller(ben),
        kiosk.seller(cid),
        kiosk.platform(),
    ]

    assert [sums(one)["net"] for one in reports] == [120, 3, 103, 20, 123]
    assert [one["title"] for one in reports] == ["Rose Court", "Lily House", None, None, None]
    assert [one["counts"]["order"]["total"] for one in reports] == [2, 1, 2, 1, 3]
    assert [len(one["recent_orders"]) for one in reports] == [2, 1, 2, 1, 3]


def test_orders_are_counted_by_their_status_as_it_is(kiosk, ada, ben, work):
    ref = kiosk.put(ben, Money(4900, "USD"))
    for steps in ((), ("confirm",), ("confirm", "complete"), ("confirm", "cancel"), ("cancel",)):
        order_id = kiosk.order(ada, (ref, 1))
        for step in steps:
            kiosk.step(order_id, step)
    work()

    found = kiosk.seller(ben)["counts"]["order"]

    assert found == {
        "total": 5,
        "by_status": {"PENDING": 1, "CONFIRMED": 1, "COMPLETED": 1, "CANCELLED": 2},
    }


def test_the_best_sellers_come_first_under_the_name_they_have_now(kiosk, ada, ben, work):
    chair, lamp = kiosk.put(ben, Money(100, "USD")), kiosk.put(ben, Money(70, "USD"), title="Lamp")
    kiosk.sold(ada, (chair, 1), (lamp, 2))
    kiosk.module.titles[lamp] = "Renamed lamp"
    work()

    best = kiosk.seller(ben)["top_products"]

    assert [(one["ref"], one["title"], one["quantity"], one["revenue"]["amount"]) for one in best] == [
        (lamp, "Renamed lamp", 2, 140),
        (chair, "Oak chair", 1, 100),
    ]


def test_the_ten_latest_orders_are_shown_the_latest_first(kiosk, ada, ben):
    ref = kiosk.put(ben, Money(4900, "USD"))
    placed = [str(kiosk.order(ada, (ref, 1))) for _ in range(12)]

    recent = kiosk.seller(ben)["recent_orders"]

    assert [one["id"] for one in recent] == placed[:1:-1]
    assert (recent[0]["status"], recent[0]["total"]) == ("PENDING", {"amount": 4900, "currency": "USD"})


def test_a_report_is_kept_for_five_minutes(kiosk, ada, ben, clock, work, sums):
    ref = kiosk.put(ben, Money(100, "USD"))
    kiosk.sold(ada, (ref, 1))
    work()
    first = kiosk.seller(ben)
    kiosk.sold(ada, (ref, 1))
    work()

    clock.advance(timedelta(seconds=299))
    kept = kiosk.seller(ben)
    clock.advance(timedelta(seconds=1))
    fresh = kiosk.seller(ben)

    assert [sums(one)["net"] for one in (first, kept, fresh)] == [100, 100, 200]
    assert first["generated_at"] == kept["generated_at"] < fresh["generated_at"]


@pytest.mark.settings(dashboards={"cache_seconds": 0})
def test_a_report_takes_as_many_statements_whatever_there_is(kiosk, ada, ben, client, work):
    seller, admin, building = client.as_user(ben), client.as_admin(), kiosk.building()
    paths = (("seller", seller), ("platform", admin), (f"building/{building}", admin))

    def statements() -> list[int]:
        found = []
        for path, who in paths:
            with count_statements() as n:
                kiosk.report(path, who, 365)
            found.append(n.count)
        return found

    def sell(number: int) -> None:
        for _ in range(number):
            kiosk.sold(ada, (kiosk.put(ben, Money(7, "USD"), scope=f"building:{building}"), 1))
        work()

    sell(1)
    statements()  # who calls is known from here on
    before = statements()
    sell(30)

    assert statements() == before
    assert max(before) <= 16


def test_a_building_s_figures_are_for_who_holds_the_permission_there(kiosk, client):
    rose, lily = kiosk.building(), kiosk.building()
    admin = client.as_user(kiosk.person(), "dashboards_viewer", scope=f"building:{rose}")
    paths = [f"/v1/analytics/building/{rose}", f"/v1/analytics/building/{lily}", "/v1/analytics/platform"]

    answers = [admin.get(path).status for path in paths]

    assert answers == [200, 403, 403]


def test_a_building_nobody_knows_is_not_found(kiosk, client):
    known, unknown = kiosk.building(), kiosk.put(kiosk.person(), Money(1, "USD")).removeprefix("thing:")

    answers = [client.as_admin().get(f"/v1/analytics/building/{each}").status for each in (known, unknown)]

    assert answers == [200, 404]


@pytest.mark.parametrize("days", ["0", "31", "x"])
def test_other_spans_of_days_are_refused_by_name(client, days):
    answer = client.as_user().get("/v1/analytics/seller", query={"days": days})

    assert (answer.status, list(answer.faults)) == (422, ["days"])


def test_without_an_account_there_are_no_figures_of_a_seller(client):
    assert client.get("/v1/analytics/seller").status == 401
