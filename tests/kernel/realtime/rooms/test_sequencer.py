"""Whatever is lost, doubled or late: each event is let through once, in order."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kernel.realtime.recovery import UNWRITTEN, Position
from kernel.realtime.sequencer import HELD, Sequencer, Slice, StreamEvent


def numbered(seq: int) -> StreamEvent:
    return StreamEvent(seq, "filled", str(seq))


class Stream(RuleBasedStateMachine):
    """A stream in the database, and a process that hears of it by unreliable ways."""

    def __init__(self) -> None:
        super().__init__()
        self.sequencer = Sequencer(UNWRITTEN)
        self.epoch, self.seq, self.floor = "0", 0, 0
        self.delivered: list[tuple[str, int]] = []
        self.expected: list[tuple[str, int]] = []
        self.sent: list[tuple[str, int]] = []
        self.reading: tuple[Position, Slice] | None = None
        self.epochs = 0

    def take(self, events: list[StreamEvent] | None) -> None:
        if events is None:  # members take a snapshot: what they have is what it says
            self.delivered = [(self.sequencer.epoch, n + 1) for n in range(self.sequencer.last)]
        else:
            self.delivered += [(self.sequencer.epoch, event.seq) for event in events]

    @rule(count=st.integers(1, 4))
    def publish(self, count: int) -> None:
        if self.epoch == "0":
            self.epochs += 1
            self.epoch = f"e{self.epochs}"
        for _ in range(count):
            self.seq += 1
            self.sent.append((self.epoch, self.seq))
        self.sequencer.announce(Position(self.epoch, self.seq))

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def arrive(self, data: st.DataObject) -> None:
        """One of the messages arrives: early, late, or again."""
        epoch, seq = data.draw(st.sampled_from(self.sent))
        self.take(self.sequencer.offer(epoch, numbered(seq)))

    @precondition(lambda self: self.epoch != "0")
    @rule()
    def flush(self) -> None:
        self.epochs += 1
        self.epoch, self.floor = f"e{self.epochs}", self.seq
        self.sequencer.announce(Position(self.epoch, self.seq))

    @rule(upto=st.integers(0, 60))
    def prune(self, upto: int) -> None:
        self.floor = max(self.floor, min(upto, self.seq))

    @precondition(lambda self: self.reading is None)
    @rule(limit=st.integers(1, 5))
    def look(self, limit: int) -> None:
        asked = self.sequencer.ask()
        found = Slice(Position(self.epoch, self.seq), self.floor)
        if found.continues(asked):
            upto = min(self.seq, asked.seq + limit)
            found = found._replace(events=tuple(map(numbered, range(asked.seq + 1, upto + 1))))
        self.reading = (asked, found)

    @precondition(lambda self: self.reading is not None)
    @rule()
    def find(self) -> None:
        assert self.reading is not None
        self.take(self.sequencer.repair(*self.reading))
        self.reading = None

    @invariant()
    def each_once_and_in_order(self) -> None:
        at = self.sequencer.position
        assert self.delivered == [(at.epoch, n + 1) for n in range(at.seq)] or self._named_late()

    def _named_late(self) -> bool:
        """Before the first event nothing was delivered under any name."""
        return {epoch for epoch, _ in self.delivered} == {self.sequencer.epoch}

    def teardown(self) -> None:
        """When the messages stop, looking as long as it is behind brings everything."""
        if self.reading is not None:
            self.find()
        for _ in range(200):
            if not self.sequencer.behind:
                break
            self.look(limit=3)
            self.find()
        self.each_once_and_in_order()
        assert self.sequencer.position == Position(self.epoch, self.seq)


Stream.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestStream = Stream.TestCase


def test_what_is_too_far_ahead_is_not_held_but_read_again() -> None:
    sequencer = Sequencer(Position("e", 0))

    for seq in range(2, HELD + 10):
        assert sequencer.offer("e", numbered(seq)) == []

    released = sequencer.offer("e", numbered(1))
    assert [event.seq for event in released or ()] == list(range(1, HELD + 2))
    assert sequencer.behind


def test_an_event_of_another_stream_is_not_let_through() -> None:
    sequencer = Sequencer(Position("e1", 4))

    assert sequencer.offer("e2", numbered(5)) == []
    assert sequencer.behind


def test_a_stream_restored_from_a_backup_starts_anew_and_is_not_waited_for() -> None:
    sequencer = Sequencer(Position("e", 9))
    sequencer.announce(Position("e", 12))

    assert sequencer.repair(sequencer.ask(), Slice(Position("e", 4))) is None

    assert sequencer.position == Position("e", 4)
    assert not sequencer.behind
