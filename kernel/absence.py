"""Import a library without the optional ones it takes along.

Some libraries import whatever of their optional companions is installed, for
features that are not used here; each is memory that every process would hold.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def absent(*names: str) -> Iterator[None]:
    """Let imports within find that the modules are not installed, but for those imported already.

    For the start of a process: what another thread imports meanwhile does not find them either.
    """
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None: how Python is told that there is none
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
