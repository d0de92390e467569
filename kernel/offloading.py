"""Run CPU-heavy work off the gevent hub.

Under gevent one long computation stops every request of the process: 100 ms
of password hashing is 100 ms of silence. `offload` runs it on the hub's native
thread pool, which helps as far as the work releases the GIL (argon2, zlib,
Pillow, hashlib on large input do). Without gevent it is a plain call.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from gevent import get_hub
from gevent.monkey import is_module_patched
from gevent.util import wrap_errors

P = ParamSpec("P")
T = TypeVar("T")

# Where the core is shared, a request must not wait for a hash's slice of time: p99 of others
# during sign-ins on one core 9–21 ms at equal priority, 4–9 ms at this (benchmarks/http.py, e).
_NICENESS = 5


def offload(fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return `fn(*args, **kwargs)`; other greenlets run meanwhile.

    Raises what `fn` raises. `fn` runs in another native thread, beside gevent:
    it must not touch the database, context variables, or anything gevent
    patched. That includes locks (`threading`, `queue`, `logging`) and `import`
    statements that run in it, which take one: import before offloading. A lock
    that the hub holds would be waited for by both, for ever.
    """
    if not is_module_patched("threading"):
        return fn(*args, **kwargs)
    # NOTE: the pool prints the traceback of an error that escapes the thread, so it comes back as a value
    outcome = get_hub().threadpool.apply(wrap_errors(Exception, _behind), (fn, *args), kwargs)
    if isinstance(outcome, Exception):
        raise outcome
    return cast("T", outcome)


def _behind(fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call `fn` with this thread's priority below the hub's."""
    if sys.platform == "linux":  # elsewhere it would be the whole process's
        os.setpriority(os.PRIO_PROCESS, 0, _NICENESS)
    return fn(*args, **kwargs)
