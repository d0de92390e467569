"""Locks for a few statements that never wait: native, even under gevent.

gevent's own takes 1 µs each time, the native one 0.05; a request passes several.
What runs under it must not do I/O, log or take another lock: no greenlet can
take over meanwhile, and a second thread waits for some instructions only.
"""

from __future__ import annotations

import _thread
from typing import Any

try:
    from gevent.monkey import get_original
except ImportError:  # pragma: no cover - gevent is a dependency; a script may run without
    brief_lock: Any = _thread.allocate_lock
    brief_rlock: Any = _thread.RLock
else:
    brief_lock, brief_rlock = get_original("_thread", ["allocate_lock", "RLock"])
"""Make a lock, or one its thread may take again; use it in a `with` statement."""
