"""A real server process, for races between clients and for faults.

    outcomes = race(*[lambda: server.post("/v1/orders", order, headers=key)] * 50)
    assert Counter(answer.status for answer in outcomes) == {201: 1, 409: 49}

It is `manage.py serve` with gevent, its pool and its worker, on a free port and
a database of its own.
"""

from __future__ import annotations

import contextlib
import http.client
import json as jsonlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from kernel.testing.answers import Answer

T = TypeVar("T")


class Server:
    """One `serve` process; `start` may be called again after `kill` or `terminate`.

    `python` runs it; its environment is what is installed there. `profile` is
    the file made of the settings: give it to other commands.
    """

    patience = 30.0
    """Seconds it may take to answer first."""

    def __init__(self, settings: Mapping[str, Any], directory: Path, python: str = sys.executable) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = settings
        self.log = directory / "server.log"
        self.profile = directory / "server.toml"
        self.profile.write_text(_toml(settings))
        self._python = python
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id of gunicorn's parent."""
        assert self._process is not None, "start the server first"
        return self._process.pid

    def start(self, *options: str) -> Server:
        """Start and wait until it answers; raise AssertionError with its log otherwise."""
        command = [self._python, "-m", "kernel.cli", "serve", "--profile", str(self.profile)]
        environ = {name: value for name, value in os.environ.items() if not name.startswith("STOA__")}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                [*command, "--port", str(self.port), *options], stdout=log, stderr=log, env=environ
            )
        try:
            self._await(self._process)
        except AssertionError:
            self.stop()
            raise
        return self

    def _await(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + self.patience
        while not self._answers():
            assert process.poll() is None, f"the server ended: {self.output()}"
            assert time.monotonic() < deadline, f"the server does not answer: {self.output()}"
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            return self.get("/health/liveness").status > 0
        except OSError:
            return False

    def output(self) -> str:
        """Return what the process wrote."""
        return self.log.read_text(errors="replace")

    def terminate(self, timeout: float = 30.0) -> int:
        """Send SIGTERM, wait, return the exit code."""
        assert self._process is not None, "start the server first"
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout)

    def kill(self) -> None:
        """Kill the process and its workers as a power cut would."""
        import psutil  # noqa: PLC0415 - fault tests only

        assert self._process is not None, "start the server first"
        with contextlib.suppress(psutil.NoSuchProcess):
            parent = psutil.Process(self._process.pid)
            family = [parent, *parent.children(recursive=True)]  # the parent first: it replaces dead workers
            for process in family:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            psutil.wait_procs(family[1:], timeout=10)
        self._process.wait()

    def stop(self) -> None:
        """End the process whatever its state."""
        if self._process is None or self._process.poll() is not None:
            return
        try:
            self.terminate(10)
        except subprocess.TimeoutExpired:
            self.kill()

    def get(self, path: str, **options: Any) -> Answer:
        """GET; see `request`."""
        return self.request("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> Answer:
        """POST; see `request`."""
        return self.request("POST", path, json, **options)

    def request(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        token: str = "",
        timeout: float = 30.0,
    ) -> Answer:
        """Send one request on a connection of its own; raise OSError when it breaks."""
        sent = dict(headers or {})
        if json is not None:
            body = jsonlib.dumps(json, default=str).encode()
            sent.setdefault("content-type", "application/json")
        if token:
            sent["authorization"] = f"Bearer {token}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, named, response.read())
        except http.client.HTTPException as ex:
            raise ConnectionError(str(ex)) from ex
        finally:
            connection.close()


def race(*calls: Callable[[], T]) -> list[T | Exception]:
    """Run the calls at the same moment, each in a thread; return results or exceptions in order.

    What a call borrowed of an application's database goes back with the end of its thread.
    """
    barrier = threading.Barrier(len(calls))
    outcomes: list[Any] = [None] * len(calls)

    def run(index: int, call: Callable[[], T]) -> None:
        barrier.wait()
        try:
            outcomes[index] = call()
        except Exception as ex:  # noqa: BLE001 - the outcome of a racer, judged by the test
            outcomes[index] = ex
        finally:
            _release()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def _release() -> None:
    """Give back what this thread holds of the active application's database, if there is one."""
    from kernel.application import active  # noqa: PLC0415 - a server is started without one
    from kernel.errors import StoaError  # noqa: PLC0415

    with contextlib.suppress(StoaError):
        active().db.release()


def free_port() -> int:
    """Return a TCP port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _toml(settings: Mapping[str, Any]) -> str:
    """Return profile text; JSON's literals of these types are TOML's too."""
    lines = [f"plugins = {jsonlib.dumps(list(settings['plugins']))}"]
    for section, keys in settings.items():
        if isinstance(keys, Mapping):
            lines.append(f"[{section}]")
            lines += [f"{key} = {_literal(value)}" for key, value in keys.items()]
    return "\n".join(lines) + "\n"


def _literal(value: Any) -> str:
    if isinstance(value, Mapping):
        return (
            "{"
            + ", ".join(f"{jsonlib.dumps(str(key))} = {_literal(item)}" for key, item in value.items())
            + "}"
        )
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return jsonlib.dumps(value, default=str)
