"""Settings: `[sentry]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class SentrySettings:
    """Which project errors go to."""

    dsn: str = setting("", help="The project's DSN; required.", secret=True)
    release: str = setting("", help="The version shown in Sentry.")
    sample: float = setting(1.0, help="Share of errors sent.", minimum=0, maximum=1)
