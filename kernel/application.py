"""One Application: every part of a running Stoa, wired once.

`boot()` makes it from a profile; `app` is a proxy to the one that is active, so
a plugin may `from kernel import app` at import time and use it when it runs.
This module imports no room, so every room and plugin may import it;
`kernel.assembly` builds the parts.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import structlog

from kernel.errors import ConfigurationError, PluginError, StoaError, raised_by

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    import falcon

    from kernel.auth import Auth
    from kernel.cache import Cache, Limiter
    from kernel.clock import Clock
    from kernel.events import Bus
    from kernel.hooks import Hooks
    from kernel.http.request import Request, Response
    from kernel.manifest import Manifest
    from kernel.observability import Metrics, Observability
    from kernel.realtime.gateway import Gateway
    from kernel.realtime.realtime import Realtime
    from kernel.registry import Registry
    from kernel.settings import Settings
    from kernel.storage import BlobStore, Database, Listener
    from kernel.storage.migrations import Migrations, Source
    from kernel.storage.replica_reads import ReplicaReads
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
    reads: ReplicaReads
    listener: Listener
    cache: Cache
    limiter: Limiter
    auth: Auth
    bus: Bus
    tasks: TaskQueue
    realtime: Realtime
    gateway: Gateway
    blobs: BlobStore
    metrics: Metrics
    observability: Observability
    http: falcon.App[Request, Response]
    wsgi: Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]
    """Sockets, and `http` for the rest."""
    remount: Callable[[], None]
    """Compiles the registry's routes into `wsgi` anew."""

    def __init__(self) -> None:
        """Make an empty application; `kernel.assembly` gives it its parts."""
        self.unavailable: dict[str, str] = {}
        """URL prefixes answered 503, and the dropped plugin that owns each."""
        self._services: dict[tuple[type[Any], str], Any] = {}
        self._lock = threading.RLock()
        self._making: list[tuple[type[Any], str]] = []
        self._started: list[str] = []
        self._running = False

    def __repr__(self) -> str:
        return f"<Application of profile {self.settings.profile.name}, {len(self.registry.plugins)} plugins>"

    def migrations(self) -> Migrations:
        """Return the migrations of the kernel and of every loaded plugin."""
        from kernel.storage.migrations import Migrations  # noqa: PLC0415 - most processes never migrate

        sources = migration_sources(plugin.manifest for plugin in self.registry.plugins)
        return Migrations(self.db.direct, sources)

    def service(self, port: type[T], name: str = "default") -> T:
        """Return the implementation of a port, made on first use and kept.

        Raises ConfigurationError naming the port when no plugin offers it.
        """
        key = (port, name)
        if key not in self._services:
            with self._lock:  # another greenlet may be making it
                if key not in self._services:
                    self._services[key] = self._make(key)
        return cast("T", self._services[key])

    def forget_services(self) -> None:
        """Make every service anew at its next use."""
        self._services.clear()

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

    def secret(self, purpose: str) -> str:
        """Return a key of this deployment for one purpose, hexadecimal.

        `purpose` begins with the plugin's name. The same in every process;
        another `[kernel] secret_key` makes another.
        """
        from kernel.secret_key import derived, secret_key  # noqa: PLC0415 - this module imports no room

        return derived(secret_key(self.settings.kernel), purpose)

    def start(self) -> None:
        """Open connections and call every plugin's `startup`, in dependency order.

        A plugin whose `startup` raises stops the start (policy `abort`), or is
        dropped with its dependents and answers 503 (policy `continue`).
        """
        self._running = True
        self.db.warm(self.settings.database.pool_warm)
        self.db.check_session()
        self.listener.start()
        self.auth.start()
        self.realtime.start()
        startups = dict(self.hooks.implementations("startup"))
        for plugin in self.registry.plugins:
            if plugin.name in self.registry:
                self._start_plugin(plugin.name, startups.get(plugin.name))
        self.db.release()

    def _start_plugin(self, name: str, startup: Callable[..., Any] | None) -> None:
        try:
            if startup:
                startup(app=self)
        except Exception as ex:
            fault = raised_by(name, "startup", ex)
            if self.settings.kernel.policy == "abort":
                self.stop()
                raise fault from ex
            self._drop(fault)
        else:
            self._started.append(name)

    def _drop(self, fault: PluginError) -> None:
        """Take a plugin that cannot start, and its dependents, out of service."""
        log.error("plugin_dropped", plugin=fault.plugin, phase=fault.phase, remedy=fault.remedy)
        before, self.registry = self.registry, self.registry.without(fault)
        gone = {dropped.name for dropped in self.registry.dropped}
        self.hooks = self.hooks.without(gone)
        self.bus.suspend(one.name for plugin, one in before.subscribers if plugin in gone)
        self.tasks.suspend(one.name for plugin, one in (*before.tasks, *before.schedules) if plugin in gone)
        self.unavailable.update(self.registry.unavailable())
        self.remount()

    def stop(self) -> None:
        """Call `shutdown` of what was started, in reverse, and close connections.

        What a plugin raises is logged and the others still run. Harmless twice.
        """
        self.observability.health.stopping = True
        shutdowns = dict(self.hooks.implementations("shutdown"))
        for name in reversed(self._started):
            try:
                shutdowns.get(name, _nothing)(app=self)
            except Exception as ex:
                log.exception("shutdown_failed", plugin=name, error=str(ex))
        self._started.clear()
        if self._running:
            self._running = False
            self.realtime.stop()
            self.auth.stop()
            self.listener.stop()
        self.db.stop()


def _nothing(app: Application) -> None:
    """Shut nothing down."""


class _Active:
    """Stands for the active application; raises a clear error before `boot`."""

    def __getattr__(self, name: str) -> Any:
        return getattr(active(), name)

    def __repr__(self) -> str:
        return f"<app → {_current!r}>"


_current: Application | None = None
app = cast("Application", _Active())


def boot(
    profile: str | Path = "demo",
    *,
    overrides: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    migrate: bool = False,
    clock: Clock | None = None,
) -> Application:
    """Make the application of a profile and make it the active one.

    `overrides` has a profile's shape and wins over files and environment
    (default: the process's). `migrate=True` applies pending migrations.
    Nothing is opened before `start()`, except by `migrate`.

    Raises ConfigurationError for the operator's faults and PluginError for a
    plugin's, under `policy = "abort"`.
    """
    from kernel.assembly import assemble  # noqa: PLC0415 - assembly imports every room, and rooms import `app`

    application = assemble(profile, os.environ if environ is None else environ, overrides or {}, clock)
    activate(application)
    application.db.activate()
    if migrate:
        application.migrations().up()
        application.db.release()
    return application


def migration_sources(manifests: Iterable[Manifest]) -> list[Source]:
    """Return where the migration scripts are: the kernel's first, then each plugin's."""
    return [
        ("kernel", Path(__file__).parent / "migrations"),
        *((one.name, one.migrations) for one in manifests),
    ]


def database_url(settings: Settings) -> str:
    """Return `[database] url`; raise ConfigurationError when it is empty.

    `manage.py` fills it with the embedded PostgreSQL's before it boots.
    """
    url: str = settings.database.url
    if not url:
        raise ConfigurationError(
            "database.url is empty: set it, or start through manage.py, which runs its own PostgreSQL"
        )
    return url


def active() -> Application:
    """Return the active application; raise StoaError when none was booted."""
    if _current is None:
        raise StoaError("no application is active: call kernel.application.boot(profile) first")
    return _current


def activate(application: Application | None) -> Application | None:
    """Make `application` the one `app` stands for; return the one before."""
    global _current
    previous, _current = _current, application
    return previous
