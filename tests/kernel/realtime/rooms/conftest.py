"""Nodes on a database with the kernel's tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

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
