"""Clients that keep asking while something breaks, and remember what they were told."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self
from uuid import uuid4

from kernel.testing import Answer, Server

ENTRIES = "/v1/counter/entries"


@dataclass
class Load:
    """Threads that make entries, each under a key of its own, until stopped.

    A request that broke off, so that nobody knows whether it took effect, is sent
    again under its key, as a client should. `answered` holds the answer by note;
    `unanswered` the notes still without one; `broken` counts what broke off.
    """

    server: Server
    clients: int = 8
    path: str = ENTRIES
    answered: dict[str, Answer] = field(default_factory=dict)
    unanswered: set[str] = field(default_factory=set)
    broken: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(self.clients)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Let every client finish its request, and no more."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self) -> None:
        note = uuid4().hex
        while not self._stop.is_set():
            try:
                self.answered[note] = self.post(note)
            except OSError:
                self.broken += 1
                self.unanswered.add(note)
                self._stop.wait(0.05)  # nobody listens: no need to knock as fast as one can
            else:
                self.unanswered.discard(note)
                note = uuid4().hex

    def post(self, note: str) -> Answer:
        """Make one entry under its own key: asking again is harmless."""
        return self.server.post(self.path, {"note": note}, headers={"idempotency-key": note})

    @property
    def statuses(self) -> Counter[int]:
        """How often each status came."""
        return Counter(answer.status for answer in list(self.answered.values()))

    @property
    def made(self) -> set[str]:
        """The notes somebody was told are made."""
        return {note for note, answer in list(self.answered.items()) if answer.status == 201}

    def made_more(self, count: int) -> Callable[[], bool]:
        """Return the condition that `count` more are made than now."""
        enough = len(self.made) + count
        return lambda: len(self.made) >= enough
