"""The `[events]` section."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.setting_field import setting


@dataclass(frozen=True, slots=True)
class EventsSettings:
    """How events are delivered."""

    concurrency: int = setting(4, help="Deliveries handled at once in one worker.", minimum=1, maximum=64)
    batch: int = setting(50, help="Deliveries claimed at once.", minimum=1, maximum=1000)
    lease: float = setting(
        60.0, help="Seconds after which what a dead worker had claimed is tried again.", minimum=0.1
    )
    attempts: int = setting(12, help="Attempts before a delivery is set aside as dead.", minimum=1)
    backoff: float = setting(2.0, help="Seconds before the second attempt; doubles with each.", minimum=0.01)
    backoff_limit: float = setting(
        3600.0, help="Longest wait between two attempts, in seconds.", minimum=0.01
    )
    retention_days: float = setting(
        7.0, help="Days done deliveries are kept; events are kept for good.", minimum=0
    )
