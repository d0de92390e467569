"""What people were told during a run: what the database is held to afterwards."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

from tests.faults.market.mail import Mail
from tests.faults.market.patience import Pulse

Told = tuple[int, str]
"""A message's number in its conversation, and its id."""


@dataclass(frozen=True)
class Broken:
    """A fault as it happened; times are `time.monotonic()`."""

    name: str
    begun: float
    ended: float


@dataclass(frozen=True)
class Uploaded:
    """A file as its owner sent it; `redrawn`: what is served is made of it."""

    owner: str
    size: int
    sha256: str
    redrawn: bool


@dataclass
class Record:
    """What was acknowledged, by whom it was asked for; ids are text.

    `orders` and `bookings` have the id that was answered by the key it was asked
    under, None while there is no answer, "" where it was refused. `paid` are orders
    whose payment was answered as captured, `ended` orders by the status they were
    answered to have come to. `offered` has the pieces each listing began with. `media`
    are files by the medium's id, `shown` the media by what was answered to show them
    (`chat.message:<id>`), `read` the length and digest of each file as it was served at
    the end, the digest empty where it was not, `room` what the files of a person took then.
    """

    people: dict[str, str] = field(default_factory=dict)  # id by address
    offered: dict[str, int] = field(default_factory=dict)
    orders: dict[str, str | None] = field(default_factory=dict)
    paid: set[str] = field(default_factory=set)
    ended: dict[str, str] = field(default_factory=dict)
    bookings: dict[str, str | None] = field(default_factory=dict)
    reviews: dict[str, str] = field(default_factory=dict)  # id by order
    sent: dict[str, set[str]] = field(default_factory=dict)  # messages by conversation
    heard: dict[tuple[str, str], list[Told]] = field(default_factory=dict)  # by person and conversation
    unread: dict[tuple[str, str], int] = field(default_factory=dict)  # likewise, as answered at the end
    used: dict[str, int] = field(default_factory=dict)  # listings by seller, as answered at the end
    inbox: dict[str, int] = field(default_factory=dict)  # unread notifications, as answered at the end
    media: dict[str, Uploaded] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)  # media
    shown: dict[str, str] = field(default_factory=dict)
    read: dict[str, tuple[int, str]] = field(default_factory=dict)
    room: dict[str, int] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    faults: list[Broken] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)  # answers nobody should get
    counts: Counter[str] = field(default_factory=Counter)
    pulse: Pulse = field(default_factory=Pulse, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def count(self, name: str) -> None:
        """Count one more of something."""
        with self._lock:
            self.counts[name] += 1

    def surprise(self, text: str) -> None:
        """Keep what nobody should have been answered."""
        self.surprises.append(text[:1500])

    def say(self, conversation: str, message: str) -> None:
        """Keep that a message was acknowledged."""
        with self._lock:
            self.sent.setdefault(conversation, set()).add(message)
