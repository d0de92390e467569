"""One core for the server, another for everything that asks it.

Where there is one core only, or no way to choose (macOS), nothing is pinned.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

ALL = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
SERVER = {ALL[0]} if len(ALL) > 1 else set(ALL)
CLIENT = {ALL[1]} if len(ALL) > 1 else set(ALL)


@contextmanager
def pinned(cores: set[int]) -> Iterator[None]:
    """Start processes in the block on these cores: a child keeps its parent's."""
    if not cores:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
