"""A room before its stream was read: nothing of what it was told is forgotten."""

from __future__ import annotations

from kernel.realtime.live_room import LiveRoom
from kernel.realtime.recovery import Position
from kernel.realtime.sequencer import StreamEvent


def test_an_older_event_that_comes_late_does_not_hide_that_the_stream_went_on():
    room = LiveRoom(("/notes", "note:1"))
    room.announce(Position("e", 5))
    room.offer("e", StreamEvent(4, "note:written", "{}"))

    released = room.begin(Position("e", 3))

    assert [event.seq for event in released] == [4]
    assert room.behind


def test_what_another_stream_was_told_before_the_first_look_raises_doubt():
    room = LiveRoom(("/notes", "note:1"))
    room.announce(Position("restored", 2))
    room.announce(Position("e", 3))

    room.begin(Position("e", 3))

    assert room.behind
