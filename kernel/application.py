"""One Application: every part of a running Stoa, wired once.

`boot()` makes it from a profile; `app` is a proxy to the one that is active, so
a plugin may `from kernel import app` at import time and use it when it runs.
This module imports no room, so every room and plugin may import it;
`kernel.assembly` builds the parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import structlog

from kernel.errors import ConfigurationError, PluginError, StoaError

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from kernel.auth import Auth
    from kernel.cache import Cache, Limiter
    from kernel.clock import Clock
    from kernel.events import Bus
    from kernel.hooks import Hooks
    from kernel.observability import Metrics
    from kernel.registry import Registry
    from kernel.settings import Settings
    from kernel.storage import BlobStore, Database, Listener
    from kernel.tasks import TaskQueue

T = TypeVar("T")
log = structlog.get_logger()


class Application:
    """The parts of one running Stoa; made by `boot`, at rest until `start`."""

    settings: Settings
    registry: Registry
    hooks: Hooks
    clock: Clock
    db: Database
    listener: Listener
    cache: Cache
    limiter: Limiter
    auth: Auth
    bus: Bus
    tasks: TaskQueue
    blobs: BlobStore
    metrics: Metrics
    wsgi: Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]

    def __init__(self) -> None:
        """Make an empty application; `kernel.assembly` gives it its parts."""
        self._services: dict[tuple[type[Any], str], Any] = {}
        self._making: list[tuple[type[Any], str]] = []

    def service(self, port: type[T], name: str = "default") -> T:
        """Return the implementation of a port, made on first use and kept.

        Raises ConfigurationError naming the port when no plugin offers it.
        """
        key = (port, name)
        if key not in self._services:
            self._services[key] = self._make(key)
        return cast("T", self._services[key])

    def _make(self, key: tuple[type[Any], str]) -> Any:
        factory = self.registry.service(*key).factory
        if key in self._making:
            circle = " → ".join(f"{port.__name__} ({name})" for port, name in [*self._making, key])
            raise ConfigurationError(f"services make each other in a circle: {circle}")
        self._making.append(key)
        try:
            return factory(self)
        finally:
            self._making.pop()


class _Active:
    """Stands for the active application; raises a clear error before `boot`."""

    def __getattr__(self, name: str) -> Any:
        return getattr(active(), name)

    def __repr__(self) -> str:
        return f"<app → {_current!r}>"


_current: Application | None = None
app = cast("Application", _Active())


def active() -> Application:
    """Return the active application; raise StoaError when none was booted."""
    if _current is None:
        raise StoaError("no application is active: call kernel.application.boot(profile) first")
    return _current


def activate(application: Application | None) -> Application | None:
    """Make `application` the one `app` stands for; return the one before."""
    global _current  # noqa: PLW0603 - one process, one Application: this is its one place
    previous, _current = _current, application
    return previous
