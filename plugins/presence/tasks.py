"""Background work: find what a killed process did not write."""

from __future__ import annotations

from typing import Final

from kernel import schedule
from plugins.presence import transitions


@schedule(every=30, timeout=300)
def sweep() -> dict[str, int]:
    """Write down the going of people whose process was killed before it did."""
    return {"lost": transitions.sweep()}


TASKS: Final = (sweep,)
