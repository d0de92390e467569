"""Joining, missing, returning: what was missed and what is live meet without a gap."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from kernel.realtime import live_rooms
from kernel.realtime.engine import Frame
from kernel.realtime.recovery import UNWRITTEN, Position, Recovery
from kernel.realtime.sequencer import Slice
from kernel.realtime.streams import RoomKey
from kernel.storage.counting import count_statements
from tests.kernel.realtime.rooms.conftest import MakeNode
from tests.kernel.realtime.rooms.jars import ROOM, Node, Socket, until


def between(node: Node, act: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Do something right after a join has read the stream, before it goes on."""
    read = node.realtime.streams.read

    def read_and_act(*args: Any, **options: Any) -> dict[RoomKey, Slice]:
        found = read(*args, **options)
        monkeypatch.undo()
        act()
        return found

    monkeypatch.setattr(node.realtime.streams, "read", read_and_act)


def numbers(recovery: dict[str, Any]) -> list[int]:
    return [at["seq"] for _, _, at in recovery["events"]]


@pytest.fixture
def full(nodes: MakeNode) -> tuple[Node, Position]:
    """Give a node of small memory, and the position before ten events, of which it has the last three."""
    node = nodes(ring=3, history=8)
    node.join()
    for n in range(10):
        node.publish(n)
    return node, node.position()


def test_a_member_gets_each_event_with_its_room_stream_and_number(node: Node) -> None:
    socket = node.join()

    node.publish(7)

    at = {"room": ROOM, "epoch": node.position().epoch, "seq": 1}
    assert socket.events() == [["filled", {"n": 7}, at]]


def test_who_left_gets_no_more(node: Node) -> None:
    socket, stays = node.join(), node.join()
    node.publish(1)

    node.realtime.rooms.leave(socket, ROOM)
    node.publish(2)

    assert (socket.numbers(), stays.numbers()) == ([1], [1, 2])
    assert socket.rooms == set()
    assert node.realtime.rooms.members("/jars", ROOM) == {stays}


def test_who_was_dropped_is_in_no_room(node: Node) -> None:
    socket = Socket()
    node.realtime.rooms.join(socket, {ROOM: None, "jar:2": None})

    node.realtime.rooms.drop(socket)

    assert socket.rooms == set()
    assert not node.realtime.rooms.members("/jars", "jar:2")


def test_rooms_of_one_name_in_two_namespaces_are_two(node: Node) -> None:
    socket = Socket(namespace="/other")
    node.realtime.rooms.join(socket, {ROOM: None})

    node.publish(1)

    assert socket.frames == []


def test_joining_a_hundred_rooms_reads_once(node: Node) -> None:
    for n in range(100):
        node.publish(n, f"jar:{n}")
    node.realtime.rooms.prepare()

    with count_statements() as statements:
        joined = node.realtime.rooms.join(Socket(), {f"jar:{n}": UNWRITTEN for n in range(100)})

    assert statements.count == 1
    assert all(one.recovered and len(one.events) == 1 for one in joined.values())


def test_joining_a_room_that_is_at_hand_reads_nothing(full: tuple[Node, Position]) -> None:
    node, here = full

    with count_statements() as statements:
        recovery = node.recover(Position(here.epoch, here.seq - 3))

    assert statements.count == 0
    assert numbers(recovery) == [8, 9, 10]


def test_what_memory_does_not_hold_is_recovered_from_the_stream(full: tuple[Node, Position]) -> None:
    node, here = full

    recovery = node.recover(Position(here.epoch, 4))

    assert numbers(recovery) == [5, 6, 7, 8, 9, 10]
    assert [data["n"] for _, data, _ in recovery["events"]] == [4, 5, 6, 7, 8, 9]


@pytest.mark.parametrize(
    "position",
    [
        lambda here: None,
        lambda here: Position(here.epoch, 1),  # longer ago than one recovery may be
        lambda here: Position("another", 9),
        lambda here: Position(here.epoch, 11),  # of a stream that was set back
        lambda here: Position("0", 4),
    ],
)
def test_who_cannot_go_on_is_told_where_the_stream_is(
    full: tuple[Node, Position], position: Callable[[Position], Position | None]
) -> None:
    node, here = full

    assert node.recover(position(here)) == {"recovered": False, "epoch": here.epoch, "seq": 10}


def test_who_missed_nothing_is_told_so(full: tuple[Node, Position]) -> None:
    node, here = full

    assert node.recover(here) == {"recovered": True, "epoch": here.epoch, "seq": 10, "events": []}


def test_who_waited_in_an_unwritten_room_gets_its_first_events(nodes: MakeNode) -> None:
    writer, reader = nodes(), nodes()
    before = writer.recover(None)

    writer.publish(1)

    assert (before["epoch"], before["seq"]) == UNWRITTEN
    assert numbers(reader.recover(UNWRITTEN)) == [1]


def test_recoveries_too_large_for_a_socket_are_refused_one_by_one(nodes: MakeNode) -> None:
    node = nodes(queue_bytes=65_536)
    for room in ("jar:1", "jar:2"):
        with node.db.atomic():
            node.realtime.publish("/jars", room, "filled", {"n": 1, "text": "x" * 20_000})

    found = node.realtime.rooms.join(Socket(), {"jar:1": UNWRITTEN, "jar:2": UNWRITTEN})

    assert [one.recovered for one in found.values()] == [True, False]


def test_what_one_select_brings_is_bounded_in_bytes_over_all_rooms(node: Node) -> None:
    for n in range(10):
        with node.db.atomic():
            node.realtime.publish("/jars", f"jar:{n // 5}", "filled", {"n": n, "text": "x" * 10_000})
    asked = {("/jars", "jar:0"): UNWRITTEN, ("/jars", "jar:1"): UNWRITTEN}

    def read(most: int) -> list[list[int]]:
        found = node.realtime.streams.read(asked, 100, whole=True, most=most)
        assert [one.position.seq for one in found.values()] == [5, 5]
        return [[event.seq for event in one.events] for one in found.values()]

    assert read(1) == [[1], []]
    assert read(35_000) == [[1, 2, 3, 4], []]
    assert read(65_000) == [[1, 2, 3, 4, 5], [1, 2]]
    assert read(1_000_000) == [[1, 2, 3, 4, 5], [1, 2, 3, 4, 5]]


def test_a_room_of_which_not_all_was_read_is_told_to_take_a_snapshot(nodes: MakeNode) -> None:
    node = nodes(queue_bytes=65_536)
    for n in range(10):
        with node.db.atomic():
            node.realtime.publish("/jars", ROOM, "filled", {"n": n, "text": "x" * 10_000})

    assert node.recover(UNWRITTEN)["recovered"] is False
    assert len(node.recover(node.position()._replace(seq=8))["events"]) == 2


def test_the_answer_is_given_as_the_socket_becomes_a_member(node: Node) -> None:
    socket, told = Socket(), []

    def answer(found: dict[str, Recovery]) -> None:
        told.append((set(found), node.realtime.rooms.members("/jars", ROOM), list(socket.frames)))

    node.realtime.rooms.join(socket, {ROOM: None}, answer)

    assert told == [({ROOM}, {socket}, [])]


def test_a_join_of_no_rooms_is_answered(node: Node) -> None:
    told: list[dict[str, Recovery]] = []

    node.realtime.rooms.join(Socket(), {}, told.append)

    assert told == [{}]


def test_an_event_published_while_a_join_reads_is_neither_lost_nor_doubled(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    node.publish(1)
    socket = Socket()
    between(node, lambda: node.publish(2), monkeypatch)

    found = node.realtime.rooms.join(socket, {ROOM: UNWRITTEN})
    node.publish(3)

    missed = [at["seq"] for _, _, at in found[ROOM].events]
    assert [*missed, *socket.numbers()] == [1, 2, 3]


def test_an_event_of_elsewhere_published_while_a_join_reads_comes_once(
    nodes: MakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    node, other = nodes(), nodes()
    other.publish(1)
    socket = Socket()
    between(node, lambda: other.publish(2), monkeypatch)

    found = node.realtime.rooms.join(socket, {ROOM: UNWRITTEN})

    missed = [at["seq"] for _, _, at in found[ROOM].events]
    until(lambda: len(missed) + len(socket.frames) == 2)
    assert [*missed, *socket.numbers()] == [1, 2]


def test_a_socket_dropped_while_its_join_reads_does_not_come_in(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket, told = Socket(), []
    between(node, lambda: node.realtime.rooms.drop(socket), monkeypatch)

    assert node.realtime.rooms.join(socket, {ROOM: None}, told.append) == {}

    assert not told
    assert not node.realtime.rooms.members("/jars", ROOM)


def test_a_room_left_while_its_join_reads_is_not_joined(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    socket = Socket()
    between(node, lambda: node.realtime.rooms.leave(socket, ROOM), monkeypatch)

    assert set(node.realtime.rooms.join(socket, {ROOM: None, "jar:2": None})) == {"jar:2"}
    assert socket.rooms == {"jar:2"}


def test_a_client_ahead_of_this_process_keeps_its_position(nodes: MakeNode) -> None:
    deaf, other = nodes(hears=False), nodes()
    other.publish(1)
    deaf.join()
    other.publish(2)

    recovery = deaf.recover(other.position())

    assert (recovery["recovered"], recovery["seq"], recovery["events"]) == (True, 2, [])


def test_a_room_without_a_stream_has_nothing_to_recover(node: Node) -> None:
    node.realtime.rooms.prepare()

    with count_statements() as statements:
        recovery = node.recover(Position("e", 1), "smell:1")

    assert statements.count == 0
    assert recovery == {"recovered": False, "epoch": "", "seq": 0}


def test_a_volatile_event_is_sent_to_all_but_one_when_its_transaction_commits(node: Node) -> None:
    sniffer, other = node.join("smell:1", sid="a"), node.join("smell:1", sid="b")

    with node.db.atomic():
        node.realtime.emit("/jars", "smell:1", "sniffed", {"n": 1}, but="a")
        assert other.frames == []

    assert other.events() == [["sniffed", {"n": 1}]]
    assert sniffer.frames == []


def test_a_room_nobody_is_in_is_forgotten_after_a_while(nodes: MakeNode) -> None:
    node = nodes(reconnect_window=0.1)
    socket = node.join()
    node.publish(1)

    node.realtime.rooms.leave(socket, ROOM)

    assert node.realtime.live.get(("/jars", ROOM)) is not None
    until(lambda: len(node.realtime.live) == 0)
    assert node.realtime.live.rings.bytes == 0


def test_rooms_that_are_joined_and_left_are_not_remembered_without_bound(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_rooms, "_IDLE", 10)
    socket = Socket()

    for n in range(50):
        node.realtime.rooms.join(socket, {f"jar:{n}": None})
        node.realtime.rooms.leave(socket, f"jar:{n}")

    assert len(node.realtime.live) == 10
    assert node.realtime.live.get(("/jars", "jar:49")) is not None


def test_memory_of_events_is_bounded_over_all_rooms(nodes: MakeNode) -> None:
    node = nodes(ring_bytes=10_000)
    for n in range(50):
        node.join(f"jar:{n}")
        with node.db.atomic():
            node.realtime.publish("/jars", f"jar:{n}", "filled", {"n": n, "text": "x" * 1000})

    assert 0 < node.realtime.live.rings.bytes <= 10_000
    assert numbers(node.recover(UNWRITTEN, "jar:0")) == [1]


def test_a_large_room_gets_every_frame_in_order_while_others_go_on(node: Node) -> None:
    sockets = [node.join() for _ in range(1700)]
    small = node.join("jar:2")

    for n in range(5):
        node.publish(n)
    node.publish(0, "jar:2")

    assert small.numbers() == [1]
    until(lambda: all(len(socket.frames) == 5 for socket in sockets))
    assert {tuple(socket.numbers()) for socket in sockets} == {(1, 2, 3, 4, 5)}


def test_who_leaves_a_large_room_gets_nothing_that_was_on_its_way(node: Node) -> None:
    sockets = [node.join() for _ in range(600)]
    leaver = sockets[-1]

    with node.realtime.live.lock:  # nothing is written meanwhile
        node.realtime.rooms.deliver("/jars", ROOM, Frame('2["x"]'))
        node.realtime.rooms.leave(leaver, ROOM)

    until(lambda: all(socket.frames for socket in sockets[:-1]))
    assert leaver.frames == []


def test_fifty_concurrent_transactions_reach_every_member_once_in_order(node: Node) -> None:
    sockets = [node.join() for _ in range(5)]
    go = threading.Barrier(50)

    def post(n: int) -> None:
        go.wait()
        node.publish(n)
        node.db.release()

    threads = [threading.Thread(target=post, args=(n,)) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for socket in sockets:
        until(lambda socket=socket: len(socket.frames) >= 50)
        assert socket.numbers() == list(range(1, 51))
    assert {event[1]["n"] for event in sockets[0].events()} == set(range(50))
