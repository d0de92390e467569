"""Applications for tests: booted once a set of plugins, clean before each test.

A fresh database and boot cost 120 ms with no plugin at all; emptying the tables
a test filled costs 1 ms (both measured). So tests that want the same plugins and
settings share one application: after each, the tables return to what the
migrations left, the cache is cleared, services are made anew and the clock is
set right. A test that needs an application to itself uses `make_app`.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kernel.application import Application, activate, boot, migration_sources
from kernel.clock import TestClock
from kernel.discovery import discover
from kernel.profile import SHIPPED_PROFILES
from kernel.resolution import resolve
from kernel.testing.postgres import DisposablePostgres
from kernel.testing.server import Server

Sections = Mapping[str, Mapping[str, Any]]
KEPT = 3  # applications alive at once in one pytest process
_QUIET = frozenset({"kernel_migration"})
_FILLED = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind = 'r' AND pg_relation_size(c.oid) > 0 ORDER BY 1
"""


def test_settings(plugins: Sequence[str], sections: Sections, var: Path, url: str) -> dict[str, Any]:
    """Return profile overrides for tests, with `sections` on top.

    Rate limits are off and passwords are hashed cheaply; a test of either
    turns it on by its own settings.
    """
    defaults: dict[str, dict[str, Any]] = {
        "kernel": {"environment": "test", "test_clock": True, "var_dir": str(var), "secret_key": "k" * 32},
        "database": {"url": url, "pool_warm": 1},
        "http": {"rate_limits": False},
        "auth": {"argon2_time": 1, "argon2_memory": 8},
        "observability": {"log_format": "console", "access_log": False},
    }
    for name, keys in sections.items():
        defaults.setdefault(name, {}).update(keys)
    return {**defaults, "plugins": list(plugins)}


test_settings.__test__ = False  # type: ignore[attr-defined]  # pytest would collect it by its name


class Applications:
    """Makes, keeps, cleans and stops the applications of one pytest process."""

    def __init__(self, postgres: DisposablePostgres, directory: Path) -> None:
        self.postgres = postgres
        self._directory = directory
        self._kept: OrderedDict[str, tuple[Application, Baseline]] = OrderedDict()
        self._serving: dict[int, Server] = {}
        self._made = 0

    def template(self, plugins: Sequence[str]) -> str:
        """Return the database template migrated for the plugins and all they require."""
        return self.postgres.template(migration_sources(resolve(plugins, discover()).order))

    def make(self, plugins: Sequence[str], sections: Sections) -> Application:
        """Return a started application, on a database of its own unless `sections` name one."""
        self._made += 1
        var = self._directory / f"var{self._made}"
        var.mkdir()
        named = sections.get("database", {}).get("url")
        url = named or self.postgres.fresh_database(self.template(plugins))
        overrides = test_settings(plugins, sections, var, url)
        application = boot(SHIPPED_PROFILES / "base.toml", overrides=overrides, environ={})
        application.start()
        return application

    def serving(self, application: Application, plugins: Sequence[str], sections: Sections) -> Server:
        """Return a process that serves on an application's database, without a worker; started once."""
        key = id(application)
        if key not in self._serving:
            var = Path(application.settings.kernel.var_dir)
            url = application.settings.database.url
            server = Server(test_settings(plugins, sections, var, url), var)
            self._serving[key] = server.start("--no-worker")
        return self._serving[key]

    def discard(self, *applications: Application) -> None:
        """Stop applications, the latest first, and then drop their databases: some may share one."""
        for application in reversed(applications):
            server = self._serving.pop(id(application), None)
            if server is not None:
                server.stop()
            application.stop()
        for url in {application.settings.database.url for application in applications}:
            self.postgres.drop_database(url)

    def shared(self, plugins: Sequence[str], sections: Sections) -> Application:
        """Return the clean application of these plugins and settings, booted at the first call."""
        key = json.dumps([sorted(plugins), sections], sort_keys=True, default=str)
        if key not in self._kept:
            application = self.make(plugins, sections)
            self._kept[key] = (application, Baseline(application))
            while len(self._kept) > KEPT:
                self.discard(self._kept.popitem(last=False)[1][0])
        self._kept.move_to_end(key)
        application, _ = self._kept[key]
        activate(application)
        application.db.activate()
        return application

    def clean(self, application: Application) -> None:
        """Bring a shared application back to what it was before its first test."""
        for kept, baseline in self._kept.values():
            if kept is application:
                baseline.restore(application)

    def close(self) -> None:
        """Stop every application."""
        activate(None)
        while self._kept:
            self.discard(self._kept.popitem()[1][0])


class Baseline:
    """What the tables held after the migrations and the start."""

    def __init__(self, application: Application) -> None:
        db = application.db
        self._keys = _keys(application)
        self._seeded = [name for (name,) in db.rows(_FILLED) if name not in _QUIET]
        db.execute_sql("CREATE SCHEMA stoa_baseline")
        for name in self._seeded:
            db.execute_sql(f'CREATE TABLE stoa_baseline."{name}" AS TABLE public."{name}"')
        db.release()

    def restore(self, application: Application) -> None:
        """Empty what was filled, put back what was there, forget what is in memory."""
        db = application.db
        db.release()
        rotated = _keys(application) != self._keys
        filled = [name for (name,) in db.rows(_FILLED) if name not in _QUIET]
        statements = [f'DELETE FROM public."{name}";' for name in filled]  # noqa: S608 - names of the catalogue
        statements += [
            f'INSERT INTO public."{name}" SELECT * FROM stoa_baseline."{name}";'  # noqa: S608
            for name in self._seeded
        ]
        if statements:
            # As a replica the session runs no foreign-key triggers, so the order does not matter.
            quiet = "SET LOCAL session_replication_role = replica;"
            with db.atomic():
                db.execute_sql(quiet + "".join(statements))
        db.release()
        application.cache.clear()
        application.limiter.clear()
        application.forget_services()
        if isinstance(application.clock, TestClock):
            application.clock.set(datetime.now(UTC))
        if rotated:  # processes remember keys that are gone, and sign with them
            application.auth.signing_keys.forget()
            db.release()
        application.tasks.schedules.forget()


def _keys(application: Application) -> list[tuple[Any, ...]]:
    """Return the keys that sign, and what each does."""
    return application.db.rows("SELECT id, state FROM kernel_signing_key ORDER BY id")
