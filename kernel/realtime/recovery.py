"""Where a client stands in a room's stream, and what it missed since."""

from __future__ import annotations

from typing import Any, Final, NamedTuple


class Position(NamedTuple):
    """The last event of a room's stream that somebody has seen or that there is.

    `epoch` names the stream, `seq` counts its events from 1 without a gap. The
    number means nothing under another epoch.
    """

    epoch: str
    seq: int

    def described(self) -> dict[str, Any]:
        """Return it as clients send and get it."""
        return {"epoch": self.epoch, "seq": self.seq}


UNWRITTEN: Final = Position("0", 0)
"""The position of a room to which nothing was ever published."""


class Recovery(NamedTuple):
    """What a client that stood at a position gets when it joins.

    `recovered` says that `events` are all it missed, up to `position`; each is
    `[name, data, {"room", "epoch", "seq"}]` as it would have come live. If False,
    it must take a snapshot, from which `position` on events follow.
    """

    position: Position
    recovered: bool = False
    events: tuple[Any, ...] = ()

    def described(self) -> dict[str, Any]:
        """Return it as the `rooms` event and the acknowledgements tell it."""
        told: dict[str, Any] = {"recovered": self.recovered, **self.position.described()}
        return told | {"events": list(self.events)} if self.recovered else told
