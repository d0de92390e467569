"""Numbers follow commits, without a hole; history is bounded, and can be changed."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

import kernel
from kernel.clock import TestClock
from kernel.errors import Conflict, StoaError
from kernel.events import Delivery, Subscriber
from kernel.realtime.recovery import UNWRITTEN, Position
from kernel.storage.counting import count_statements
from tests.kernel.realtime.rooms.conftest import MakeNode
from tests.kernel.realtime.rooms.jars import ROOM, JarOpened, Node, Socket, until


def stored(node: Node, room: str = ROOM) -> list[tuple[int, dict[str, int]]]:
    rows = node.db.rows("SELECT seq, data FROM kernel_room_event WHERE room = %s ORDER BY seq", (room,))
    return [(int(seq), data) for seq, data in rows]


def opened(n: int, *rooms: str) -> JarOpened:
    return JarOpened(jar_id=uuid4(), rooms=list(rooms), n=n)


def test_publishing_outside_a_transaction_is_refused(node: Node) -> None:
    with pytest.raises(StoaError, match=r"inside `with app.db.atomic\(\):`"):
        node.realtime.publish("/jars", ROOM, "filled", {"n": 1})


@pytest.mark.parametrize(
    ("namespace", "room", "name", "named"),
    [
        ("/jasr", ROOM, "filled", "did you mean /jars"),
        ("/jars", "jra:1", "filled", "jra:1"),
        ("/jars", "jar:", "filled", "jar:"),
        ("/jars", ROOM, "fileld", "did you mean filled"),
    ],
)
def test_publishing_what_nobody_declared_is_refused(
    node: Node, namespace: str, room: str, name: str, named: str
) -> None:
    with pytest.raises(StoaError, match=named), node.db.atomic():
        node.realtime.publish(namespace, room, name, {"n": 1})


def test_an_event_costs_its_transaction_one_statement(node: Node) -> None:
    with node.db.atomic(), count_statements() as statements:
        node.realtime.publish("/jars", ROOM, "filled", {"n": 1})

    assert statements.count == 1


def test_an_event_for_many_rooms_costs_one_statement_more_than_none(node: Node) -> None:
    with node.db.atomic(), count_statements() as alone:
        node.bus.publish(opened(1))
    with node.db.atomic(), count_statements() as told:
        node.bus.publish(opened(1, *map(str, range(20))), opened(2))

    assert told.count == alone.count + 1


def test_events_of_one_transaction_are_numbered_as_they_were_published(node: Node) -> None:
    first, second = (opened(n, "1", "2", "1") for n in (1, 2))

    with node.db.atomic():
        node.bus.publish(first, second)

    assert stored(node) == [(1, {"n": 1}), (2, {"n": 1}), (3, {"n": 2}), (4, {"n": 2})]
    assert stored(node, "jar:2") == [(1, {"n": 1}), (2, {"n": 2})]


def test_a_rollback_leaves_no_hole_and_delivers_nothing(node: Node) -> None:
    socket = node.join()

    with pytest.raises(ZeroDivisionError), node.db.atomic():
        node.realtime.publish("/jars", ROOM, "filled", {"n": 1})
        raise ZeroDivisionError
    node.publish(2)

    assert stored(node) == [(1, {"n": 2})]
    assert [event[:2] for event in socket.events()] == [["filled", {"n": 2}]]


def test_what_a_savepoint_rolled_back_is_not_delivered(node: Node) -> None:
    socket = node.join()

    with node.db.atomic():
        with pytest.raises(ZeroDivisionError), node.db.atomic():
            node.realtime.publish("/jars", ROOM, "filled", {"n": 1})
            raise ZeroDivisionError
        node.realtime.publish("/jars", ROOM, "filled", {"n": 2})

    assert [event[1] for event in socket.events()] == [{"n": 2}]
    assert socket.numbers() == [1]


def test_a_post_writes_as_many_rows_for_a_hundred_thousand_as_for_one(node: Node) -> None:
    for _ in range(100_000):
        socket = Socket()
        node.realtime.live.open(("/jars", ROOM)).members.add(socket)
    before = node.db.rows("SELECT count(*) FROM kernel_room_event")[0][0]

    node.publish(1)

    assert node.db.rows("SELECT count(*) FROM kernel_room_event")[0][0] == before + 1
    assert node.db.rows("SELECT count(*) FROM kernel_room") == [(1,)]


def test_positions_agree_with_the_state_of_their_snapshot(node: Node, nodes: MakeNode) -> None:
    other = nodes()
    node.publish(1)

    with node.db.snapshot():
        first = len(stored(node))
        other.publish(2)
        position = node.position()
        second = len(stored(node))

    assert (first, position.seq, second) == (1, 1, 1)
    assert node.position().seq == 2


def test_a_room_never_written_to_has_a_position_too(node: Node) -> None:
    assert node.realtime.positions("/jars", ["jar:9"]) == {"jar:9": UNWRITTEN}


def test_events_past_the_history_are_pruned_and_their_loss_is_told(nodes: MakeNode) -> None:
    node = nodes(history=3, ring=0)
    for n in range(5):
        node.publish(n)
    epoch = node.position().epoch

    assert node.realtime.prune() == 2

    assert [seq for seq, _ in stored(node)] == [3, 4, 5]
    assert node.recover(Position(epoch, 1)) == {"recovered": False, "epoch": epoch, "seq": 5}
    assert [event[2]["seq"] for event in node.recover(Position(epoch, 2))["events"]] == [3, 4, 5]


def test_events_past_their_age_are_pruned(nodes: MakeNode, clock: TestClock) -> None:
    node = nodes(history_age=60.0)
    node.publish(1)
    clock.advance(timedelta(seconds=61))
    node.publish(2)

    assert node.realtime.prune() == 1

    assert [seq for seq, _ in stored(node)] == [2]
    assert node.position().seq == 2


def test_pruning_passes_over_a_room_that_is_being_written_to(nodes: MakeNode) -> None:
    node, other = nodes(history=1), nodes(history=1)
    for n in range(3):
        node.publish(n)

    with other.db.atomic():
        other.realtime.publish("/jars", ROOM, "filled", {"n": 3})
        assert node.realtime.prune() == 0

    assert node.realtime.prune() == 3


def test_a_redacted_event_is_recovered_without_its_data_from_memory_and_from_the_stream(
    nodes: MakeNode,
) -> None:
    near, far = nodes(), nodes()
    near.join()
    start = near.position()
    near.publish(1, ref="note-1")
    near.publish(2, ref="note-2")

    assert near.realtime.redact("/jars", ROOM, "note-1", {"redacted": True}) == 1

    for node in (near, far):
        events = node.recover(start)["events"]
        assert [event[1] for event in events] == [{"redacted": True}, {"n": 2}]


def test_an_event_past_its_end_is_recovered_as_a_tombstone(nodes: MakeNode, clock: TestClock) -> None:
    near, far = nodes(), nodes()
    near.join()
    start = near.position()
    near.publish(1, ref="note-1", expires_at=clock.now() + timedelta(seconds=5))
    before = [node.recover(start)["events"][0][1] for node in (near, far)]

    clock.advance(timedelta(seconds=5))

    assert before == [{"n": 1}, {"n": 1}]
    for node in (near, far):
        assert node.recover(start)["events"][0][1] == {"expired": True, "ref": "note-1"}


def test_a_redaction_reaches_what_another_process_has_in_memory(nodes: MakeNode) -> None:
    one, other = nodes(), nodes()
    socket = other.join()
    one.publish(1, ref="note-1")
    until(lambda: socket.frames)
    position = one.position()._replace(seq=0)
    with count_statements() as statements:
        before = other.recover(position)["events"][0][1]

    one.realtime.redact("/jars", ROOM, "note-1", {"redacted": True})

    assert (before, statements.count) == ({"n": 1}, 0)
    until(lambda: other.recover(position)["events"][0][1] == {"redacted": True})


def test_redacting_nothing_says_so(node: Node) -> None:
    node.publish(1, ref="note-1")

    assert node.realtime.redact("/jars", ROOM, "note-2", {}) == 0


def test_what_is_volatile_is_not_published_and_what_is_not_is_not_emitted(node: Node) -> None:
    with pytest.raises(StoaError, match="volatile: emit it"), node.db.atomic():
        node.realtime.publish("/jars", "smell:1", "sniffed", {"n": 1})
    with pytest.raises(StoaError, match="not volatile: publish it"):
        node.realtime.emit("/jars", ROOM, "filled", {"n": 1})


def test_an_event_that_an_inline_subscriber_refuses_reaches_no_room(nodes: MakeNode) -> None:
    def refuse(_: Delivery) -> None:
        raise Conflict("The jar is sealed.")

    node = nodes(subscribers=[Subscriber(JarOpened, refuse, "jars.seal", inline=True)])
    socket = node.join()

    with pytest.raises(Conflict), node.db.atomic():
        node.bus.publish(opened(1, "1"))

    assert stored(node) == []
    assert socket.frames == []


def test_the_statement_of_the_operations_guide_ends_every_stream(node: Node) -> None:
    guide = Path(kernel.__file__).parents[1] / "docs" / "integrators" / "operations.md"
    [statement] = re.findall(r"^UPDATE kernel_room .*;$", guide.read_text(), re.MULTILINE)
    node.publish(1)
    before = node.position()

    node.db.execute_sql(statement)

    assert node.position().seq == 1
    assert not node.recover(before)["recovered"]
    assert not node.recover(UNWRITTEN)["recovered"]
