"""Import one module of a room without the rest of the room.

The parent of the serving processes needs the settings of `[http]` and the
embedded PostgreSQL, not falcon, marshmallow and peewee, which their packages
import. PERF: it holds 42 MB instead of 58 (decision 0010).
"""

from __future__ import annotations

import sys
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

KERNEL = Path(__file__).resolve().parents[1]


@cache
def light(name: str) -> ModuleType:
    """Return `kernel.<name>`, or a copy of it that stands alone.

    The module must import nothing of its own package. What is imported already
    is returned as it is.
    """
    if f"kernel.{name}" in sys.modules:
        return sys.modules[f"kernel.{name}"]
    alone = f"kernel_alone.{name}"  # a name of its own: the real module can still be imported
    spec = spec_from_file_location(alone, KERNEL.joinpath(*name.split(".")).with_suffix(".py"))
    assert spec is not None and spec.loader is not None, f"kernel.{name} is a Python file"  # noqa: PT018
    module = sys.modules[alone] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
