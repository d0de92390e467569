"""The gate: what plans allow, used by many at once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import ConfigurationError, Money, app
from kernel.testing import race
from plugins.subscriptions import api
from plugins.subscriptions.periods import left, starts, upgrade_price
from plugins.subscriptions.plans import plans_of
from plugins.subscriptions.services import renewing

PLANS = {
    "FREE": {"limits": {"seats": 5, "credits": 10, "listings": 3}},
    "STANDARD": {"limits": {"seats": 20, "credits": 100}, "monthly": 900, "trial_days": 14},
    "PREMIUM": {"features": ["stage"], "monthly": 2900, "trial_days": 14},
}
pytestmark = [pytest.mark.plugins("club"), pytest.mark.settings(subscriptions={"plans": PLANS})]


def outcome(call):
    try:
        call()
    except api.LimitReached as ex:
        return (ex.status, ex.extensions["limit"], ex.extensions["upgrade"])
    finally:
        app.db.release()  # in a race this is the end of a thread
    return "ok"


def test_of_fifty_who_use_at_once_five_get_through(ada):
    answers = race(*[lambda: outcome(lambda: api.consume(ada.id, "seats"))] * 50)

    assert Counter(answers) == {"ok": 5, (403, 5, "STANDARD"): 45}
    assert api.release(ada.id, "seats", 2) == 3
    assert api.consume(ada.id, "seats", 2) == 5


def test_a_denial_names_the_limit_and_the_plan_that_lifts_it(ada):
    api.consume(ada.id, "seats", 5)

    with pytest.raises(api.LimitReached) as refused:
        api.consume(ada.id, "seats", 20)

    told = refused.value.extensions
    assert (told["meter"], told["limit"], told["plan"], told["upgrade"]) == ("seats", 5, "FREE", "PREMIUM")
    assert outcome(lambda: api.consume(ada.id, "seats", 0)) == "ok"


def test_what_is_rolled_back_was_not_used(ada):
    with pytest.raises(ZeroDivisionError), app.db.atomic():
        api.consume(ada.id, "seats", 5)
        raise ZeroDivisionError

    assert api.consume(ada.id, "seats", 5) == 5


def test_a_better_plan_lifts_the_limit_and_brings_features(ada, club):
    with pytest.raises(api.FeatureMissing) as refused:
        api.require(ada.id, "stage")
    ada.subscribed("PREMIUM")

    api.consume(ada.id, "seats", 1000)
    api.require(ada.id, "stage")

    assert refused.value.extensions["upgrade"] == "PREMIUM"
    assert api.plans([ada.id])[ada.id].name == "PREMIUM"
    seats = next(
        each for each in ada.client.get("/v1/subscriptions/current").json["usage"] if each["meter"] == "seats"
    )
    assert (seats["used"], seats["limit"]) == (1000, None)


def test_credits_begin_anew_with_each_period(ada, club, until):
    made = ada.paying()
    api.consume(ada.id, "credits", 100)
    spent = outcome(lambda: api.consume(ada.id, "credits"))

    until(made["period_end"])
    renewing.take_due_steps()

    assert spent == (403, 100, "PREMIUM")
    assert api.consume(ada.id, "credits", 100) == 100


def test_without_a_subscription_credits_begin_anew_with_the_month(ada, until, clock):
    api.consume(ada.id, "credits", 10)
    spent = outcome(lambda: api.consume(ada.id, "credits"))
    now = clock.now()

    until(datetime(now.year + now.month // 12, now.month % 12 + 1, 1, tzinfo=UTC))

    assert (spent, api.consume(ada.id, "credits")) == ((403, 10, "STANDARD"), 1)


def test_a_meter_of_somebody_elses_is_asked_and_fitted(ada, club):
    club.rooms = 3
    full = outcome(lambda: api.gate(ada.id, "listings"))
    over = outcome(lambda: api.gate(ada.id, "listings", 1))

    api.fit(ada.id, "listings")

    assert (full, over) == ("ok", (403, 3, "STANDARD"))
    assert club.fitted == [(ada.id, 3)]


def test_more_than_was_used_cannot_be_given_back(ada):
    api.consume(ada.id, "seats", 1)

    with pytest.raises(Exception, match="cannot be released"):
        api.release(ada.id, "seats", 2)

    assert api.consume(ada.id, "seats") == 2


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(MOMENTS, st.integers(0, 10**9), st.fractions(0, 1))
def test_the_used_and_the_unused_part_of_a_price_are_the_price(start, amount, share):
    end = starts(start, "month", 1)
    now = start + timedelta(seconds=int((end - start).total_seconds() * share))
    price = Money(amount, "JPY")

    rest = left(price, start, end, now)
    used = price.allocate([int((now - start).total_seconds()), int((end - now).total_seconds())])[0]

    assert used + rest == price
    assert upgrade_price(price, price, start, end, now).amount == 0


@given(MOMENTS, st.integers(0, 60))
def test_periods_follow_each_other_and_keep_their_day(anchor, number):
    begins, ends = starts(anchor, "month", number), starts(anchor, "month", number + 1)

    assert timedelta(days=28) <= ends - begins <= timedelta(days=31)
    assert begins.day == anchor.day or (begins + timedelta(days=1)).day == 1
    assert starts(anchor, "month", 12 * number) == starts(anchor, "year", number)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"plans": {}}, "first plan"),
        ({"plans": {"GOLD": {"monthly": 900}}}, "first plan"),
        ({"plans": {"FREE": {"price": 1}}}, "price"),
        ({"plans": {"FREE": {"limits": {"seats": -1}}}}, "limits.seats"),
        ({"dunning_days": ["7", "3"]}, "dunning_days"),
        ({"currency": "XXX"}, "XXX"),
    ],
)
def test_plans_that_cannot_be_meant_stop_the_start(make_app, settings, told):
    with pytest.raises(Exception, match=told) as refused:
        plans_of(make_app("subscriptions", subscriptions=settings))

    assert isinstance(refused.value, ConfigurationError) or "currency" in str(refused.value)
