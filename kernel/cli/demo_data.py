"""Load demo data once a plugin; the ledger `kernel_demo` remembers.

A row says `loading` before a plugin's hook runs and `loaded` after, with the
plugin's notes: an interrupted load is found, not taken for a finished one.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from kernel.cli.output import progress
from kernel.declarations import DemoNotes
from kernel.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from kernel.application import Application
    from kernel.cli.runtime import Runtime

INTERRUPTED = 75  # sysexits.h EX_TEMPFAIL: a first load broke off; start afresh and try again
_FIRST_LOAD = "kernel"  # its row says that the first load ran to its end

_LEDGER = "SELECT plugin, state FROM kernel_demo"
TRIES = 3  # commands shown: a screen, not a manual
_SET = """
INSERT INTO kernel_demo (plugin, state, notes) VALUES (%s, %s, %s)
ON CONFLICT (plugin) DO UPDATE SET state = excluded.state, notes = excluded.notes, changed_at = now()
"""


def is_loaded(run: Runtime) -> bool:
    """Tell, without importing a plugin, whether every enabled one has its data."""
    import psycopg2

    from kernel.discovery import discover
    from kernel.resolution import resolve

    profile = run.profile()
    wanted = {manifest.name for manifest in resolve(profile.plugins, discover()).order}
    connection = psycopg2.connect(str(profile.sections["database"]["url"].raw))
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('kernel_demo') IS NOT NULL")
            if not cursor.fetchone()[0]:
                return False
            cursor.execute(_LEDGER)
            return wanted <= {plugin for plugin, state in cursor.fetchall() if state == "loaded"}
    finally:
        connection.close()


def load(run: Runtime) -> int:
    """Migrate and load what is missing; return the exit code.

    INTERRUPTED says that the first load ever broke off, so nobody has used the
    database yet. Raises ConfigurationError when a later one did.
    """
    if is_loaded(run):
        return 0
    from kernel.application import boot
    from kernel.cli.logs import quietly

    quietly(run.observability)
    application = boot(run.name, overrides=run.overrides, migrate=True)
    states = dict(application.db.rows(_LEDGER))
    broken = [plugin for plugin, state in states.items() if state == "loading"]
    if broken and _FIRST_LOAD in states:
        raise ConfigurationError(
            f"loading the demo data of {broken[0]} broke off: start with --fresh, which forgets its database"
        )
    if broken:
        return INTERRUPTED
    application.start()
    try:
        hooks = dict(application.hooks.implementations("demo_data"))
        for plugin in application.registry.plugins:
            if plugin.name not in states:
                _load_plugin(application, plugin.name, hooks.get(plugin.name))
        application.db.execute_sql(_SET, (_FIRST_LOAD, "loaded", "{}"))
    finally:
        application.stop()
    return 0


def _load_plugin(application: Application, name: str, hook: Callable[..., Any] | None) -> None:
    """Run one plugin's hook between its two marks."""
    application.db.execute_sql(_SET, (name, "loading", "{}"))
    notes = None
    if hook is not None:
        with progress(f"demo data of {name}") as moved:
            notes = hook(app=application, progress=moved)
    told = json.dumps(asdict(notes)) if isinstance(notes, DemoNotes) else "{}"
    application.db.execute_sql(_SET, (name, "loaded", told))


def notes(application: Application) -> DemoNotes:
    """Return what all plugins said about their data, in dependency order; of what to try each one's first."""
    told = dict(application.db.rows("SELECT plugin, notes FROM kernel_demo"))
    found = [told[plugin.name] for plugin in application.registry.plugins if plugin.name in told]
    logins = tuple(tuple(login) for note in found for login in note.get("logins", ()))
    ranks = zip_longest(*(note.get("tries", ()) for note in found))
    tries = [line for rank in ranks for line in rank if line]
    return DemoNotes(logins, tuple(tries[:TRIES]))


def wipe(run: Runtime) -> None:
    """Remove the profile's embedded database and blobs; refuse what is not ours.

    Raises ConfigurationError when the database is not embedded or is in use.
    """
    from kernel.storage.embedded import EmbeddedPostgres

    if not run.embedded:
        raise ConfigurationError(
            "database.url is set and --fresh removes only an embedded database: empty yours yourself"
        )
    run.claim()
    directory, blobs = run.var / "postgres", run.var / "blobs"
    if directory.exists() and not EmbeddedPostgres(directory).wipe():
        raise ConfigurationError(f"{run.var} is in use by another Stoa: stop that one first")
    if blobs.exists():
        shutil.rmtree(blobs)
