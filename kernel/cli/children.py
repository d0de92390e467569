"""Run a part of a command in a child process, for its memory to be given back.

The parent of the serving processes lives as long as they do; what it would
import to migrate or to load data it would hold for ever, and the workers could
no longer patch the sockets before importing.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable

from kernel.cli.faults import explained, tell

STOPPING = (signal.SIGINT, signal.SIGTERM)
CUT_SHORT = 128 + signal.SIGTERM  # what the child says when it alone was told to stop


def stop_at_signals() -> None:
    """Let Ctrl-C and SIGTERM end the command, its clean-up done, with exit code 0.

    For the time until the server takes the signals over: migrating, loading data.
    """
    for number in STOPPING:
        signal.signal(number, _stop)


def _stop(*_: object) -> None:
    for number in STOPPING:  # once told, nothing disturbs the clean-up
        signal.signal(number, signal.SIG_IGN)
    raise SystemExit(0)


def in_child(work: Callable[[], int]) -> int:
    """Fork, run `work`, return its exit code; a fault is told by the child."""
    sys.stdout.flush()
    sys.stderr.flush()
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)  # the frames below are ours, not the child's to leave
    child = os.fork()
    if child == 0:
        os._exit(_run(work))
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
        _, status = os.waitpid(child, 0)
    except BaseException:  # told to stop: so is the child, and waited for
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
        raise
    return os.waitstatus_to_exitcode(status)


def _run(work: Callable[[], int]) -> int:
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
        code = work()
    except SystemExit:
        code = CUT_SHORT
    except BaseException as ex:  # noqa: BLE001 - the child ends here, whatever happened
        found = explained(ex)
        if found is None:
            traceback.print_exc()
        code = tell(found) if found else 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code
