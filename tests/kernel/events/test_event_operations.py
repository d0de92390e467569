"""The operator's side: replay, dead letters, purge, depth and lag."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.clock import TestClock
from kernel.errors import StoaError
from kernel.events import Delivery, Subscriber
from kernel.storage import Database
from tests.kernel.events.jars import Flaky, JarEmptied, JarFilled, MakeBus, drain, publish


def test_replay_delivers_stored_events_again_in_order(make_bus: MakeBus, clock: TestClock) -> None:
    flaky, marks = Flaky(), []

    def keep(delivery: Delivery) -> None:
        marks.append(delivery.replayed)
        flaky(delivery)

    bus = make_bus([JarFilled, JarEmptied], [Subscriber(JarFilled, keep, name="t.keep")])
    publish(bus, JarFilled(jar="a", number=1), JarEmptied(jar="a"))
    clock.advance(timedelta(days=30))
    publish(bus, JarFilled(jar="a", number=2))
    drain(bus)
    bus.operations.purge()
    since = clock.now() - timedelta(days=1)

    everything = bus.operations.replay("t.keep")
    drain(bus)
    recent = bus.operations.replay("t.keep", since=since)
    drain(bus)
    last = bus.operations.replay("t.keep", from_position=bus.operations.history()[-1].position)
    drain(bus)

    assert (everything, recent, last) == (2, 1, 1)
    assert flaky.handled == [("a", 1), ("a", 2), ("a", 1), ("a", 2), ("a", 2), ("a", 2)]
    assert marks == [False, False, True, True, True, True]


def test_a_new_subscriber_catches_up_by_replay(make_bus: MakeBus) -> None:
    publish(make_bus([JarFilled]), JarFilled(jar="a", number=1))
    late = Flaky()
    bus = make_bus([JarFilled], [Subscriber(JarFilled, late, name="t.late")])

    assert drain(bus) == 0
    bus.operations.replay("t.late")
    drain(bus)

    assert late.handled == [("a", 1)]


def test_history_is_of_a_time_without_its_end(make_bus: MakeBus, clock: TestClock) -> None:
    bus = make_bus([JarFilled])
    moments = []
    for number in (1, 2, 3):
        moments.append(clock.freeze(clock.advance(timedelta(days=1))))
        publish(bus, JarFilled(jar="a", number=number))

    found = bus.operations.history(since=moments[1], until=moments[2])

    assert [one.data["number"] for one in found] == [2]


def test_a_subscriber_added_at_startup_is_one_like_the_others(make_bus: MakeBus) -> None:
    late, bus = Flaky(), make_bus([JarFilled])

    bus.subscribe(Subscriber(JarFilled, late, name="t.late"))
    publish(bus, JarFilled(jar="a", number=1))
    drain(bus)

    assert late.handled == [("a", 1)]
    with pytest.raises(StoaError, match=r"two subscribers are named t\.late"):
        bus.subscribe(Subscriber(JarFilled, late, name="t.late"))


def test_replaying_an_unknown_subscriber_names_the_nearest(make_bus: MakeBus) -> None:
    bus = make_bus([JarFilled], [Subscriber(JarFilled, Flaky(), name="search.index_jar")])

    with pytest.raises(
        StoaError, match=r"no subscriber is named search\.index_jars; did you mean search\.index_jar\?"
    ):
        bus.operations.replay("search.index_jars")


def test_deliveries_of_a_disabled_plugin_wait_for_its_return(make_bus: MakeBus) -> None:
    flaky = Flaky()
    enabled = make_bus([JarFilled], [Subscriber(JarFilled, flaky, name="t.flaky")])
    publish(enabled, JarFilled(jar="a", number=1))

    assert drain(make_bus([JarFilled])) == 0
    drain(enabled)

    assert flaky.handled == [("a", 1)]


def test_purge_removes_old_done_deliveries_and_keeps_events(
    make_bus: MakeBus, clock: TestClock, db: Database
) -> None:
    bus = make_bus([JarFilled], [Subscriber(JarFilled, Flaky("b"), name="t.flaky")], retention_days=7.0)
    publish(bus, JarFilled(jar="a"), JarFilled(jar="b"))
    drain(bus)
    clock.advance(timedelta(days=6))
    assert bus.operations.purge() == 0

    clock.advance(timedelta(days=2))

    assert bus.operations.purge() == 1
    assert db.rows("SELECT count(*) FROM kernel_delivery") == [(1,)]
    assert len(bus.operations.history()) == 2


def test_lag_is_the_age_of_the_oldest_pending_event(make_bus: MakeBus, clock: TestClock) -> None:
    bus = make_bus([JarFilled], [Subscriber(JarFilled, Flaky(), name="t.flaky")])
    clock.freeze()
    publish(bus, JarFilled(jar="a"))
    disabled = make_bus([JarFilled], [Subscriber(JarFilled, Flaky(), name="t.disabled")])
    publish(disabled, JarFilled(jar="a"))

    clock.advance(timedelta(seconds=90))

    assert bus.operations.lag() == {"t.flaky": pytest.approx(90, abs=0.01)}
    assert bus.operations.depth() == {"t.flaky": 1, "t.disabled": 1}
