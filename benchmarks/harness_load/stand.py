"""Two server processes, a worker, PostgreSQL and Redis; nobody is kept to a core.

What serves and what asks share the machine, so that no part has more of it than
it takes: the shares are told.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from benchmarks.harness.cores import ALL
from benchmarks.harness.peers import PLUGIN, ROOT, Peer, environment, profile
from benchmarks.harness.stand import PLENTY, Size, Stand
from benchmarks.harness_load.parts import Part
from kernel.storage.embedded import EmbeddedPostgres
from kernel.testing.redis import DisposableRedis, redis_program

if TYPE_CHECKING:
    from kernel.application import Application

PRODUCT = ROOT / "config" / "condomarket.toml"
SERVERS = 2
POOL = 20  # connections a process opens at most: the default
_CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
_CACHED = re.compile(
    r'^stoa_cache_reads_total\{outcome="(hit|miss)",space="http"\} ([\d.e+]+)$', re.MULTILINE
)
_IN_USE = re.compile(r'^stoa_db_connections\{state="in_use"\} ([\d.e+]+)$', re.MULTILINE)


class LoadStand(Stand):
    """The product whole, as CondoMarket's profile has it."""

    def __init__(self, directory: Path, size: Size) -> None:
        from benchmarks.harness.load import generator  # noqa: PLC0415 - never used: the load is our own

        self.product = tomllib.loads(PRODUCT.read_text(encoding="utf-8"))
        super().__init__(directory, generator("python"), size, tuple(self.product["plugins"]))

    @cached_property
    def database(self) -> str:
        """The URL of a PostgreSQL on whichever core."""
        server = self._ends.enter_context(EmbeddedPostgres(self.directory / "postgres"))
        return server.ensure_database("stoa")

    @cached_property
    def redis(self) -> DisposableRedis:
        """A Redis of the run."""
        if (program := redis_program()) is None:
            raise SystemExit("install redis-server: two server processes need one")
        server = DisposableRedis(program)
        self._ends.callback(server.close)
        return server.start()

    def serving_profile(self) -> Path:
        """Write the profile the processes run: limits out of the way of one address's two thousand users."""
        return profile(
            self.directory / "load.toml",
            [*self.plugins, PLUGIN],
            kernel={"var_dir": str(self.directory / "var"), "secret_key": "k" * 32},
            database={"url": self.database, "pool_size": POOL},
            redis={"url": self.redis.url},
            auth={"access_ttl": 14_400},
            http={"rate_limit": PLENTY, "connections": 100_000},
            realtime={"max_connections_per_client": PLENTY},
        )

    @cached_property
    def application(self) -> Application:
        """The application in this process: the servers' profile and Redis, without their access log."""
        from kernel.application import boot  # noqa: PLC0415 - Stand's is as late
        from kernel.observability.logs import configure  # noqa: PLC0415
        from kernel.observability.settings import ObservabilitySettings  # noqa: PLC0415

        configure(ObservabilitySettings(log_level="error"))
        silent = {"observability": {"access_log": False}}
        application = boot(self.serving_profile(), overrides=silent, migrate=True)
        application.start()
        self._ends.callback(application.stop)
        return application

    @cached_property
    def servers(self) -> list[Peer]:
        """The two processes that serve."""
        file = self.serving_profile()
        serve = [sys.executable, "-m", "kernel.cli", "serve", "--no-worker", "--profile", str(file), "--port"]
        peers = [
            Peer(serve, self.directory / f"server-{number}.log", self.site, cores=set(ALL))
            for number in range(SERVERS)
        ]
        return [self.started(peer, "/health/liveness") for peer in peers]

    @contextmanager
    def worker(self) -> Iterator[psutil.Process]:
        """Run the process that delivers events and runs tasks."""
        file, env = str(self.directory / "load.toml"), environment(self.site)
        command = [sys.executable, "-m", "kernel.cli", "worker", "--profile", file]
        with (self.directory / "worker.log").open("ab") as log:
            running = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT, env=env)
        try:
            yield psutil.Process(running.pid)
        finally:
            running.terminate()
            running.wait(30)

    def parts(self, worker: psutil.Process) -> list[Part]:
        """Return the parts that serve."""
        [file] = self.directory.glob("postgres/**/postmaster.pid")
        postgres = psutil.Process(int(file.read_text().split("\n", 1)[0]))
        named = {f"server {number}": peer.root for number, peer in enumerate(self.servers, 1)}
        named |= {"worker": worker, "PostgreSQL": postgres, "Redis": psutil.Process(self.redis.pid)}
        return [Part(name, process) for name, process in named.items()]

    def cached(self) -> tuple[float, float]:
        """Return the hits and the misses of kept answers, of all servers."""
        found = {"hit": 0.0, "miss": 0.0}
        for text in self._metrics():
            for outcome, count in _CACHED.findall(text):
                found[outcome] += float(count)
        return found["hit"], found["miss"]

    def in_use(self) -> float:
        """Return how many connections of the fullest pool are in use now."""
        return max(float(count) for text in self._metrics() for count in _IN_USE.findall(text))

    def connections(self) -> int:
        """Return how many connections PostgreSQL holds."""
        [(count,)] = self.application.db.rows(_CONNECTIONS)
        self.application.db.release()
        return int(count)

    def _metrics(self) -> list[str]:
        return [peer.text("/metrics") for peer in self.servers]
