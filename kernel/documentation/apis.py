"""`reference/apis.md`: what plugins offer to other plugins."""

from __future__ import annotations

import inspect
from importlib import import_module
from types import ModuleType

from kernel.documentation.inserts import ROOT
from kernel.documentation.markdown import first_line, table
from kernel.documentation.signatures import called
from kernel.loader import Loaded
from kernel.registry import Plugin

_HEAD = """\
# What plugins offer each other

A plugin that `requires` another may import its `api`, and nothing else of it
([the contract](../plugins/index.md#the-contract)).
"""


def apis_page(loaded: Loaded) -> str:
    """Return the page: per plugin the names of its `api.py`."""
    return _HEAD + "".join(
        f"\n## `{package}.api`\n\n{_names(import_module(f'{package}.api'))}"
        for plugin in loaded.registry.plugins
        if (package := _package(plugin))
    )


def _package(plugin: Plugin) -> str:
    """Return the package in the tree whose `api` others import; empty when there is none."""
    place = plugin.manifest.directory
    return ".".join(place.relative_to(ROOT).parts) if (place / "api.py").is_file() else ""


def _names(module: ModuleType) -> str:
    names = sorted(module.__all__, key=lambda name: (_order(getattr(module, name)), name))
    return table(("name", ""), (_row(name, getattr(module, name)) for name in names))


def _order(value: object) -> int:
    """Functions first: they are what one comes for."""
    if inspect.isfunction(value):
        return 0
    return 2 if hasattr(value, "__event__") or _raised(value) else 1


def _raised(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, Exception)


def _row(name: str, value: object) -> tuple[str, str]:
    speaks = inspect.isclass(value) or inspect.isroutine(value)
    meaning = first_line(value) if speaks else f"`{repr(value).replace('typing.', '')}`"
    return f"`{called(name, value)}`", meaning
