"""One socket that watches: whom, what it was told, and what it is to be told next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID

from kernel import Caller
from plugins.presence.view import Shown

_MOST: Final = 500  # people in one event

Write = Callable[[UUID, Shown], dict[str, Any]]
"""Returns what is seen of a person as it goes out: the same for every socket of a turn."""


class Watcher:
    """A socket's subscriptions; `told` has an entry for each."""

    __slots__ = ("_at_once", "_caller", "_next_at", "_waiting", "told", "viewer_id")

    def __init__(self, caller: Caller, viewer_id: UUID) -> None:
        self._caller, self.viewer_id = caller, viewer_id
        self.told: dict[UUID, Shown] = {}
        self._waiting: dict[UUID, Shown] = {}
        self._next_at: datetime | None = None
        self._at_once = False

    def close(self) -> None:
        """Be told nothing more."""
        self.told.clear()
        self._waiting.clear()

    def answered(self, seen: Mapping[UUID, Shown]) -> None:
        """Note what the socket is told in answer to its subscription."""
        for user_id, view in seen.items():
            if user_id in self.told:
                self.told[user_id] = view
                self._waiting.pop(user_id, None)

    def forget(self, user_id: UUID) -> bool:
        """Drop a subscription; say whether it was there."""
        self._waiting.pop(user_id, None)
        return self.told.pop(user_id, None) is not None

    def latest(self, user_id: UUID) -> Shown:
        """Return what the socket was told of somebody, or will be."""
        return self._waiting.get(user_id) or self.told[user_id]

    def note(self, user_id: UUID, view: Shown, *, at_once: bool) -> bool:
        """Take what is seen now; say whether the socket is to be told anything.

        A change that is undone before it was told is none.
        """
        if user_id in self.told:
            if view == self.told[user_id]:
                self._waiting.pop(user_id, None)
            else:
                self._waiting[user_id] = view
                self._at_once |= at_once
        return bool(self._waiting)

    def tell(self, now: datetime, interval: float, write: Write) -> bool:
        """Send one batch, if it is time; say whether more waits.

        At most one batch in `interval` seconds, but what somebody may no longer
        see, or may see from now on, at once.
        """
        if self._waiting and (self._at_once or self._next_at is None or now >= self._next_at):
            batch = dict(islice(self._waiting.items(), _MOST))
            self.told.update(batch)
            for user_id in batch:
                del self._waiting[user_id]
            self._next_at = now + timedelta(seconds=interval)
            self._at_once = self._at_once and bool(self._waiting)
            items = [write(user_id, view) for user_id, view in batch.items()]
            self._caller.emit("presence:changed", {"items": items})
        return bool(self._waiting)
