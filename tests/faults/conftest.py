"""A server with a plugin whose every effect is a row, and what the rows say."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from kernel.testing import Server
from kernel.testing.applications import Applications, test_settings
from kernel.testing.postgres import DisposablePostgres

COUNTER = Path(__file__).parent / "counter_plugin"
DEADLINE = 30.0  # seconds a condition may take to come true


def until(condition: Callable[[], object], seconds: float = DEADLINE) -> None:
    """Wait for a real condition, with a deadline."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.02)


@dataclass(frozen=True)
class Site:
    """A running server, and the database behind it."""

    server: Server
    url: str

    def rows(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        """Ask the database directly, past the server."""
        with closing(psycopg2.connect(self.url)) as connection, connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchall()

    def execute(self, sql: str) -> None:
        """Change the database directly."""
        with closing(psycopg2.connect(self.url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(sql)

    def one(self, sql: str, *params: Any) -> Any:
        """Return the first column of the first row."""
        return self.rows(sql, *params)[0][0]

    @property
    def var(self) -> Path:
        """The server's directory."""
        return Path(self.server.settings["kernel"]["var_dir"])

    def settled(self) -> bool:
        """Tell whether no delivery and no task waits or runs any more."""
        deliveries = self.one("SELECT count(*) FROM kernel_delivery WHERE state <> 'done'")
        tasks = self.one(
            "SELECT count(*) FROM kernel_task WHERE finished_at IS NULL AND name LIKE '%%counter%%'"
        )
        return bool(deliveries == 0 and tasks == 0)

    def faults(self) -> list[dict[str, Any]]:
        """Return what the server logged as its own fault."""
        lines = (line for line in self.server.output().splitlines() if line.startswith("{"))
        return [one for one in map(json.loads, lines) if one.get("event") == "request_failed"]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install the counter as a third party's plugin, for this process and those it starts."""
    site = tmp_path / "site"
    info = site / "counter-1.0.dist-info"
    info.mkdir(parents=True)
    shutil.copytree(COUNTER, site / "stoa_counter", ignore=shutil.ignore_patterns("__pycache__"))
    (site / "stoa_counter" / "__init__.py").touch()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: counter\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[stoa.plugins]\ncounter = stoa_counter.plugin\n")
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", str(site), prepend=":")
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "stoa_counter"]:
        del sys.modules[name]


@pytest.fixture
def begin(
    installed: None, postgres: DisposablePostgres, applications: Applications, tmp_path: Path
) -> Iterator[Callable[..., Site]]:
    """Make a site, whose server the test starts: `begin("accounts", redis={"url": …})`."""
    made: list[tuple[Site, DisposablePostgres]] = []

    def make(*plugins: str, on: DisposablePostgres = postgres, **sections: dict[str, Any]) -> Site:
        wanted = ("counter", *plugins)
        template = applications.template(wanted)
        url = (
            on.fresh_database(template)
            if on is postgres
            else on.fresh_database(on.template(_sources(wanted)))
        )
        sections = {"observability": {"log_format": "json"}, **sections}
        site = Site(Server(test_settings(wanted, sections, tmp_path / "var", url), tmp_path), url)
        made.append((site, on))
        return site

    yield make
    for site, on in made:
        site.server.stop()
        if on is postgres:  # a test's own one is removed as a whole
            on.drop_database(site.url)


def _sources(plugins: tuple[str, ...]) -> Any:
    from kernel.application import migration_sources  # noqa: PLC0415 - needs the plugin installed
    from kernel.discovery import discover  # noqa: PLC0415
    from kernel.resolution import resolve  # noqa: PLC0415

    return migration_sources(resolve(plugins, discover()).order)


@pytest.fixture
def own_postgres() -> Iterator[DisposablePostgres]:
    """A database server of the test's own, to restart and to kill.

    Not below pytest's directory: as root, a server runs as another user, and the
    start of any other pytest takes the way to its files from under its feet.
    """
    place = Path(tempfile.mkdtemp(prefix="stoa-faults-"))
    server = DisposablePostgres(place / "postgres").start()
    yield server
    server.stop()
    shutil.rmtree(place, ignore_errors=True)
