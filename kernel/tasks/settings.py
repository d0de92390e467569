"""The `[tasks]` section."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.setting_field import setting


@dataclass(frozen=True, slots=True)
class TasksSettings:
    """How background tasks are run."""

    concurrency: int = setting(8, help="Tasks run at once in one worker.", minimum=1, maximum=256)
    lease: float = setting(
        60.0, help="Seconds after which a dead worker's task is run again; a live one renews it.", minimum=0.2
    )
    poll: float = setting(
        1.0, help="Seconds between looks for what is due or was missed.", minimum=0.05, maximum=60
    )
    rewake: float = setting(
        10.0, help="Seconds after which a task whose wake-up Redis lost is woken again.", minimum=0.1
    )
    grace: float = setting(20.0, help="Seconds a stopping worker lets running tasks finish.", minimum=0)
    retention_days: float = setting(14.0, help="Days finished tasks are kept as the log.", minimum=0)
    failed_retention_days: float = setting(90.0, help="Days failed tasks are kept.", minimum=0)
