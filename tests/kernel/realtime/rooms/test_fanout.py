"""Large rooms: rounds in one piece, a bound on what waits, everything counted."""

from __future__ import annotations

import pytest

from kernel.observability.metrics import Metrics
from kernel.realtime.engine import Frame
from kernel.realtime.fanout import PIECE, PORTION, ROUNDS, Fanout
from kernel.realtime.members import Members
from kernel.realtime.recovery import UNWRITTEN
from tests.kernel.realtime.rooms.conftest import MakeNode
from tests.kernel.realtime.rooms.jars import ROOM, Node, Socket, until

LARGE = PORTION + 100


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def crowd(node: Node, room: str = ROOM, size: int = LARGE) -> list[Socket]:
    """Let many sockets into a room, as fast as one by one allows."""
    sockets = [Socket(str(n)) for n in range(size)]
    for socket in sockets:
        node.realtime.rooms.join(socket, {room: None})
    return sockets


def counted(node: Node, name: str, *labels: str) -> float:
    """Return a counter's value."""
    return node.metrics.registry.get_sample_value(name, dict(zip(LABELS[name], labels, strict=True))) or 0.0


LABELS = {
    "stoa_realtime_events_out_total": ("namespace", "event"),
    "stoa_realtime_deliveries_total": ("namespace",),
    "stoa_realtime_recoveries_total": ("namespace", "outcome"),
    "stoa_realtime_overflows_total": ("namespace",),
}


def test_what_comes_during_a_round_is_written_in_one_piece_and_in_order(node: Node) -> None:
    sockets = crowd(node)

    with node.realtime.live.lock:  # no round begins meanwhile
        for n in range(20):
            node.publish(n)
        waiting = len(node.realtime.live.get(("/jars", ROOM)).members.pending)

    assert waiting == 1
    until(lambda: all(len(socket.frames) == 20 for socket in sockets))
    assert {tuple(socket.numbers()) for socket in sockets} == {tuple(range(1, 21))}
    assert counted(node, "stoa_realtime_deliveries_total", "/jars") == 20 * LARGE


def test_one_piece_is_no_longer_than_its_bound_and_goes_to_the_same_members() -> None:
    fanout = Fanout(_Free(), 10 * PIECE, lambda namespace, copies: None)
    members = Members()
    for n in range(LARGE):
        members.add(Socket(str(n)))
    small, large = Frame("2" + "x" * 1000), Frame("2" + "x" * (PIECE - 1000))

    fanout.write(members, small)
    fanout.write(members, small)
    fanout.write(members, large)
    fanout.write(members, small, but="1")
    members.add(Socket("late"))
    fanout.write(members, small)

    assert [each.events for each in members.pending] == [2, 1, 1, 1]
    assert members.waiting == sum(each.size for each in members.pending)


def test_joined_frames_are_the_same_messages_on_either_transport() -> None:
    text, binary = Frame('2/jars,["filled"]'), Frame('51-/jars,["filled",{}]', b"x")

    whole = Frame.joined([text, binary])

    assert whole.wire == text.wire + binary.wire
    assert whole.packets == (*text.packets, *binary.packets)


def test_a_room_that_gets_more_than_can_be_written_is_told_to_start_anew(nodes: MakeNode) -> None:
    node = nodes(queue_bytes=65_536)
    sockets = crowd(node)

    with node.realtime.live.lock:
        for n in range(10):
            with node.db.atomic():
                node.realtime.publish("/jars", ROOM, "filled", {"n": n, "text": "x" * 20_000})
        waits = node.realtime.live.get(("/jars", ROOM)).members.waiting

    assert waits < 3 * 65_536
    until(lambda: all(any('"recovered":false' in frame for frame in socket.frames) for socket in sockets))
    told = next(frame for frame in sockets[0].frames if '"recovered":false' in frame)
    after = sockets[0].frames[sockets[0].frames.index(told) + 1 :]
    begins = int(told.partition('"seq":')[2].partition("}")[0])
    until(lambda: begins + len(after) == 10)  # events follow the position without a gap
    assert counted(node, "stoa_realtime_overflows_total", "/jars") > 0


def test_a_volatile_event_a_large_room_has_no_room_for_is_dropped_and_counted(node: Node) -> None:
    sockets = crowd(node, "smell:1")

    with node.realtime.live.lock:
        for n in range(ROUNDS + 5):  # one left out each time: none joins another's round
            node.realtime.emit("/jars", "smell:1", "sniffed", {"n": n}, but=str(n))

    last = str(ROUNDS + 50)
    until(lambda: len(next(one for one in sockets if one.sid == last).frames) == ROUNDS)
    assert counted(node, "stoa_realtime_overflows_total", "/jars") == 5


def test_events_deliveries_and_recoveries_are_counted(nodes: MakeNode) -> None:
    node, far = nodes(ring=0, history=1), nodes()
    first, second = node.join(), node.join(sid="second")
    elsewhere = far.join()

    node.publish(1)
    node.publish(2)
    until(lambda: len(elsewhere.frames) == 2)
    node.realtime.prune()
    node.recover(node.position())
    node.recover(UNWRITTEN)

    assert len(first.frames) == len(second.frames) == 2
    assert counted(node, "stoa_realtime_events_out_total", "/jars", "filled") == 2
    assert counted(far, "stoa_realtime_events_out_total", "/jars", "filled") == 0
    assert counted(node, "stoa_realtime_deliveries_total", "/jars") == 4
    assert counted(far, "stoa_realtime_deliveries_total", "/jars") == 2
    assert counted(node, "stoa_realtime_recoveries_total", "/jars", "recovered") == 1
    assert counted(node, "stoa_realtime_recoveries_total", "/jars", "snapshot") == 1


class _Free:
    """A lock nobody else wants."""

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...
