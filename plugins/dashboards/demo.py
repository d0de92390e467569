"""The demo's figures: those of the orders, listings and people other plugins have written by then."""

from __future__ import annotations

from collections.abc import Callable

from kernel import DemoNotes
from plugins.dashboards.services import recounting


def load(progress: Callable[[int, int], None]) -> DemoNotes:
    """Count what there is."""
    recounting.recount()
    progress(1, 1)
    return DemoNotes()
