"""What others see of a person at a moment: no I/O, no clock, only rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from plugins.presence.settings import PresenceSettings

STATUSES: Final = ("online", "away", "dnd", "invisible")
"""What one may choose; others see `offline` in place of `invisible`."""


class Shown(NamedTuple):
    """What others see; `last_seen_at` of who is offline only."""

    status: str
    text: str
    last_seen_at: datetime | None


NOTHING: Final = Shown("offline", "", None)
"""What is seen of strangers, of who hides it, of who blocks, and of nobody's id: all alike."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is stored about a person; `active_at` is the latest activity on a device that is not idle."""

    user_id: UUID
    status: str
    text: str
    until: datetime | None
    present: bool
    left_at: datetime | None
    last_seen_at: datetime | None
    devices: int
    active_at: datetime | None

    def chosen(self, now: datetime) -> str:
        """Return the status chosen, while it holds."""
        return self.status if self.until is None or now < self.until else "online"


def shown(facts: Facts, now: datetime, settings: PresenceSettings) -> tuple[Shown, datetime | None]:
    """Return what others see now, and the next moment at which that may change by itself."""
    chosen, idle_from = facts.chosen(now), _idle_from(facts, settings)
    gone_from = facts.left_at and facts.left_at + timedelta(seconds=settings.grace)
    there = facts.present or (gone_from is not None and now < gone_from)
    text = facts.text if facts.until is None or now < facts.until else ""
    moments = (facts.until, gone_from if not facts.present else None, idle_from)
    upcoming = min((one for one in moments if one is not None and one > now), default=None)
    if chosen == "invisible" or not there:
        return Shown("offline", text, facts.last_seen_at), upcoming
    if chosen == "online" and facts.devices and (idle_from is None or idle_from <= now):
        return Shown("away", text, None), upcoming
    return Shown(chosen, text, None), upcoming


def _idle_from(facts: Facts, settings: PresenceSettings) -> datetime | None:
    """Return from when on nothing will have been done for too long; None: from the beginning."""
    if facts.active_at is None:
        return None
    return facts.active_at + timedelta(seconds=settings.away_after)
