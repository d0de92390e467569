"""The parent process: holds the socket, keeps the workers alive, stops them.

gunicorn's, with four differences: Ctrl-C stops gracefully (a second one does
not), a worker that cannot boot ends everything with one line, and so do workers
that die again and again; and the parent says only what an operator acts on.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.errors import AppImportError, HaltServer
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker as WorkerOfGunicorn

from kernel.errors import StoaError
from kernel.observability.processes import forget_process
from kernel.server.replacements import WINDOW, Replacements

if TYPE_CHECKING:
    from kernel.http.settings import HttpSettings
    from kernel.server.worker import Worker

STOPPING = {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT}
BOOT_TIMEOUT = 120  # seconds a worker may be silent, its boot included, before it is replaced
STOP_SLACK = 30  # seconds beyond http.shutdown_grace for tasks and flushes before a worker is killed
KEEP_DYING = 70  # sysexits.h EX_SOFTWARE, between us and gunicorn; the shell sees 1
BOOT_FAILED = (Arbiter.WORKER_BOOT_ERROR, Arbiter.APP_LOAD_ERROR)


@dataclass(frozen=True, slots=True)
class Serving:
    """What one worker process runs: a WSGI callable and its end.

    `ready` is called once the socket is served, in the first worker only;
    `stop` after the last request, with whatever must be flushed or closed.
    `connected` is entered while a connection is open. `drain` is called when
    the process begins to stop: what it holds open, held-back answers and detached
    connections, must then end by itself within `http.shutdown_grace`. `upgrade` is
    given each WebSocket handshake first, see `kernel.server.worker.Server`.
    """

    wsgi: Callable[..., Any]
    ready: Callable[[], None]
    stop: Callable[[], None]
    connected: Callable[[], AbstractContextManager[Any]] = nullcontext
    drain: Callable[[], None] = lambda: None
    upgrade: Callable[[dict[str, Any]], bool] = lambda _: False


def serve(
    listener: socket.socket,
    http: HttpSettings,
    boot: Callable[[], Serving],
    watch: Callable[[], None] = lambda: None,
) -> int:
    """Serve until SIGTERM or Ctrl-C; return the exit code.

    `boot` runs in each worker, after its sockets are patched; `watch` in the
    parent, every second.
    """
    try:
        _Arbiter(_Gunicorn(listener, http, boot), watch).run()
    except SystemExit as ex:
        return ex.code if isinstance(ex.code, int) else int(ex.code is not None)
    return 0


class _Gunicorn(BaseApplication):  # type: ignore[misc]  # gunicorn is untyped
    """gunicorn's view of us: its settings, and how a worker boots."""

    def __init__(self, listener: socket.socket, http: HttpSettings, boot: Callable[[], Serving]) -> None:
        self.limits = http
        self._file = listener.detach()  # gunicorn closes what it was given
        self._boot = boot
        self._serving: Serving | None = None
        super().__init__()

    def load_config(self) -> None:
        chosen = {
            "bind": f"fd://{self._file}",
            "workers": self.limits.workers,
            "worker_class": Seed,
            "timeout": BOOT_TIMEOUT,
            "graceful_timeout": round(self.limits.shutdown_grace) + STOP_SLACK,
            "logger_class": _Log,
            "loglevel": "warning",
            "child_exit": lambda arbiter, worker: arbiter.notice_end(worker),
            "control_socket_disable": True,
            "proc_name": "stoa",
        }
        for name, value in chosen.items():
            if name in self.cfg.settings:  # gunicorn < 25 has no control socket
                self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        """Boot in the worker; a known fault becomes one line and an exit code."""
        try:
            self._serving = self._boot()
        except StoaError as ex:
            raise AppImportError(f"stoa: {ex}") from ex
        return self._serving.wsgi

    def connected(self) -> AbstractContextManager[Any]:
        """Return what a connection is open inside of."""
        return nullcontext() if self._serving is None else self._serving.connected()

    def upgrade(self, environ: dict[str, Any]) -> bool:
        """Answer a WebSocket handshake in the hub, or leave it to the application."""
        return self._serving is not None and self._serving.upgrade(environ)

    def ready(self, worker: Worker) -> None:
        """Tell the first worker's application that it is being served."""
        if self._serving is not None and worker.age == 1:
            self._serving.ready()

    def drain(self) -> None:
        """Tell the worker's application to end what it holds open."""
        if self._serving is not None:
            self._serving.drain()

    def stop(self) -> None:
        """Close the worker's application."""
        if self._serving is not None:
            self._serving.stop()


class Seed(WorkerOfGunicorn):  # type: ignore[misc]  # gunicorn is untyped
    """A worker as the parent knows it; in its own process it becomes what serves.

    PERF: so the parent does without gevent, which is 8 MB.
    """

    worker_connections = 0  # what gunicorn's asynchronous workers take from its settings; ours are `limits`

    def init_process(self) -> None:
        """Become the real worker and go on as that."""
        from kernel.server.worker import Worker  # noqa: PLC0415 - see the class

        self.__class__ = Worker
        self.init_process()


class _Arbiter(Arbiter):  # type: ignore[misc]  # gunicorn is untyped
    """Treats Ctrl-C like SIGTERM; a second one, while stopping, forces."""

    def __init__(self, app: _Gunicorn, watch: Callable[[], None]) -> None:
        self._watch = watch
        self._told: set[int] = set()  # workers that are to end
        self._replacements = Replacements(app.limits.worker_restarts * app.limits.workers)
        super().__init__(app)

    def murder_workers(self) -> None:
        """Look after the workers and what they stand on; gunicorn calls it every second."""
        self._watch()
        super().murder_workers()

    def kill_worker(self, pid: int, sig: int) -> None:
        """Send a worker a signal; one that was told to stop does not count as dead."""
        if sig in STOPPING:
            self._told.add(pid)
        super().kill_worker(pid, sig)

    def notice_end(self, worker: WorkerOfGunicorn) -> None:
        """Account for a worker that has ended; end everything when too many died."""
        forget_process(worker.pid)
        if worker.pid in self._told or not self.LISTENERS:  # no listener: we are stopping
            self._told.discard(worker.pid)
        elif self._replacements.count():
            raise HaltServer("workers keep dying", KEEP_DYING)

    def spawn_workers(self) -> None:
        """Replace workers that died, unless it is too soon."""
        if not self._replacements.wait():
            super().spawn_workers()

    def spawn_worker(self) -> int | None:
        """Fork, with the stop signals held back until the child can take them.

        A child has our handlers until it sets its own: a SIGTERM in between
        would be queued for a parent it is not, and lost. And it ends here: the
        frames below are the parent's, whose clean-up (stopping PostgreSQL, say)
        is not the child's to run.
        """
        parent, code = os.getpid(), 0
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        try:
            pid: int | None = super().spawn_worker()
        except SystemExit as ex:
            code = ex.code if isinstance(ex.code, int) else 1
            raise
        finally:
            if os.getpid() != parent:
                _leave(code)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
        return pid

    def handle_int(self) -> None:
        """Stop gracefully; gunicorn would cut the requests under way."""
        raise StopIteration

    def stop(self, graceful: bool = True) -> None:
        """Stop the workers, and with them whoever asked a second time."""
        super().stop(graceful)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # nothing is left to hurry but our own clean-up

    def halt(self, reason: str | None = None, exit_status: int = 0) -> None:
        """End; why a worker did not boot it has said itself."""
        if exit_status in BOOT_FAILED:
            self.stop(graceful=False)
            sys.exit(1)
        if exit_status == KEEP_DYING:
            self.stop()
            sys.stderr.write(
                f"stoa: workers keep dying, more than http.worker_restarts within {WINDOW:.0f} seconds: "
                "see above for why, mend it and start again\n"
            )
            sys.exit(1)
        super().halt(reason, exit_status)


def _leave(code: int) -> NoReturn:
    """End this process; what is written but not yet out goes out."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # closed, or its reader is gone
            stream.flush()
    os._exit(code)


class _Log(Logger):  # type: ignore[misc]  # gunicorn is untyped
    """gunicorn's messages among ours: one format, warnings and worse."""

    error_fmt = "%(asctime)s stoa[%(process)d] %(levelname)s %(message)s"

    def error(self, message: Any, *values: Any, **options: Any) -> None:
        """Log, except the exit code of a worker that has said why."""
        if values and values[-1] in BOOT_FAILED and "exited with code" in str(message):
            return
        self.error_log.log(logging.ERROR, message, *values, **options)
