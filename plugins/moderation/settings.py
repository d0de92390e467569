"""What an operator may tune about moderation: section `[moderation]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class ModerationSettings:
    """What is flagged by itself, what follows on strikes, and how moderators work."""

    reasons: list[str] = setting(
        ["inappropriate", "spam", "fraud", "harassment", "other"], help="Reasons people may report by."
    )
    words: list[str] = setting(
        [], help="Words and phrases that have what says them flagged; whole words, in any case."
    )
    new_account_hours: int = setting(
        0,
        help="Hours after its opening during which what an account publishes is flagged; 0: not.",
        minimum=0,
    )
    hide_reports: int = setting(
        0,
        help="Different people whose reports hide a thing until a moderator has looked; 0: not.",
        minimum=0,
    )
    ladder: list[str] = setting(
        ["WARNING", "SUSPENSION:7", "SUSPENSION:30", "BAN"],
        help="What follows on the first, second, … strike: `WARNING`, `SUSPENSION:<days>`, `BAN`.",
    )
    strike_days: int = setting(365, help="Days a strike counts; 0: for good.", minimum=0)
    claim_minutes: int = setting(
        30, help="Minutes a case stays with the moderator who took it.", minimum=1, maximum=1440
    )
    appeal_days: int = setting(
        183,
        help="Days a decision may be appealed; the EU's Digital Services Act asks for six months.",
        minimum=1,
    )
