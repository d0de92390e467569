"""Who is online: counted over processes, told once, right again after faults."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from kernel.clock import TestClock
from kernel.realtime.nodes import Nodes
from kernel.storage import count_statements
from tests.kernel.realtime.rooms.conftest import MakeNode
from tests.kernel.realtime.rooms.jars import Node

ANN, BEN = uuid4(), uuid4()


def quiet(node: Node, name: str, told: list[tuple[UUID, bool]]) -> Nodes:
    """Return a node without a greenlet: it beats when the test says so."""
    nodes = Nodes(node.db, node.clock, name, ttl=30)
    nodes.begin = lambda: None  # type: ignore[method-assign]
    nodes.subscribe(lambda user_id, online: told.append((user_id, online)))
    return nodes


def test_the_first_socket_and_the_last_one_are_told_and_none_between(node: Node) -> None:
    told: list[tuple[UUID, bool]] = []
    nodes = quiet(node, "one", told)

    for change in (1, 1, -1, -1):
        nodes.add(ANN, change)
        nodes.beat()

    assert told == [(ANN, True), (ANN, False)]


def test_who_came_and_went_within_a_batch_was_never_there(node: Node) -> None:
    told: list[tuple[UUID, bool]] = []
    nodes = quiet(node, "one", told)

    nodes.add(ANN, 1)
    nodes.add(ANN, -1)
    nodes.beat()

    assert told == []
    assert nodes.online([ANN]) == {}


def test_a_batch_of_many_people_costs_as_much_as_one(node: Node) -> None:
    nodes = quiet(node, "one", [])
    nodes.beat()
    people = [uuid4() for _ in range(500)]
    for person in people:
        nodes.add(person, 1)

    with count_statements() as statements:
        nodes.beat()

    assert statements.count == 2
    assert nodes.online(people) == dict.fromkeys(people, 1)


def test_a_process_taken_for_dead_is_counted_again_when_it_lives(node: Node, clock: TestClock) -> None:
    told: list[tuple[UUID, bool]] = []
    slow, other = quiet(node, "slow", told), quiet(node, "other", told)
    slow.add(ANN, 2)
    slow.beat()
    clock.advance(timedelta(seconds=31))

    other.reap()
    gone = other.online([ANN])
    slow.add(BEN, 1)
    slow.beat()

    assert gone == {}
    assert other.online([ANN, BEN]) == {ANN: 2, BEN: 1}
    assert told == [(ANN, True), (ANN, False), *told[2:]]
    assert set(told[2:]) == {(ANN, True), (BEN, True)}


def test_a_living_process_is_not_reaped(node: Node, clock: TestClock) -> None:
    told: list[tuple[UUID, bool]] = []
    one, other = quiet(node, "one", told), quiet(node, "other", told)
    one.add(ANN, 1)
    one.beat()

    clock.advance(timedelta(seconds=29))
    other.reap()

    assert other.online([ANN]) == {ANN: 1}
    assert told == [(ANN, True)]


def test_a_subscriber_that_fails_does_not_keep_the_others_from_knowing(node: Node) -> None:
    told: list[tuple[UUID, bool]] = []
    nodes = Nodes(node.db, node.clock, "one", ttl=30)
    nodes.begin = lambda: None  # type: ignore[method-assign]
    nodes.subscribe(lambda user_id, online: 1 / 0)
    nodes.subscribe(lambda user_id, online: told.append((user_id, online)))

    nodes.add(ANN, 1)
    nodes.beat()

    assert told == [(ANN, True)]


def test_what_could_not_be_written_is_written_later(nodes: MakeNode) -> None:
    node = nodes()
    told: list[tuple[UUID, bool]] = []
    counting = quiet(node, "one", told)
    counting.add(ANN, 1)
    node.db.execute_sql("ALTER TABLE kernel_node RENAME TO elsewhere")
    failed = 0
    try:
        counting.beat()
    except Exception:  # noqa: BLE001 - whatever PostgreSQL says of it
        failed = 1
    node.db.execute_sql("ALTER TABLE elsewhere RENAME TO kernel_node")

    counting.beat()

    assert (failed, told) == (1, [(ANN, True)])


def test_people_at_no_process_are_tidied_away(node: Node) -> None:
    nodes = quiet(node, "one", [])
    for person, change in ((ANN, 1), (BEN, 1), (BEN, -1)):
        nodes.add(person, change)
        nodes.beat()

    assert nodes.tidy() == 1
    assert node.db.rows("SELECT user_id FROM kernel_online") == [(ANN,)]
