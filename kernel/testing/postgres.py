"""Real PostgreSQL for tests: one server a run, one database a test.

The server is the embedded one with durability off, shared by pytest-xdist's
workers; the last worker to end stops it and removes its files. A *template*
database is migrated once per set of scripts and cloned for each test that wants
a database of its own:

    template = shared_postgres().template(sources)
    url = shared_postgres().fresh_database(template)
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import signal
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import psycopg2
from psycopg2 import sql

from kernel.storage.database import Database
from kernel.storage.embedded import EmbeddedPostgres
from kernel.storage.migrations import Migrations, Source, fingerprint
from kernel.storage.settings import DatabaseSettings

QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
    "max_connections": "300",
}


class DisposablePostgres:
    """A server for tests; `kill` and `restart` are for fault tests."""

    def __init__(self, directory: Path, *, remove: bool = True) -> None:
        self.directory = directory
        self._server = EmbeddedPostgres(directory, QUICK)
        self._remove = remove

    def start(self) -> DisposablePostgres:
        """Start or join the server."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Leave; the last one stops the server and removes its files."""
        self._server.stop()
        if self._remove:
            self._server.wipe()

    def kill(self) -> None:
        """Kill the server as a power cut would (SIGKILL to all its processes)."""
        pid = self._server.pid
        if pid is None:
            return
        postmaster = psutil.Process(pid)
        family = [postmaster, *postmaster.children(recursive=True)]
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs(family, timeout=10)

    def halt(self) -> None:
        """Stop the server although others use it (a planned restart begins)."""
        self._server.halt()

    def revive(self) -> None:
        """Start it again after `kill` or `halt`."""
        self._server.revive()

    def restart(self) -> None:
        """Stop and start the server: every connection is cut."""
        self.halt()
        self.revive()

    # -- databases -----------------------------------------------------------

    def url(self, database: str = "postgres") -> str:
        """Return the URL of one of its databases."""
        return self._server.url(database)

    def template(self, sources: Sequence[Source]) -> str:
        """Return the name of a database migrated by `sources`, made once a run."""
        name = f"template_{fingerprint(sources)[:20]}"
        with self._locked(name):
            if not self._exists(name):
                unfinished = f"{name}_unfinished"
                self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", unfinished)
                self._execute("CREATE DATABASE {} TEMPLATE template0", unfinished)
                db = Database(DatabaseSettings(url=self.url(unfinished)))
                try:
                    Migrations(db, sources).up()
                finally:
                    db.stop()
                self._execute("ALTER DATABASE {} RENAME TO {}", unfinished, name)
        return name

    def fresh_database(self, template: str = "template0") -> str:
        """Clone `template` under a new name; return the clone's URL."""
        name = f"test_{uuid.uuid4().hex}"
        self._execute("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drop a database, cutting its connections."""
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", psycopg2.extensions.parse_dsn(url)["dbname"])

    @contextlib.contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """Give a block a database of its own."""
        url = self.fresh_database(template)
        try:
            yield url
        finally:
            self.drop_database(url)

    def _exists(self, name: str) -> bool:
        with self._cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            return cursor.fetchone() is not None

    def _execute(self, statement: str, *names: str) -> None:
        with self._cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    @contextlib.contextmanager
    def _cursor(self) -> Iterator[Any]:
        connection = psycopg2.connect(self.url())
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    @contextlib.contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        with (self.directory / f"{name}.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


@cache
def shared_postgres() -> DisposablePostgres:
    """Return the run's server, started at the first call and stopped at exit."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"{os.getpid()}-{time.time_ns()}"
    server = DisposablePostgres(Path(tempfile.gettempdir()) / f"stoa-tests-{run}").start()
    owner = os.getpid()
    atexit.register(lambda: server.stop() if os.getpid() == owner else None)  # a forked child leaves it alone
    return server
