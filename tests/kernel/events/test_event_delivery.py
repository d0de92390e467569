"""Delivering: exactly-once effects, order per key, back-off, dead letters, replay."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from peewee import OperationalError

from kernel.clock import TestClock
from kernel.events import Delivery, Subscriber
from kernel.events.claims import Claims
from kernel.events.dispatcher import Dispatcher
from kernel.storage import Database
from tests.kernel.events.jars import Flaky, JarEmptied, JarFilled, MakeBus, drain, publish


@pytest.fixture
def shelf(db: Database) -> Database:
    db.execute_sql("CREATE TABLE shelf (jar text, number int)")
    return db


def test_a_failing_key_blocks_only_itself_and_keeps_its_order(make_bus: MakeBus, clock: TestClock) -> None:
    flaky = Flaky("a")
    bus = make_bus([JarFilled], [Subscriber(JarFilled, flaky, name="t.flaky")])
    publish(bus, *(JarFilled(jar=jar, number=number) for number in (1, 2) for jar in "ab"))

    drain(bus)

    assert flaky.handled == [("b", 1), ("b", 2)]
    assert [one for one in flaky.tried if one[0] == "a"] == [("a", 1, 1)]

    flaky.broken.clear()
    clock.advance(timedelta(seconds=2))
    drain(bus)

    assert flaky.handled[2:] == [("a", 1), ("a", 2)]
    assert flaky.tried[-2:] == [("a", 1, 2), ("a", 2, 1)]


def test_each_attempt_waits_longer_and_the_last_is_a_dead_letter(make_bus: MakeBus, clock: TestClock) -> None:
    flaky = Flaky("a")
    bus = make_bus([JarFilled], [Subscriber(JarFilled, flaky, name="t.flaky")], attempts=3, backoff=10.0)
    publish(bus, JarFilled(jar="a", number=1))

    drain(bus)
    clock.advance(timedelta(seconds=7))
    assert drain(bus) == 0
    clock.advance(timedelta(seconds=3))
    assert drain(bus) == 1
    clock.advance(timedelta(seconds=14))
    assert drain(bus) == 0
    clock.advance(timedelta(seconds=6))
    assert drain(bus) == 1

    [letter] = bus.operations.dead()
    assert (letter.subscriber, letter.key, letter.attempt) == ("t.flaky", "a", 3)
    assert "ValueError: a is cracked" in letter.error
    assert bus.operations.depth() == {}


def test_a_dead_letter_lets_the_next_of_its_key_go_and_can_be_retried(make_bus: MakeBus) -> None:
    flaky = Flaky("a")
    bus = make_bus([JarFilled], [Subscriber(JarFilled, flaky, name="t.flaky")], attempts=1)
    publish(bus, JarFilled(jar="a", number=1))
    drain(bus)
    flaky.broken.clear()
    publish(bus, JarFilled(jar="a", number=2))

    drain(bus)
    retried = bus.operations.retry(subscriber="t.flaky")
    drain(bus)

    assert retried == 1
    assert flaky.handled == [("a", 2), ("a", 1)]
    assert bus.operations.dead() == []


def test_a_dead_letter_can_be_discarded(make_bus: MakeBus) -> None:
    bus = make_bus([JarFilled], [Subscriber(JarFilled, Flaky("a"), name="t.flaky")], attempts=1)
    publish(bus, JarFilled(jar="a"))
    drain(bus)
    [letter] = bus.operations.dead()

    assert bus.operations.discard("t.flaky", letter.position)

    assert not bus.operations.discard("t.flaky", letter.position)
    assert bus.operations.dead_count() == {}
    assert len(bus.operations.history()) == 1


def test_what_a_failing_handler_wrote_is_rolled_back(
    make_bus: MakeBus, shelf: Database, clock: TestClock
) -> None:
    broken = {"yes"}

    def write(delivery: Delivery) -> None:
        shelf.execute_sql("INSERT INTO shelf VALUES (%s, %s)", (delivery.event.jar, delivery.attempt))
        if broken:
            raise ValueError

    bus = make_bus([JarFilled], [Subscriber(JarFilled, write, name="t.write")])
    publish(bus, JarFilled(jar="a"))

    drain(bus)
    assert shelf.rows("SELECT * FROM shelf") == []
    broken.clear()
    clock.advance(timedelta(seconds=2))
    drain(bus)

    assert shelf.rows("SELECT * FROM shelf") == [("a", 2)]


def test_draining_inside_a_transaction_rolls_back_only_what_failed(
    make_bus: MakeBus, shelf: Database
) -> None:
    def write(delivery: Delivery) -> None:
        shelf.execute_sql("INSERT INTO shelf VALUES (%s, 0)", (delivery.key,))
        if delivery.key == "b":
            raise ValueError

    bus = make_bus([JarFilled], [Subscriber(JarFilled, write, name="t.write")])

    with shelf.atomic():
        bus.publish(JarFilled(jar="a"), JarFilled(jar="b"))
        drain(bus)

    assert shelf.rows("SELECT jar FROM shelf") == [("a",)]
    assert bus.operations.depth() == {"t.write": 1}


def test_a_deadlock_in_a_handler_is_retried_at_once(make_bus: MakeBus, shelf: Database) -> None:
    tries: list[int] = []

    def deadlock_once(_delivery: Delivery) -> None:
        tries.append(1)
        if len(tries) == 1:
            shelf.execute_sql("DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$")

    bus = make_bus([JarFilled], [Subscriber(JarFilled, deadlock_once, name="t.once")])
    publish(bus, JarFilled(jar="a"))

    drain(bus)

    assert len(tries) == 2
    assert bus.operations.depth() == {}


def test_a_batch_of_a_worker_that_died_is_due_again_after_its_lease(
    make_bus: MakeBus, db: Database, clock: TestClock
) -> None:
    flaky = Flaky()
    bus = make_bus([JarFilled], [Subscriber(JarFilled, flaky, name="t.flaky")], lease=60.0)
    publish(bus, JarFilled(jar="a", number=1), JarFilled(jar="a", number=2))
    now = clock.now()
    Claims(db).take(["t.flaky"], now, now + timedelta(seconds=60), 10)

    assert drain(bus) == 0
    clock.advance(timedelta(seconds=61))
    drain(bus)

    assert flaky.tried == [("a", 1, 2), ("a", 2, 2)]


def test_a_batch_that_takes_longer_than_its_lease_is_kept(
    make_bus: MakeBus, db: Database, clock: TestClock
) -> None:
    free = []

    def slow(delivery: Delivery) -> None:
        waiting = "SELECT count(*) FROM kernel_delivery WHERE state = 'pending' AND due_at <= %s"
        free.append(db.rows(waiting, (clock.now(),))[0][0])
        clock.advance(timedelta(seconds=40))

    bus = make_bus([JarFilled], [Subscriber(JarFilled, slow, name="t.slow")], lease=60.0)
    publish(bus, *(JarFilled(jar=jar, number=number) for jar in "abcd" for number in (1, 2)))

    assert Dispatcher(bus).run_batch() == 8

    assert free == [0] * 8


def test_a_worker_that_lost_its_lease_changes_nothing(
    make_bus: MakeBus, db: Database, clock: TestClock
) -> None:
    bus = make_bus([JarFilled], [Subscriber(JarFilled, Flaky(), name="t.flaky")])
    publish(bus, JarFilled(jar="a"))
    claims, now = Claims(db), clock.now()
    [slow] = claims.take(["t.flaky"], now, now, 10)
    [quick] = claims.take(["t.flaky"], now, now + timedelta(seconds=60), 10)

    assert not claims.finish(slow, now)
    assert not claims.release(slow, now)
    assert not claims.bury(slow, "too late", now)

    assert claims.finish(quick, now)


def test_a_delivery_whose_worker_dies_every_time_is_buried(
    make_bus: MakeBus, db: Database, clock: TestClock
) -> None:
    flaky = Flaky()
    bus = make_bus([JarFilled], [Subscriber(JarFilled, flaky, name="t.flaky")], attempts=2)
    publish(bus, JarFilled(jar="a"))
    for _ in range(2):
        Claims(db).take(["t.flaky"], clock.now(), clock.now(), 10)

    drain(bus)

    assert flaky.tried == []
    assert [letter.error for letter in bus.operations.dead()] == ["its worker died at every attempt"]


def test_a_row_whose_handler_outlives_its_lease_holds_back_its_key(
    make_bus: MakeBus, db: Database, clock: TestClock
) -> None:
    bus = make_bus([JarFilled], [Subscriber(JarFilled, Flaky(), name="t.flaky")])
    publish(bus, JarFilled(jar="a", number=1), JarFilled(jar="a", number=2), JarFilled(jar="b"))
    claims, now = Claims(db), clock.now()
    [first] = [row for row in claims.take(["t.flaky"], now, now, 1) if row["key"] == "a"]
    taken: list[str] = []

    def take_from_another_connection() -> None:
        rows = claims.take(["t.flaky"], now, now + timedelta(seconds=60), 10)
        taken.extend(row["key"] for row in rows)
        db.release()

    with db.atomic():
        claims.finish(first, now)
        other = Thread(target=take_from_another_connection)
        other.start()
        other.join()

    assert taken == ["b"]


def test_many_publishers_and_dispatchers_keep_the_order_of_every_key(make_bus: MakeBus, db: Database) -> None:
    handled: dict[str, list[tuple[int, int]]] = defaultdict(list)

    def keep(delivery: Delivery) -> None:
        handled[delivery.key].append((delivery.position, delivery.event.number))

    bus = make_bus([JarFilled], [Subscriber(JarFilled, keep, name="t.keep")], batch=7)
    dispatchers = [Dispatcher(bus) for _ in range(4)]
    done = False
    db.execute_sql("CREATE TABLE counter (jar text PRIMARY KEY, n int)")
    db.execute_sql("INSERT INTO counter SELECT 'jar' || g, 0 FROM generate_series(0, 9) g")

    def publish_one(seed: int) -> None:
        jar = f"jar{random.Random(seed).randrange(10)}"
        with db.atomic():
            [(number,)] = db.rows("UPDATE counter SET n = n + 1 WHERE jar = %s RETURNING n", (jar,))
            bus.publish(JarFilled(jar=jar, number=number))
        db.release()

    def dispatch(dispatcher: Dispatcher) -> None:
        while dispatcher.drain() or not done:
            db.release()
        db.release()

    workers = [Thread(target=dispatch, args=(dispatcher,)) for dispatcher in dispatchers]
    publishers = [Thread(target=publish_one, args=(seed,)) for seed in range(200)]
    for thread in (*workers, *publishers):
        thread.start()
    for thread in publishers:
        thread.join()
    done = True
    for thread in workers:
        thread.join()

    assert sum(map(len, handled.values())) == 200
    assert bus.operations.depth() == {}
    for deliveries in handled.values():
        numbers = [number for _, number in deliveries]
        assert numbers == list(range(1, len(numbers) + 1))
        assert deliveries == sorted(deliveries)


def test_two_publishers_of_the_same_keys_in_one_call_each_do_not_deadlock(
    make_bus: MakeBus, db: Database
) -> None:
    bus, ready, faults = make_bus([JarFilled, JarEmptied]), Barrier(2), []

    def both(*events: object) -> None:
        try:
            for _ in range(20):
                ready.wait()
                publish(bus, *events)
        except OperationalError as ex:
            faults.append(ex)
            ready.abort()
        finally:
            db.release()

    one = Thread(target=both, args=(JarFilled(jar="a"), JarEmptied(jar="b")))
    two = Thread(target=both, args=(JarFilled(jar="b"), JarEmptied(jar="a")))
    one.start()
    two.start()
    one.join()
    two.join()

    assert faults == []
    assert len(bus.operations.history(limit=1000)) == 80


def test_a_stopping_dispatcher_gives_the_rest_of_its_batch_back(make_bus: MakeBus) -> None:
    handled: list[int] = []

    def stop_after_first(delivery: Delivery) -> None:
        handled.append(delivery.event.number)
        dispatcher.stop()

    bus = make_bus([JarFilled], [Subscriber(JarFilled, stop_after_first, name="t.stop")])
    dispatcher = Dispatcher(bus)
    publish(bus, *(JarFilled(jar="a", number=number) for number in (1, 2, 3)))

    dispatcher.run_batch()
    assert handled == [1]
    drain(bus)

    assert handled == [1, 2, 3]


def test_observers_learn_of_success_and_failure(make_bus: MakeBus) -> None:
    bus = make_bus([JarFilled], [Subscriber(JarFilled, Flaky("b"), name="t.flaky")])
    seen: list[tuple[str, str]] = []
    bus.observers.append(lambda one: seen.append((one.subscriber, type(one.error).__name__)))
    publish(bus, JarFilled(jar="a"), JarFilled(jar="b"))

    drain(bus)

    assert seen == [("t.flaky", "NoneType"), ("t.flaky", "ValueError")]
