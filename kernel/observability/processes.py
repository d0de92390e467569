"""What several serving processes need so that one scrape shows them all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


@contextmanager
def shared_metrics(processes: int) -> Iterator[None]:
    """Give the processes forked inside the block a directory to keep their metrics in.

    The Prometheus client reads the variable when it is imported, so this module
    imports nothing of it. One process needs no directory; one that the operator
    set is used and left.
    """
    if processes == 1 or VARIABLE in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="stoa-metrics-") as directory:
        os.environ[VARIABLE] = directory
        try:
            yield
        finally:
            del os.environ[VARIABLE]


def forget_process(pid: int) -> None:
    """Count no more what an ended process held: its open connections, say.

    The Prometheus client's `mark_process_dead`, without importing it.
    """
    if VARIABLE in os.environ:
        for file in Path(os.environ[VARIABLE]).glob(f"gauge_live*_{pid}.db"):
            file.unlink(missing_ok=True)
