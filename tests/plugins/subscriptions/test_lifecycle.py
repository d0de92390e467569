"""Subscriptions from the first day to the last: trials, payments, renewals, changes, ends."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from kernel import app
from kernel.testing import race
from plugins.accounts import api as accounts
from plugins.subscriptions import api
from plugins.subscriptions.models import Charge, Subscription
from plugins.subscriptions.services import renewing

PLUGINS = ("club",)
pytestmark = pytest.mark.plugins(*PLUGINS)
URL = "/v1/subscriptions"


def due_id(made):
    return UUID(made["due"]["id"])


def test_plans_go_from_the_least_to_the_most(client):
    plans = client.get("/v1/subscription-plans").json["items"]

    assert [(each["name"], each["limits"].get("listings")) for each in plans] == [
        ("FREE", 5),
        ("STANDARD", 20),
        ("PREMIUM", None),
    ]
    assert plans[2]["features"] == ["priority_placement"]
    assert plans[1]["prices"]["month"] == {"amount": 900, "currency": "USD"}


def test_the_first_subscription_begins_with_a_trial_and_the_next_when_it_is_paid(ada, club, published):
    trial = ada.subscribed()
    ended = ada.act(trial, "cancel", {"at_once": True})
    second = ada.subscribed()
    unpaid = ada.plan()
    api.paid(due_id(second))
    api.paid(due_id(second))

    assert (trial["status"], trial["due"], ended.json["status"]) == ("TRIALING", None, "CANCELLED")
    assert (second["status"], second["due"]["amount"]["amount"]) == ("PENDING", 900)
    assert second["due"]["url"] == f"/pay/{second['due']['id']}"
    assert (unpaid, ada.plan(), ada.sees(second)["status"]) == ("FREE", "STANDARD", "ACTIVE")
    assert published() == [
        "subscription.started", "subscription.ended", "charge.opened", "charge.paid", "subscription.started",
    ]  # fmt: skip


def test_where_nobody_collects_nothing_is_sold(ada, club):
    ada.act(ada.subscribed(), "cancel", {"at_once": True})
    club.collects = False

    answer = ada.subscribe()

    assert (answer.status, answer.problem) == (409, "not-collected")
    assert Subscription.select().where(Subscription.ended_at.is_null()).count() == 0


def test_of_subscriptions_at_once_one_is_made(ada):
    answers = race(*[ada.subscribe] * 6)

    assert Counter(each.status for each in answers) == {201: 1, 409: 5}
    assert {each.problem for each in answers if each.status == 409} == {"subscription-exists"}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"plan": "GOLD"}, "/plan"),
        ({"plan": "FREE"}, "/plan"),
        ({"plan": "STANDARD", "interval": "week"}, "/interval"),
        ({"plan": "\x00"}, "/plan"),
        ({}, "/plan"),
    ],
)
def test_what_is_no_plan_is_named(ada, body, pointer):
    answer = ada.client.post(URL, body)

    assert (answer.status, list(answer.faults)) == (422, [pointer])


def test_what_was_never_paid_expires(ada, club, clock, work):
    ada.act(ada.subscribed(), "cancel", {"at_once": True})
    made = ada.subscribed()

    clock.advance(timedelta(hours=25))
    work()

    assert ada.sees(made)["status"] == "EXPIRED"
    with pytest.raises(api.ChargeVoid):
        api.paid(due_id(made))


def test_a_renewal_is_charged_once_though_the_job_runs_five_times_and_twice_at_once(ada, club, until):
    made = ada.paying()

    until(made["period_end"])
    race(*[lambda: (renewing.take_due_steps(), app.db.release())] * 4)
    for _ in range(5):
        renewing.take_due_steps()

    renewed = ada.sees(made)
    assert [each["status"] for each in ada.charges(made)] == ["OPEN", "PAID"]
    assert (renewed["period_start"], renewed["due"]["amount"]["amount"]) == (made["period_end"], 900)
    assert len(club.dues) == 2
    api.paid(due_id(renewed))
    assert ada.sees(made)["due"] is None


def test_a_subscription_of_the_31st_keeps_its_day_through_short_months(ada, club, until):
    until(datetime(2027, 1, 31, 12, tzinfo=UTC))
    made = ada.paying()
    ends = [made["period_end"][:10]]

    for _ in range(13):
        until(ada.sees(made)["period_end"])
        renewing.take_due_steps()
        api.paid(due_id(ada.sees(made)))
        ends.append(ada.sees(made)["period_end"][:10])

    assert ends == [
        "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31", "2027-06-30", "2027-07-31", "2027-08-31",
        "2027-09-30", "2027-10-31", "2027-11-30", "2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31",
    ]  # fmt: skip


def test_a_trial_turns_into_a_paid_period(ada, club, until):
    trial = ada.subscribed()

    until(trial["period_end"])
    renewing.take_due_steps()
    renewed = ada.sees(trial)

    assert (renewed["status"], renewed["period_start"]) == ("ACTIVE", trial["period_end"])
    assert renewed["due"]["amount"]["amount"] == 900
    assert ada.plan() == "STANDARD"


def test_an_unpaid_renewal_is_collected_on_schedule_and_then_ends(
    ada, club, clock, until, mailbox, work, published
):
    made = ada.paying()
    until(made["period_end"])
    renewing.take_due_steps()
    begun, seen = clock.now(), []

    for day in (1, 3, 7, 14):
        until(begun + timedelta(days=day, minutes=day))
        renewing.take_due_steps()
        renewing.take_due_steps()
        seen.append((ada.sees(made)["status"], len(club.dues), ada.plan()))
    work()

    assert seen == [
        ("PAST_DUE", 3, "STANDARD"),
        ("PAST_DUE", 4, "STANDARD"),
        ("PAST_DUE", 5, "STANDARD"),
        ("EXPIRED", 5, "FREE"),
    ]
    assert [due.attempt for due in club.dues] == [0, 0, 1, 2, 3]
    assert len({due.id for due in club.dues[1:]}) == 1
    assert sum("Overdue" in mail["subject"] for mail in mailbox(ada.email)) == 3
    assert published().count("subscription.lapsed") == 1
    with pytest.raises(api.ChargeVoid):
        api.paid(club.dues[-1].id)


def test_what_is_paid_late_goes_on_and_a_refused_payment_is_past_due_at_once(ada, club, until):
    made = ada.paying()
    until(made["period_end"])
    renewing.take_due_steps()
    charge = due_id(ada.sees(made))

    api.declined(charge)
    api.declined(charge)
    refused = ada.sees(made)
    change = ada.change(made, "PREMIUM")
    api.paid(charge)
    api.declined(charge)

    assert (refused["status"], change.status, change.problem) == ("PAST_DUE", 409, "subscription-status")
    assert change.json["allowed"] == ["cancel_now"]
    assert (ada.sees(made)["status"], ada.sees(made)["due"]) == ("ACTIVE", None)


def test_an_upgrade_costs_its_share_of_the_period_and_holds_when_it_is_paid(ada, club, clock):
    made = ada.paying()
    start, end = (datetime.fromisoformat(made[name]) for name in ("period_start", "period_end"))
    clock.advance(start + (end - start) / 2 - clock.now())

    asked = ada.change(made, "PREMIUM").json
    before = ada.plan()
    api.paid(due_id(asked))
    after = ada.sees(made)

    assert asked["due"]["kind"] == "upgrade"
    assert 998 <= asked["due"]["amount"]["amount"] <= 1000  # half of 2900 less half of 900
    assert (before, ada.plan(), after["price"]["amount"]) == ("STANDARD", "PREMIUM", 2900)
    assert (after["period_start"], after["period_end"]) == (made["period_start"], made["period_end"])
    assert club.fitted[-1] == (ada.id, None)


def test_an_upgrade_nobody_pays_is_dropped_and_the_plan_stays(ada, club, clock):
    made = ada.paying()
    asked = ada.change(made, "PREMIUM").json

    clock.advance(timedelta(hours=25))
    renewing.take_due_steps()

    assert ada.sees(made)["due"] is None
    assert (ada.sees(made)["status"], ada.plan()) == ("ACTIVE", "STANDARD")
    with pytest.raises(api.ChargeVoid):
        api.paid(due_id(asked))


def test_a_downgrade_waits_for_the_period_to_end_and_can_be_taken_back(ada, club, until, published):
    made = ada.paying("PREMIUM")

    asked = ada.change(made, "STANDARD").json
    undone = ada.change(made, "PREMIUM").json
    ada.change(made, "STANDARD")
    meanwhile = ada.plan()
    until(made["period_end"])
    renewing.take_due_steps()
    after = ada.sees(made)

    assert (asked["next_plan"], undone["next_plan"], meanwhile) == ("STANDARD", None, "PREMIUM")
    assert (after["plan"], after["next_plan"], after["due"]["amount"]["amount"]) == ("STANDARD", None, 900)
    assert club.fitted[-1] == (ada.id, 20)
    assert published().count("subscription.changed") == 1


def test_another_interval_begins_with_the_next_period(ada, club, until):
    made = ada.paying()

    asked = ada.change(made, "STANDARD", "year").json
    until(made["period_end"])
    renewing.take_due_steps()
    first = ada.sees(made)
    api.paid(due_id(first))
    until(first["period_end"])
    renewing.take_due_steps()
    second = ada.sees(made)

    assert (asked["interval"], asked["next_interval"]) == ("month", "year")
    assert first["due"]["amount"]["amount"] == 9000
    spans = [
        [datetime.fromisoformat(each[f"period_{name}"]).year for name in ("start", "end")]
        for each in (first, second)
    ]
    assert spans[0][1] - spans[0][0] == spans[1][1] - spans[1][0] == 1
    assert second["period_start"] == first["period_end"]


def test_a_cancelled_subscription_lasts_to_the_end_of_its_period(ada, club, until, mailbox, work):
    made = ada.paying()

    cancelled = ada.act(made, "cancel", {}).json
    resumed = ada.act(made, "resume").json
    ada.act(made, "cancel", {})
    meanwhile = ada.plan()
    until(made["period_end"])
    renewing.take_due_steps()
    work()

    assert (cancelled["cancel_at_period_end"], resumed["cancel_at_period_end"]) == (True, False)
    assert (meanwhile, ada.plan(), ada.sees(made)["status"]) == ("STANDARD", "FREE", "CANCELLED")
    assert club.fitted[-1] == (ada.id, 5)
    assert any("ended" in mail["subject"] for mail in mailbox(ada.email))
    over = ada.act(made, "resume")
    assert (over.status, over.json["allowed"]) == (409, [])


def test_a_payment_and_the_end_at_once_leave_one_truth(ada, club):
    ada.act(ada.subscribed(), "cancel", {"at_once": True})
    made = ada.subscribed()

    def pay():
        try:
            api.paid(due_id(made))
        except api.ChargeVoid:
            return "void"
        finally:
            app.db.release()  # the end of a thread
        return "paid"

    answers = race(pay, lambda: ada.act(made, "cancel", {"at_once": True}).status, pay)

    charge = Charge.get_by_id(due_id(made))
    assert ada.sees(made)["status"] == "CANCELLED"
    assert {"PAID": "paid", "VOID": "void"}[charge.status] in answers


def test_subscriptions_are_their_owners_and_the_managers(ada, member, client):
    made, stranger = ada.subscribed(), member()
    manager = client.as_user(member().id, "subscriptions_manager")

    assert stranger.client.get(f"{URL}/{made['id']}").status == 404
    assert stranger.act(made, "cancel", {}).status == 404
    assert stranger.client.get(URL, query={"user": str(ada.id)}).status == 403
    assert [each["id"] for each in manager.get(URL, query={"user": str(ada.id)}).json["items"]] == [
        made["id"]
    ]
    assert manager.post(f"{URL}/{made['id']}/cancel", {"at_once": True}).status == 200
    names = [each["name"] for each in ada.client.get(f"{URL}/{made['id']}/history").json["items"]]
    assert names == ["subscribe", "cancel_now"]


def test_a_change_to_an_older_version_is_refused(ada):
    made = ada.subscribed()

    stale = ada.client.with_headers(if_match='"9"').patch(f"{URL}/{made['id']}", {"plan": "PREMIUM"})
    fresh = ada.change(made, "PREMIUM")

    assert (stale.status, fresh.status, ada.plan()) == (412, 200, "PREMIUM")


def test_an_unknown_charge_is_not_found(ada):
    for tell in (api.paid, api.declined):
        with pytest.raises(Exception, match="no such thing"):
            tell(uuid4())


def test_what_is_stored_of_a_person_is_handed_over_and_ends_with_them(app, ada, club):
    made = ada.paying()
    api.consume(ada.id, "seats", 2)
    export, erase = (
        dict(app.hooks.implementations(f"{name}_personal_data"))["subscriptions"]
        for name in ("export", "erase")
    )

    stored = export(app=app, user_id=ada.id)
    for _ in range(2):
        with app.db.atomic():
            erase(app=app, user_id=ada.id)

    assert [each["status"] for each in stored["subscriptions"]] == ["CANCELLED", "ACTIVE"]
    assert [each["status"] for each in stored["charges"]] == ["PAID"]
    assert [each["used"] for each in stored["usage"] if each["meter"] == "seats"] == [2]
    assert Subscription.get_by_id(made["id"]).status == "CANCELLED"
    assert export(app=app, user_id=ada.id)["usage"] == []


def test_the_people_of_the_demo_have_plans_and_it_loads_twice(app, client):
    hooks = dict(app.hooks.implementations("demo_data"))
    hooks["accounts"](app=app, progress=lambda done, total: None)

    for _ in range(2):
        hooks["subscriptions"](app=app, progress=lambda done, total: None)

    assert Counter(row.plan for row in Subscription.select()) == {"STANDARD": 26, "PREMIUM": 13}
    assert client.as_user(accounts.demo_user(3)).get(f"{URL}/current").json["plan"] == "PREMIUM"
    assert renewing.take_due_steps() == 0
