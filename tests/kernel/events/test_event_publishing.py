"""Publishing: in the publisher's transaction or not at all."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from kernel.context import bound
from kernel.errors import Conflict, StoaError
from kernel.events import Delivery, Subscriber
from kernel.storage import Database, count_statements
from tests.kernel.events.jars import JarEmptied, JarFilled, MakeBus, drain, publish


class Kept(list[Delivery]):
    """A handler that keeps what it got."""

    def __call__(self, delivery: Delivery) -> None:
        self.append(delivery)


def test_publishing_outside_a_transaction_is_refused(make_bus: MakeBus) -> None:
    bus = make_bus([JarFilled])

    with pytest.raises(StoaError, match=r"publish JarFilled inside `with app\.db\.atomic\(\):`"):
        bus.publish(JarFilled(jar="a"))


def test_an_unregistered_event_is_refused(make_bus: MakeBus, db: Database) -> None:
    bus = make_bus([JarFilled])

    with db.atomic(), pytest.raises(TypeError, match="register_events"):
        bus.publish(JarEmptied(jar="a"))


def test_a_rolled_back_publisher_leaves_no_event(make_bus: MakeBus, db: Database) -> None:
    kept = Kept()
    bus = make_bus([JarFilled], [Subscriber(JarFilled, kept, name="t.keep")])

    with db.atomic() as transaction:
        bus.publish(JarFilled(jar="a"))
        transaction.rollback()

    assert drain(bus) == 0
    assert bus.operations.history() == []


def test_what_is_committed_is_told_and_nothing_else(make_bus: MakeBus, db: Database) -> None:
    bus = make_bus([JarFilled, JarEmptied])
    told: list[str] = []
    bus.committed.append(told.extend)

    with db.atomic() as transaction:
        bus.publish(JarFilled(jar="a"))
        transaction.rollback()
    with db.atomic():
        bus.publish(JarFilled(jar="a"), JarEmptied(jar="a"))
        assert told == []

    assert sorted(told) == ["shelf.jar.emptied.v1", "shelf.jar.filled.v1"]


def test_each_subscriber_gets_the_event_once_with_its_envelope(make_bus: MakeBus) -> None:
    first, second = Kept(), Kept()
    subscribers = [
        Subscriber(JarFilled, first, name="t.first"),
        Subscriber(JarFilled, second, name="t.second"),
    ]
    bus = make_bus([JarFilled], subscribers)

    with bound("request-7"):
        publish(bus, JarFilled(jar="a"), scope="shop:1")

    assert drain(bus) == 2
    assert drain(bus) == 0
    [delivery] = first
    assert second == [delivery]
    assert delivery.event == JarFilled(jar="a")
    assert (delivery.type, delivery.key, delivery.scope) == ("shelf.jar.filled.v1", "a", "shop:1")
    assert (delivery.correlation_id, delivery.attempt, delivery.replayed) == ("request-7", 1, False)


def test_several_events_are_one_statement_and_each_reaches_its_own_subscribers(
    make_bus: MakeBus, db: Database
) -> None:
    filled, emptied = Kept(), Kept()
    subscribers = [
        Subscriber(JarFilled, filled, name="t.filled"),
        Subscriber(JarEmptied, emptied, name="t.emptied"),
    ]
    bus = make_bus([JarFilled, JarEmptied], subscribers)

    with count_statements() as counted, db.atomic():
        bus.publish(JarFilled(jar="b"), JarEmptied(jar="a"), JarFilled(jar="a"))
        within = counted.count
    drain(bus)

    assert within == 1
    assert [each.event for each in filled] == [JarFilled(jar="a"), JarFilled(jar="b")]
    assert [each.event for each in emptied] == [JarEmptied(jar="a")]
    assert emptied[0].position < filled[0].position < filled[1].position


def test_publishing_is_one_statement_however_many_subscribers(make_bus: MakeBus, db: Database) -> None:
    many = [Subscriber(JarFilled, Kept(), name=f"t.keep_{n}") for n in range(20)]
    bus = make_bus([JarFilled], many)

    with count_statements() as counted, db.atomic():
        bus.publish(JarFilled(jar="a"))
        inside = counted.count

    assert inside == 1
    assert sum(bus.operations.depth().values()) == 20


def test_an_inline_subscriber_runs_in_the_publishers_transaction(make_bus: MakeBus, db: Database) -> None:
    seen: list[bool] = []
    bus = make_bus(
        [JarFilled],
        [Subscriber(JarFilled, lambda _: seen.append(db.in_transaction()), name="t.inline", inline=True)],
    )

    publish(bus, JarFilled(jar="a"))

    assert seen == [True]
    assert bus.operations.depth() == {}


def test_an_inline_subscriber_may_veto(make_bus: MakeBus) -> None:
    def refuse(_delivery: Delivery) -> None:
        raise Conflict("the shelf is full")

    bus = make_bus([JarFilled], [Subscriber(JarFilled, refuse, name="t.veto", inline=True)])

    with pytest.raises(Conflict, match="the shelf is full"):
        publish(bus, JarFilled(jar="a"))

    assert bus.operations.history() == []


def test_what_a_handler_publishes_keeps_actor_and_correlation(make_bus: MakeBus, db: Database) -> None:
    kept = Kept()

    def empty(delivery: Delivery) -> None:
        bus.publish(JarEmptied(jar=delivery.event.jar))

    bus = make_bus(
        [JarFilled, JarEmptied],
        [Subscriber(JarFilled, empty, name="t.empty"), Subscriber(JarEmptied, kept, name="t.keep")],
    )
    someone: Any = type("Someone", (), {"kind": "user", "id": uuid4()})()

    with bound("request-8", someone):
        publish(bus, JarFilled(jar="a"))
    drain(bus)

    [delivery] = kept
    assert delivery.actor == f"user:{someone.id}"
    assert delivery.correlation_id == "request-8"


def test_a_subscriber_to_an_unknown_event_is_refused_unless_optional(make_bus: MakeBus) -> None:
    with pytest.raises(StoaError, match=r"t\.keep subscribes to shop\.order\.placed\.v1"):
        make_bus([], [Subscriber("shop.order.placed.v1", Kept(), name="t.keep")])

    bus = make_bus([], [Subscriber("shop.order.placed.v1", Kept(), name="t.keep", optional=True)])

    assert drain(bus) == 0


def test_two_subscribers_of_one_name_are_refused(make_bus: MakeBus) -> None:
    with pytest.raises(StoaError, match=r"two subscribers are named t\.keep"):
        make_bus([JarFilled], [Subscriber(JarFilled, Kept(), name="t.keep")] * 2)


def test_text_postgresql_cannot_hold_is_the_publishers_fault(make_bus: MakeBus) -> None:
    bus = make_bus([JarFilled])

    with pytest.raises(StoaError, match=r".*"):
        publish(bus, JarFilled(jar="a\x00b"))
