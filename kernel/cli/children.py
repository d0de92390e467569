"""Run a part of a command in a child process, for its memory to be given back.

The parent of the serving processes lives as long as they do; what it would
import to migrate or to load data it would hold for ever, and the workers could
no longer patch the sockets before importing.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable

from kernel.cli.faults import explained, tell


def in_child(work: Callable[[], int]) -> int:
    """Fork, run `work`, return its exit code; a fault is told by the child."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        os._exit(_run(work))
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _run(work: Callable[[], int]) -> int:
    try:
        code = work()
    except BaseException as ex:  # noqa: BLE001 - the child ends here, whatever happened
        found = explained(ex)
        if found is None:
            traceback.print_exc()
        code = tell(found) if found else 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code
