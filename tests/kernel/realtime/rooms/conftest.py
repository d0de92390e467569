"""Nodes on a database with the kernel's tables."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

import kernel
from kernel.clock import TestClock
from kernel.testing.postgres import shared_postgres
from kernel.testing.redis import DisposableRedis, disposable_redis
from tests.kernel.realtime.rooms.jars import Node, make_node

MakeNode = Callable[..., Node]


@pytest.fixture
def url() -> Iterator[str]:
    server = shared_postgres()
    template = server.template([("kernel", Path(kernel.__file__).parent / "migrations")])
    with server.database(template) as url:
        yield url


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def nodes(url: str, clock: TestClock) -> Iterator[MakeNode]:
    """Make nodes: `nodes(redis_url, ring=3)`."""
    made: list[Node] = []

    def make(redis_url: str = "", **settings: Any) -> Node:
        made.append(make_node(url, clock, redis_url, **settings))
        return made[-1]

    yield make
    for node in made:
        node.stop()


@pytest.fixture
def node(nodes: MakeNode) -> Node:
    return nodes()


@pytest.fixture
def redis() -> Iterator[DisposableRedis]:
    with disposable_redis() as server:
        yield server


class Process:
    """A node in a process of its own; `process.publish(numbers=[1])` has it do so."""

    def __init__(self, url: str, redis_url: str, settings: dict[str, Any]) -> None:
        program = [sys.executable, "-m", "tests.kernel.realtime.rooms.process"]
        self._child = subprocess.Popen(
            [*program, url, redis_url, orjson.dumps(settings).decode()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(kernel.__file__).parents[1],
        )
        self._answer("start")

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def ask(**options: Any) -> Any:
            self.send(name, **options)
            return self._answer(name)

        return ask

    def send(self, name: str, **options: Any) -> None:
        """Have it do something and do not wait for the answer."""
        assert self._child.stdin is not None
        self._child.stdin.write(orjson.dumps({"do": name, **options}) + b"\n")
        self._child.stdin.flush()

    def _answer(self, name: str) -> Any:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            if line.startswith(b"> "):
                return orjson.loads(line[2:])
            sys.stdout.write(line.decode())  # its log, shown when the test fails
        raise AssertionError(f"the process ended at {name}: {self._child.wait()}")

    def kill(self) -> None:
        """Kill it as a crash would."""
        self._child.kill()
        self._child.wait()

    def died(self) -> int:
        """Wait until it ended; return how."""
        return self._child.wait(timeout=15)

    def close(self) -> None:
        """End it and its pipes."""
        self.kill()
        for pipe in (self._child.stdin, self._child.stdout):
            assert pipe is not None
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


@pytest.fixture
def processes(url: str) -> Iterator[Callable[..., Process]]:
    """Start nodes in processes of their own: `processes(redis.url, node_ttl=2)`."""
    made: list[Process] = []

    def start(redis_url: str = "", database: str = "", **settings: Any) -> Process:
        made.append(Process(database or url, redis_url, settings))
        return made[-1]

    yield start
    for process in made:
        process.close()
