"""A primary and a streaming replica of it, both real: the wheel's PostgreSQL twice."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

from kernel.storage.cluster import binaries, run_as
from kernel.storage.embedded import EmbeddedPostgres
from kernel.storage.system_user import own
from kernel.testing.postgres import QUICK

STREAMING = {**QUICK, "wal_level": "replica", "max_wal_senders": "4", "max_standby_streaming_delay": "0"}
PATIENCE = 30.0  # seconds the replica may take to come as far as the primary is


@dataclass
class Pair:
    """Both servers; `url` is a database of the primary, `replica_url` the same of the replica."""

    primary: EmbeddedPostgres
    replica: EmbeddedPostgres
    url: str
    replica_url: str

    def hold(self) -> None:
        """Let the replica take in nothing any more."""
        ask(self.replica_url, "SELECT pg_wal_replay_pause()")

    def catch_up(self) -> None:
        """Let it go on, and wait until it has all the primary has."""
        ask(self.replica_url, "SELECT pg_wal_replay_resume()")
        position = ask(self.url, "SELECT pg_current_wal_insert_lsn()::text")
        behind = f"SELECT pg_last_wal_replay_lsn() < '{position}'::pg_lsn"
        deadline = time.monotonic() + PATIENCE
        while ask(self.replica_url, behind):
            assert time.monotonic() < deadline, "the replica does not follow"
            time.sleep(0.02)


@contextmanager
def replicated(directory: Path) -> Iterator[Pair]:
    """Run both while the block runs; their files are below `directory`."""
    with ExitStack() as stack:
        primary = stack.enter_context(EmbeddedPostgres(directory / "primary", STREAMING))
        url = primary.ensure_database("stoa")
        place = directory / "replica"
        place.mkdir()
        rights = run_as(primary.directory)
        own(place, rights)
        source = psycopg2.extensions.make_dsn(primary.url())
        copy = [str(binaries() / "pg_basebackup"), "-D", str(place / "data"), "-d", source]
        quickly = ("-R", "-c", "fast", "--no-sync")
        subprocess.run([*copy, *quickly], check=True, cwd="/", capture_output=True, **rights)
        replica = stack.enter_context(EmbeddedPostgres(place, STREAMING))
        pair = Pair(primary, replica, url, replica.url("stoa"))
        pair.catch_up()
        yield pair


def ask(url: str, sql: str) -> Any:
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            [(value,)] = cursor.fetchall()
            return value
    finally:
        connection.close()
