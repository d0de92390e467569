"""The server process of one data directory: start it, find it, stop it.

Whoever calls holds the directory alone (`occupancy.py`), so a server that is
found starting or stopping was left so by a process that was killed.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from kernel.errors import ConfigurationError
from kernel.storage.cluster import binaries, run_as
from kernel.storage.postmaster import Postmaster
from kernel.storage.system_user import own, server_user, telling_lines

log = logging.getLogger(__name__)  # not structlog: the parent of the servers holds this module, small

LONGEST_SOCKET_PATH = 100  # sun_path holds 108 bytes on Linux, 104 on macOS
START_TIMEOUT = 60.0  # seconds: crash recovery of a large write-ahead log takes its time
STOP_TIMEOUT = 30.0

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


class ServerProcess:
    """The PostgreSQL of `directory`/data, whoever started it."""

    def __init__(self, directory: Path, options: Mapping[str, str]) -> None:
        """Name the directory; `options` are server settings over `TUNING`."""
        self._directory = directory
        self._data = directory / "data"
        self._options = {**TUNING, **options}
        self._process: subprocess.Popen[bytes] | None = None
        self._postmaster = Postmaster(self._data)
        self.log_path = directory / "postgres.log"

    def socket_directory(self) -> Path:
        """Return where the socket is: beside the data, or a short path if that is too long."""
        if len(os.fsencode(self._directory / "socket" / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
            return self._directory / "socket"
        digest = hashlib.sha256(os.fsencode(self._directory)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"stoa-{digest}"

    def launch_or_leave_nothing(self) -> None:
        """Start the server; when that is interrupted, by Ctrl-C say, stop it again."""
        try:
            self.launch()
        except BaseException:
            if self._process is not None and self._process.poll() is None:
                self._process.send_signal(signal.SIGINT)
                self._process.wait()
            raise

    def launch(self) -> None:
        """Start the server and wait until it takes connections."""
        deadline = time.monotonic() + START_TIMEOUT
        while not self._try_launch(deadline):
            time.sleep(0.1)  # backends of a killed server still leave its shared memory

    def _try_launch(self, deadline: float) -> bool:
        """Start once; return False when starting again may help."""
        process = self._spawn()
        while not self._postmaster.is_ready():
            if process.poll() is not None:
                return self._explain_exit(deadline)
            if time.monotonic() > deadline:
                process.kill()
                process.wait()
                raise ConfigurationError(
                    f"PostgreSQL did not start within {START_TIMEOUT:.0f} s; see {self.log_path}"
                )
            time.sleep(0.005)
        return True

    def _spawn(self) -> subprocess.Popen[bytes]:
        """Start the process where none runs, so what a former one left is stale."""
        self.disown()
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        rights = run_as(self._directory)
        sockets = own(self.socket_directory(), rights)
        # PostgreSQL would believe it when the number has gone to another program, or to a zombie.
        (sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
        with self.log_path.open("wb") as output, _undisturbed():
            self._process = subprocess.Popen(  # noqa: S603
                [str(binaries() / "postgres"), "-D", str(self._data), *self._flags(sockets)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                start_new_session=True,  # Ctrl-C is for us; we stop the server ourselves
                **rights,
            )
        return self._process

    def _flags(self, sockets: Path) -> list[str]:
        options = {
            **self._options,
            "listen_addresses": "",
            "unix_socket_directories": str(sockets),
            "unix_socket_permissions": "0700",
        }
        return [part for name, value in options.items() for part in ("-c", f"{name}={value}")]

    def _explain_exit(self, deadline: float) -> bool:
        """Return False when starting again may help, else raise."""
        output = self.log_path.read_text(errors="replace")
        if "pre-existing shared memory block" in output and time.monotonic() < deadline:
            return False
        fault = telling_lines(output)[-1]
        raise ConfigurationError(f"PostgreSQL did not start: {fault}; see {self.log_path}")

    def pid(self) -> int | None:
        """Return its process id while it runs; raise ConfigurationError where that cannot be read."""
        try:
            return self._postmaster.pid()
        except PermissionError as ex:
            server_user(self._data)  # names the owner
            raise ConfigurationError(f"{self._data}: cannot be read: {ex.strerror}") from ex

    def is_served(self) -> bool:
        """Tell whether a server takes connections here; wait for one that is starting or stopping.

        We hold the lock under which that is done: whoever did it was killed.
        """
        deadline = time.monotonic() + START_TIMEOUT
        while (pid := self.pid()) is not None and not self._postmaster.is_ready():
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
                probe.connect(str(self.socket_directory() / ".s.PGSQL.5432"))
            except OSError:
                return False
        return True

    def shut_down(self) -> None:
        """Stop the server: disconnect clients, write a checkpoint, exit."""
        pid = self.pid()
        if pid is None:
            return
        if not self._postmaster.end(pid, signal.SIGINT, STOP_TIMEOUT):  # "fast" shutdown
            log.warning("PostgreSQL (pid %d) takes longer than %.0f s to stop", pid, STOP_TIMEOUT)
            self._postmaster.end(pid, signal.SIGQUIT, STOP_TIMEOUT)  # "immediate": the next start recovers
        self.disown()

    def disown(self) -> None:
        """Let go of the child process: ended, or another handle's to stop."""
        if self._process is not None and self._process.poll() is None:
            self._process.returncode = 0  # else its finaliser warns of a process nobody waits for
        self._process = None


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Have signals that stop us wait: a process made while one is handled would be nobody's.

    PostgreSQL inherits the mask and sets one of its own when it starts.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
