"""What plugin authors may count on, as lines of text: names, signatures, attributes.

    python -m tests.docs.public_api       # writes tests/docs/public_api.txt anew

The file is compared with the code by test_public_names.py. A line that goes or
changes is a new major of `kernel.API_VERSION`, one that comes a new minor.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import kernel
from kernel import hookspecs, testing

FILE = Path(__file__).with_suffix(".txt")
ADDRESS = re.compile(r"<[^<>]*(?:<\w+>)?[^<>]* at 0x[0-9a-f]+>")


def text() -> str:
    """Return every line."""
    lines = [f"kernel {kernel.API_VERSION}"]
    for package in (kernel, testing):
        for name in sorted(package.__all__):
            lines += described(f"{package.__name__}.{name}", getattr(package, name))
    for name, spec in sorted(vars(hookspecs).items()):
        if hasattr(spec, "stoa_spec"):
            lines.append(f"hook {name}{inspect.signature(spec)}")
    written = "\n".join(lines).replace(repr(sys.executable), "…")
    return ADDRESS.sub("…", written) + "\n"


def described(name: str, value: Any) -> Iterator[str]:
    """Yield a name, how it is called, and if it is a class of ours, its public attributes."""
    if isinstance(value, ModuleType):
        yield f"{name}: module {value.__name__}"
    elif not isinstance(value, type):
        yield f"{name}{inspect.signature(value)}" if inspect.isroutine(value) else f"{name}: {kind(value)}"
    elif ours(value):
        bases = ", ".join(base.__name__ for base in value.__bases__ if base is not object)
        yield f"{name}({bases})"
        for member in sorted(members(value)):
            yield f"  {attribute(value, member)}"
    else:
        yield f"{name}: {value.__module__}.{value.__qualname__}"


def kind(value: Any) -> str:
    """Return the type of a constant, and its value where that is short text."""
    return repr(value) if isinstance(value, str) else type(value).__name__


def ours(value: type) -> bool:
    return value.__module__.partition(".")[0] == "kernel"


def members(value: type) -> set[str]:
    """Return the public names that a class and its bases in the kernel define, and how it is made."""
    found = {name for base in value.__mro__ if ours(base) for name in {**vars(base), **base.__annotations__}}
    made = {"__init__"} if "__init__" in found and not dataclasses.is_dataclass(value) else set()
    return {name for name in found if not name.startswith("_")} | made


def attribute(value: type, name: str) -> str:
    """Return one attribute as a line."""
    for base in value.__mro__:
        member = unwrapped(vars(base).get(name))
        if inspect.isfunction(member):
            return f"{name}{inspect.signature(member)}"
        if name in inspect.get_annotations(base):
            return f"{name}: {inspect.get_annotations(base)[name]}{default(value, name)}"
    return name


def unwrapped(member: Any) -> Any:
    return member.__func__ if isinstance(member, staticmethod | classmethod) else member


def default(value: type, name: str) -> str:
    """Return " = …" of a field that need not be given."""
    field = getattr(value, "__dataclass_fields__", {}).get(name)
    if field is None or (
        field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ):
        return ""
    return " = …"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
