"""Models and scripts compared: a scratch database, drift."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernel.application import Application
    from kernel.cli.runtime import Runtime


def models(application: Application) -> dict[str, list[Any]]:
    """Return the loaded plugins' models by plugin."""
    found: dict[str, list[Any]] = {plugin.name: [] for plugin in application.registry.plugins}
    for plugin, model in application.registry.models:
        found[plugin].append(model)
    return found


@contextmanager
def scratch(run: Runtime) -> Iterator[Application]:
    """Yield an application on an empty, migrated database that is dropped after.

    Always on the embedded PostgreSQL: comparing models with scripts must not
    depend on, nor touch, what a real database holds.
    """
    import os

    import psycopg2
    from psycopg2 import sql

    from kernel.application import boot
    from kernel.cli.logs import quietly
    from kernel.storage.embedded import EmbeddedPostgres

    quietly(run.observability)
    name = f"stoa_scratch_{os.getpid()}"
    with EmbeddedPostgres(run.var / "postgres") as server:
        run.override("database", url=server.ensure_database(name))
        application = boot(run.name, overrides=run.overrides, migrate=True)
        try:
            yield application
        finally:
            application.db.close()
            connection = psycopg2.connect(server.url())
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
                )
            connection.close()


def drifts(application: Application) -> list[str]:
    """Return what differs between the models and the migrated database."""
    from kernel.storage.autogenerate import drift

    return drift(application.db, [model for _, model in application.registry.models])
