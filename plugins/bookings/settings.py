"""What an operator may tune about bookings: section `[bookings]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class BookingsSettings:
    """How long a hold lasts, when people are reminded, when a booking ends by itself."""

    hold_minutes: int = setting(15, help="Minutes a held time is kept for its customer.", minimum=1)
    max_holds: int = setting(3, help="Times one customer may hold at once.", minimum=1)
    reminder_minutes: list[str] = setting(
        ["1440", "60"],
        help="Minutes before its start that both parties are reminded; empty: not at all.",
        maximum=10,
    )
    complete_after_hours: int = setting(
        24, help="Hours after its end that a confirmed booking counts as completed; 0: never.", minimum=0
    )
    page_url: str = setting(
        "", help="Page of your client for a booking, with `{id}`, for links in messages; empty: no link."
    )
