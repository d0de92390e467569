"""What was taken back is told to nobody any more, however late its first form arrives."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.realtime.recovery import UNWRITTEN, Position
from kernel.realtime.sequencer import StreamEvent
from tests.kernel.realtime.rooms.conftest import MakeNode
from tests.kernel.realtime.rooms.jars import ROOM, Node, until

GONE = {"redacted": True}


def data(recovery: dict[str, Any]) -> list[Any]:
    return [event[1] for event in recovery["events"]]


def test_an_event_that_arrives_after_its_redaction_is_not_kept_in_memory(node: Node) -> None:
    socket, key = node.join(), ("/jars", ROOM)

    node.realtime.live.redacted(key, 2)
    for n in range(1, 5):  # Redis was slow: the redaction overtook them
        node.realtime.live.offer(key, "epoch", StreamEvent(n, "filled", f'{{"n":{n}}}'))

    room = node.realtime.live.get(key)
    assert room is not None
    assert [event.seq for event in room.ring.events] == [3, 4]
    assert socket.numbers() == [1, 2, 3, 4]


def test_a_redaction_that_was_not_heard_is_not_told_from_memory(nodes: MakeNode) -> None:
    one, other = nodes(), nodes()
    socket = other.join()
    one.publish(1, ref="secret")
    until(lambda: socket.frames)
    assert data(other.recover(Position(one.position().epoch, 0))) == [{"n": 1}]

    other.listener.stop()
    one.realtime.redact("/jars", ROOM, "secret", GONE)

    assert data(other.recover(Position(one.position().epoch, 0))) == [GONE]
    assert other.realtime.live.rings.bytes == 0


def test_after_the_listener_was_away_nothing_from_before_is_remembered(nodes: MakeNode) -> None:
    one, other = nodes(), nodes()
    socket = other.join()
    one.publish(1, ref="secret")
    until(lambda: socket.frames)

    other.realtime._announced(None)

    assert other.realtime.live.rings.bytes == 0


def test_a_redaction_while_a_join_reads_makes_it_read_again(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    node.publish(1, ref="secret")
    read, redacted = node.realtime.streams.read, []

    def read_and_redact(*args: Any, **options: Any) -> Any:
        found = read(*args, **options)
        if not redacted:
            redacted.append(node.realtime.redact("/jars", ROOM, "secret", GONE))
        return found

    monkeypatch.setattr(node.realtime.streams, "read", read_and_redact)

    assert data(node.recover(UNWRITTEN)) == [GONE]
    assert redacted == [1]
