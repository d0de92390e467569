"""Serve a profile: what `serve` and `demo` share."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from kernel.absence import absent
from kernel.cli.runtime import Runtime
from kernel.errors import ConfigurationError
from kernel.observability.processes import shared_metrics
from kernel.server.arbiter import Serving, serve

if TYPE_CHECKING:
    from kernel.application import Application


def serve_profile(
    run: Runtime,
    listener: socket.socket,
    *,
    ready: Callable[[Application], None],
    worker: bool = True,
    migrate: bool = True,
) -> int:
    """Serve the profile on `listener` until told to stop; return the exit code.

    `ready` is called once, in the first process, when requests are answered;
    `worker` runs tasks, schedules and deliveries in the same processes.
    """
    if run.http.workers > 1 and not run.has_redis:
        raise ConfigurationError(
            f"http.workers is {run.http.workers} and redis.url is empty: processes share cache, "
            "limits and rooms through Redis; set redis.url, or http.workers to 1"
        )
    if not run.kernel.public_url and run.kernel.environment != "production":
        run.override("kernel", public_url=address(listener))  # links in messages lead back here
    with run.database(), shared_metrics(run.http.workers):
        boot = partial(_boot, run, ready, worker=worker, migrate=migrate)
        return serve(listener, run.http, boot, run.watch)


def _boot(run: Runtime, ready: Callable[[Application], None], *, worker: bool, migrate: bool) -> Serving:
    """Boot in a serving process."""
    gc.disable()  # PERF: what boots stays; looking for garbage among it takes 100 ms
    _spare_structlog_rich(run)
    _spare_peewee_other_databases()
    from kernel.application import boot
    from kernel.cli.logs import fully, hiding_secrets

    fully(run.observability)
    application = boot(run.name, overrides=run.overrides, migrate=migrate)
    hiding_secrets(application.settings)
    if not migrate:
        _refuse_pending(application)
    application.start()
    background = None
    if worker:
        from kernel.tasks.worker import Worker

        background = Worker(application)
        background.start()

    def stop() -> None:
        if background is not None:
            background.stop()
        application.stop()

    gc.collect()
    gc.freeze()  # PERF: a full collection during a request then looks at what requests made alone
    gc.enable()
    connections = application.metrics.gauge("stoa_http_connections", "Open HTTP connections.")
    return Serving(
        application.wsgi,
        lambda: ready(application),
        stop,
        connections.track_inprogress,
        application.gateway.drain,
        application.gateway.upgrade,
    )


def _spare_structlog_rich(run: Runtime) -> None:
    """Import structlog without rich, unless a person reads the log.

    PERF: it imports rich, with pygments, to draw tracebacks on a terminal: 4 MB and 40 ms.
    """
    if run.observability.log_format == "console":
        return
    with absent("rich"):
        import structlog  # noqa: F401


def _spare_peewee_other_databases() -> None:
    """PERF: SQLite's library is 2 MB, and the data is in PostgreSQL."""
    with absent("sqlite3", "pysqlite3", "cysqlite"):
        import peewee  # noqa: F401


def _refuse_pending(application: Application) -> None:
    pending = application.migrations().pending()
    application.db.release()
    if pending:
        raise ConfigurationError(
            f"{len(pending)} migrations are pending, first {pending[0].key}: run `manage.py migrate`"
        )


def address(listener: socket.socket) -> str:
    """Return the URL a browser on this machine reaches the listener by."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "127.0.0.1", "::", "::1"):  # noqa: S104 - compared, not bound
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
