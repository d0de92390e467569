"""What is sent after a change of rights waits for it, by whichever way it comes."""

from __future__ import annotations

from uuid import UUID

from kernel.auth.rights import read_rights
from kernel.realtime.engine import Frame
from kernel.realtime.fanout import PORTION
from kernel.realtime.live_room import LiveRoom
from kernel.realtime.messages import encode
from kernel.realtime.recovery import UNWRITTEN, Position, Recovery
from kernel.realtime.rooms import Asked
from kernel.realtime.streams import Entry
from kernel.storage import count_statements, uuid7
from kernel.testing.redis import DisposableRedis
from tests.kernel.realtime.rooms.conftest import MakeNode
from tests.kernel.realtime.rooms.jars import ROOM, Node, Socket, until


def changed(node: Node) -> int:
    """Change somebody's rights at a node; return the number of the change."""
    node.realtime.refresh(uuid7(), "left")
    return read_rights(node.db)


def live(node: Node) -> LiveRoom:
    room = node.realtime.live.get(("/jars", ROOM))
    assert room is not None
    return room


def test_a_change_is_counted_when_it_commits_and_not_without(node: Node) -> None:
    before = read_rights(node.db)

    with node.db.atomic() as transaction:
        node.realtime.refresh([uuid7(), uuid7()])
        transaction.rollback()
    rolled_back = read_rights(node.db)
    with node.db.atomic():
        node.realtime.refresh([uuid7(), uuid7()])
        uncommitted = read_rights(node.db)

    assert (rolled_back, uncommitted, read_rights(node.db)) == (before, before, before + 1)


def test_the_refresh_of_many_is_one_statement_and_one_after_the_commit(node: Node) -> None:
    heard: list[UUID | None] = []
    node.realtime.on_refresh(lambda user_id, _: heard.append(user_id))
    people = [uuid7() for _ in range(450)]

    with count_statements() as statements:
        node.realtime.refresh(people, "é" * 1000)

    assert statements.count == 2
    assert until(lambda: len(heard) >= len(people) and sorted(map(str, heard))) == sorted(map(str, people))


def test_an_event_committed_here_waits_for_a_change_of_elsewhere_that_was_not_heard(nodes: MakeNode) -> None:
    deaf, other = nodes(hears=False), nodes()
    socket = deaf.join()
    deaf.publish(1)
    number = changed(other)
    deaf.publish(2)
    before = socket.numbers()

    deaf.realtime.live.settle_rights(number)

    assert before == [1]
    assert socket.numbers() == [1, 2]


def test_a_message_that_overtakes_a_change_waits_for_it(nodes: MakeNode) -> None:
    deaf, other = nodes(hears=False), nodes()
    socket = deaf.join()
    number = changed(other)
    with other.db.atomic():
        entry = Entry("/jars", ROOM, "filled", '{"n":1}')
        [message] = other.realtime.streams.append([entry])

    deaf.realtime.backplane.heard(encode(other.realtime.node, message).decode())
    before = socket.numbers()
    deaf.realtime.live.settle_rights(number)

    assert (before, socket.numbers()) == ([], [1])


def test_an_event_that_redis_brings_before_a_change_is_heard_waits_for_it(
    nodes: MakeNode, redis: DisposableRedis
) -> None:
    """The connection that hears NOTIFY is held back; Redis is not."""
    deaf, other = nodes(redis.url, hears=False), nodes(redis.url)
    socket = deaf.join()
    until(lambda: deaf.realtime.backplane.is_quick)
    other.publish(1)
    until(socket.numbers)

    number = changed(other)
    other.publish(2)
    until(lambda: deaf.realtime.live.rights.waiting)
    before = socket.numbers()
    deaf.realtime.live.settle_rights(number)

    assert (before, socket.numbers()) == ([1], [1, 2])


def test_of_what_waits_only_that_is_delivered_whose_number_was_heard(nodes: MakeNode) -> None:
    deaf, other = nodes(hears=False), nodes()
    socket, numbers = deaf.join(), []
    for n in (1, 2, 3):
        numbers.append(changed(other))
        deaf.publish(n)
    heard = []

    for number in numbers:
        deaf.realtime.live.settle_rights(number)
        heard.append(socket.numbers())

    assert heard == [[1], [1, 2], [1, 2, 3]]


def test_what_a_select_finds_waits_for_a_change_that_was_not_heard(nodes: MakeNode) -> None:
    deaf, other = nodes(hears=False), nodes()
    socket = deaf.join()
    number = changed(other)
    other.publish(1)

    deaf.realtime.live.announce(("/jars", ROOM), other.position(), 0)
    until(lambda: deaf.realtime.repair.reads)
    before = socket.numbers()
    deaf.realtime.live.settle_rights(number)

    assert before == []
    assert until(socket.numbers) == [1]


def test_a_number_whose_announcement_was_lost_is_asked_for(node: Node) -> None:
    socket = node.join()
    node.db.execute_sql("SELECT nextval('kernel_rights')")

    node.publish(1)

    assert until(socket.numbers) == [1]


def test_a_socket_on_hold_gets_everything_in_order_when_it_is_freed(node: Node) -> None:
    socket, other = node.join(sid="a"), node.join(sid="b")
    node.publish(1)

    node.realtime.rooms.hold(socket)
    node.publish(2)
    node.publish(3)
    held = socket.numbers()
    node.realtime.rooms.free(socket)
    node.publish(4)

    assert held == [1]
    assert socket.numbers() == other.numbers() == [1, 2, 3, 4]


def test_what_was_kept_of_a_room_is_gone_with_the_room(node: Node) -> None:
    socket = node.join()
    node.join("jar:2", sid="b")
    node.realtime.rooms.join(socket, {"jar:2": None})

    node.realtime.rooms.hold(socket)
    node.publish(1)
    node.publish(2, "jar:2")
    node.realtime.rooms.leave(socket, ROOM)
    node.realtime.rooms.free(socket)

    assert [one[2]["room"] for one in socket.events()] == ["jar:2"]


def test_a_room_joined_on_hold_is_on_hold(node: Node) -> None:
    socket = Socket()
    node.realtime.rooms.hold(socket)
    node.realtime.rooms.join(socket, {ROOM: None})
    node.publish(1)
    held = socket.numbers()

    node.realtime.rooms.free(socket)

    assert (held, socket.numbers()) == ([], [1])


def test_a_large_rooms_frames_on_their_way_are_kept_too(node: Node) -> None:
    sockets = [node.join(sid=str(n)) for n in range(PORTION + 1)]
    held, others = sockets[0], sockets[1:]

    with node.realtime.live.lock:  # nothing is written meanwhile
        node.realtime.rooms.deliver("/jars", ROOM, Frame('2["before"]'))
        node.realtime.rooms.hold(held)
        node.realtime.rooms.deliver("/jars", ROOM, Frame('2["after"]'))
    until(lambda: all(len(one.frames) == len(others[0].frames) > 0 for one in others))
    until(lambda: not live(node).members.pending)
    before = list(held.frames)
    node.realtime.rooms.free(held)

    assert before == []
    assert held.frames == others[0].frames


def test_more_than_may_be_kept_is_told_as_a_stream_to_take_anew(nodes: MakeNode) -> None:
    node = nodes(queue_bytes=65_536)
    socket = node.join()
    node.realtime.rooms.hold(socket)

    for n in range(10):
        with node.db.atomic():
            node.realtime.publish("/jars", ROOM, "filled", {"n": n, "text": "x" * 10_000})
    kept = live(node).members.held[socket]
    node.realtime.rooms.free(socket)

    assert kept.frames == []
    [[name, told]] = socket.events()
    assert name == "rooms"
    assert told["rooms"][ROOM] == {"recovered": False, **node.position().described()}


def test_what_was_kept_of_all_rooms_is_no_more_than_a_socket_takes_at_once(nodes: MakeNode) -> None:
    node = nodes(queue_bytes=65_536)
    socket = Socket()
    rooms = [f"jar:{n}" for n in range(4)]
    node.realtime.rooms.join(socket, dict.fromkeys(rooms))
    node.realtime.rooms.hold(socket)

    for room in rooms:
        with node.db.atomic():
            node.realtime.publish("/jars", room, "filled", {"n": 1, "text": "x" * 15_000})
    node.realtime.rooms.free(socket)

    assert sorted(one[0] for one in socket.events()) == ["filled", "filled", "rooms", "rooms"]


def test_who_lost_a_room_while_what_it_missed_was_read_is_told_nothing(nodes: MakeNode) -> None:
    node, other = nodes(), nodes()
    other.publish(1)
    rights = read_rights(node.db)
    told: list[object] = []
    socket = Socket()
    changed(other)
    other.publish(2)

    asked = Asked(rights, again=set, still=lambda: True)
    node.realtime.rooms.join(socket, {ROOM: UNWRITTEN}, told.append, asked)

    assert told == [{}]
    assert socket.rooms == set()


def test_whose_rights_changed_while_it_was_joining_is_not_let_in(node: Node) -> None:
    told: list[object] = []
    socket = Socket()

    asked = Asked(read_rights(node.db), again=set, still=lambda: False)
    node.realtime.rooms.join(socket, {ROOM: None}, told.append, asked)

    assert (told, socket.rooms, node.realtime.rooms.members("/jars", ROOM)) == ([], set(), set())


def test_without_a_change_nobody_is_asked_twice(node: Node) -> None:
    node.publish(1)
    node.realtime.rooms.prepare()
    told: list[dict[str, Recovery]] = []

    asked = Asked(node.realtime.rooms.rights, again=set, still=lambda: True)
    node.realtime.rooms.join(Socket(), {ROOM: Position("0", 0)}, told.append, asked)

    assert [list(one) for one in told] == [[ROOM]]
