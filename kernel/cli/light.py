"""Import one module of a room without the rest of the room.

The parent of the serving processes needs the settings of `[http]` and the
embedded PostgreSQL, not falcon, marshmallow and peewee, which their packages
import. PERF: it holds 35 MB instead of 58 (decision 0010).
"""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

KERNEL = Path(__file__).resolve().parents[1]


@cache
def light(name: str) -> ModuleType:
    """Return the module `kernel.<room>.<module>`, its package's `__init__` left out.

    It is imported below an empty package, which is then forgotten with all that
    came with it: a later import of the room is whole. What is imported already
    is returned as it is.
    """
    package, full = f"kernel.{name.partition('.')[0]}", f"kernel.{name}"
    if package in sys.modules:
        return import_module(full)
    empty = sys.modules[package] = ModuleType(package)
    empty.__path__ = [str(KERNEL / name.partition(".")[0])]
    try:
        return import_module(full)
    finally:
        for loaded in [one for one in sys.modules if one == package or one.startswith(f"{package}.")]:
            del sys.modules[loaded]
