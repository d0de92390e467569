"""The market as it runs in production, on one machine: two API processes, two workers, what they stand on.

PostgreSQL commits durably, as one of real people does: what was acknowledged must
survive its being killed. Everything keeps short leases, so that what a dead
process had claimed is taken over within the run.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg2

from kernel.application import migration_sources
from kernel.discovery import discover
from kernel.profile import SHIPPED_PROFILES
from kernel.resolution import resolve
from kernel.testing.applications import test_settings
from kernel.testing.postgres import DisposablePostgres
from kernel.testing.redis import DisposableRedis, redis_program
from kernel.testing.server import Server
from tests.faults.market.library import QUOTA
from tests.faults.market.mail import PostOffice
from tests.faults.market.nginx import Nginx, nginx_program

PROFILE = SHIPPED_PROFILES / "condomarket.toml"
QUICK: dict[str, dict[str, Any]] = {
    "http": {"rate_limits": False, "trusted_proxies": 1},  # everybody comes from one address here
    "database": {"pool_size": 8, "pool_timeout": 1, "connect_timeout": 2},
    "events": {"lease": 8.0, "batch": 10, "backoff": 0.1, "backoff_limit": 2.0, "attempts": 60},
    "tasks": {"lease": 2.0, "poll": 0.2, "rewake": 1.0},
    "observability": {"log_format": "json", "access_log": False},
}
MAILING = {"email_providers": ["smtp"], "lease": 4.0, "backoff": 0.1, "max_attempts": 12}


class Api(Server):
    """One `serve` process, which may be slow to start while everything else is at work."""

    patience = 120.0


class Worker:
    """One `worker` process."""

    def __init__(self, profile: Path, log: Path) -> None:
        self.log = log
        self._command = [sys.executable, "-m", "kernel.cli", "worker", "--profile", str(profile)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Worker:
        """Start it; it works once it has booted."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        return self

    def kill(self) -> None:
        """Kill it as a power cut would."""
        assert self._process is not None, "start the worker first"
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End it, whatever its state."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()

    def output(self) -> str:
        """Return what it wrote."""
        return self.log.read_text(errors="replace")


@dataclass
class Stand:
    """What runs; `doors` are what clients talk to: nginx, or both processes where it is not installed."""

    directory: Path
    postgres: DisposablePostgres
    url: str
    redis: DisposableRedis
    post: PostOffice
    servers: Sequence[Server]
    workers: Sequence[Worker]
    doors: Sequence[Server]

    @property
    def processes(self) -> list[Server | Worker]:
        """The workers, then the servers."""
        return [*self.workers, *self.servers]

    @property
    def proxied(self) -> bool:
        """Whether nginx is in front."""
        return isinstance(self.doors[0], Nginx)

    def rows(self, sql: str, *params: Any, url: str = "") -> list[tuple[Any, ...]]:
        """Ask the database directly, past the servers."""
        with (
            closing(psycopg2.connect(url or self.url)) as connection,
            connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(sql, params or None)
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found

    def manage(self, *arguments: str, url: str = "") -> tuple[int, str]:
        """Run a command of `manage.py` on the database (or a copy of it); return its code and output."""
        command = [sys.executable, "-m", "kernel.cli", *arguments, "--profile", str(self.servers[0].profile)]
        environ = {**_environ(), "STOA__DATABASE__URL": url or self.url}
        done = subprocess.run(command, env=environ, check=False, capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout + done.stderr

    def logged(self) -> list[str]:
        """Return what the processes logged as their own fault."""
        outputs = [each.output() for each in self.processes]
        lines = [line for output in outputs for line in output.splitlines() if line.startswith("{")]
        found = [one for one in map(json.loads, lines) if one.get("event") == "request_failed"]
        return [json.dumps(one)[:2000] for one in found]

    def quit(self) -> None:
        """Stop the processes; PostgreSQL keeps what they wrote."""
        for each in self.processes:
            each.stop()


@contextlib.contextmanager
def standing(directory: Path) -> Iterator[Stand]:
    """Run everything while the block runs; `directory` is for its files, PostgreSQL's in `postgres`."""
    program = redis_program()
    assert program is not None, "install redis-server"
    with ExitStack() as stack:
        postgres = DisposablePostgres(directory / "postgres").start()
        stack.callback(postgres.stop)
        redis = DisposableRedis(program)
        stack.callback(redis.close)
        redis.start()
        post = PostOffice()
        post.start()
        stack.callback(post.stop)
        settings = _settings(directory, redis.url, post.port)
        url = _database(postgres, settings["plugins"])
        settings["database"]["url"] = url
        servers = [Api(settings, _made(directory / f"api{number}")) for number in (1, 2)]
        workers = [Worker(servers[0].profile, directory / f"worker{number}.log") for number in (1, 2)]
        nginx = nginx_program()
        doors = [Nginx(nginx, directory / "nginx", servers)] if nginx else servers
        stand = Stand(directory, postgres, url, redis, post, servers, workers, doors)
        stack.callback(stand.quit)
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda server: server.start("--no-worker"), servers))
        for worker in workers:
            worker.start()
        for door in doors if nginx else ():
            stack.callback(door.stop)
            door.start()
        yield stand


def _settings(directory: Path, redis_url: str, smtp_port: int) -> dict[str, Any]:
    """Return the shipped profile's settings, with real mail and short leases."""
    shipped = tomllib.loads(PROFILE.read_text())
    sections = {
        **QUICK,
        "auth": shipped["auth"] | {"argon2_time": 1, "argon2_memory": 8},
        "redis": {"url": redis_url},
        "notifications": MAILING,
        "media": {"quota_bytes": QUOTA},
        "smtp": {"host": "127.0.0.1", "port": smtp_port, "security": "none", "timeout": 1.0},
    }
    sections = {name: dict(keys) for name, keys in sections.items()}
    return test_settings([*shipped["plugins"], "smtp"], sections, directory / "var", "")


def _database(postgres: DisposablePostgres, plugins: Sequence[str]) -> str:
    template = postgres.template(migration_sources(resolve(plugins, discover()).order))
    url = postgres.fresh_database(template)
    name = psycopg2.extensions.parse_dsn(url)["dbname"]
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = on')
    return url


def _made(directory: Path) -> Path:
    directory.mkdir()
    return directory


def _environ() -> dict[str, str]:
    return {
        name: value for name, value in psutil.Process().environ().items() if not name.startswith("STOA__")
    }
