"""Migrations of all plugins: one plan, one ledger, one lock.

A script is `<plugin>/migrations/NNNN_name.py`:

    requires = ["labels.0001_initial"]      # scripts of other plugins; optional

    def up(migrator, db): db.execute_sql("CREATE TABLE …")
    def down(migrator, db): db.execute_sql("DROP TABLE …")      # optional

`migrator` is playhouse's `PostgresqlMigrator`. A plugin's scripts run in the
order of their numbers, each after what it requires, each in a transaction of
its own together with its line in `kernel_migration`. `atomic = False` at the
top of a script takes the transaction away (CREATE INDEX CONCURRENTLY needs
that); such a script must be able to run again after it broke in the middle.

Any number of processes may call `up()` at once: one works, the others wait on
an advisory lock and then find nothing to do; it is a session's, so all this goes
past a pooler (`database.direct_url`). An applied script is never
edited: its checksum stands in the ledger. Where that happened all the same, a
later script of the plugin brings those databases along and says which text of
which script it mends: `repairs = {"0002_events": ["<SHA-256 of that text>"]}`.
"""

from __future__ import annotations

import hashlib
import heapq
import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path
from typing import Any

import structlog
from peewee import PeeweeException
from playhouse.migrate import SchemaMigrator
from playhouse.migrations import Migration

from kernel.errors import ConfigurationError
from kernel.storage.database import Database

log = structlog.get_logger(__name__)

Source = tuple[str, Path]
"""A plugin's name and the directory of its scripts (which may be missing)."""

LOCK = 0x53544F41  # "STOA"

_LEDGER = """
CREATE TABLE IF NOT EXISTS kernel_migration (
    plugin text NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied timestamptz NOT NULL DEFAULT now(),
    seconds double precision NOT NULL DEFAULT 0,
    PRIMARY KEY (plugin, name)
)
"""


class MigrationError(ConfigurationError):
    """The scripts and the ledger cannot be brought together; names the file."""


@dataclass(frozen=True)
class Script:
    """One migration script of one plugin."""

    plugin: str
    name: str
    path: Path

    @property
    def key(self) -> str:
        """How other scripts name it in `requires`: `<plugin>.<NNNN_name>`."""
        return f"{self.plugin}.{self.name}"

    @property
    def number(self) -> int:
        """The digits its name starts with."""
        match = re.match(r"\d+", self.name)
        assert match is not None, "playhouse lists files that start with a digit"
        return int(match.group())

    @cached_property
    def checksum(self) -> str:
        """SHA-256 of the text, whatever the line ends."""
        text = self.path.read_bytes().replace(b"\r\n", b"\n")
        return hashlib.sha256(text).hexdigest()

    @cached_property
    def module(self) -> Any:
        """The loaded file."""
        try:
            return Migration(self.number, self.name, str(self.path), None).load()
        except Exception as ex:  # boundary: a script is anyone's code
            raise MigrationError(f"{self.path}: cannot be loaded: {type(ex).__name__}: {ex}") from ex

    @property
    def requires(self) -> tuple[str, ...]:
        """The keys of the scripts that must run before."""
        return tuple(getattr(self.module, "requires", ()))


@dataclass(frozen=True)
class Applied:
    """One line of the ledger."""

    checksum: str
    applied: datetime


@dataclass(frozen=True)
class Status:
    """A script and whether it ran; `path` is None when its file is gone."""

    key: str
    path: Path | None
    applied: datetime | None = field(default=None)


def scripts_of(sources: Sequence[Source]) -> list[Script]:
    """Return every script, by source and number; refuse one number used twice."""
    scripts = []
    for plugin, directory in sources:
        found = [Script(plugin, m.name, Path(m.path)) for m in Migration.load_directory(str(directory))]
        for earlier, later in pairwise(found):
            if earlier.number == later.number:
                raise MigrationError(
                    f"{later.path}: number {later.number:04d} is taken by {earlier.name}: "
                    "give it the next free number"
                )
        scripts.extend(found)
    return scripts


def fingerprint(sources: Sequence[Source]) -> str:
    """Return a digest of all scripts: equal if and only if the schema is built alike."""
    lines = [f"{script.key} {script.checksum}" for script in scripts_of(sources)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def ordered(scripts: Sequence[Script], known: frozenset[str] = frozenset()) -> list[Script]:
    """Return the scripts so that each comes after all it requires.

    Ties follow the order of the sources, so the plan is the same everywhere.
    `known` are keys that may be required without being here (the ledger's).
    """
    by_key = {script.key: script for script in scripts}
    rank = {key: index for index, key in enumerate(by_key)}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    last_of: dict[str, str] = {}
    for script in scripts:
        sorter.add(script.key, *_needed(script, by_key, known))
        if script.plugin in last_of:
            sorter.add(script.key, last_of[script.plugin])
        last_of[script.plugin] = script.key
    try:
        sorter.prepare()
    except CycleError as ex:
        raise MigrationError(f"migrations require each other in a circle: {' → '.join(ex.args[1])}") from ex
    return [by_key[key] for key in _drain(sorter, rank)]


def _needed(script: Script, by_key: Mapping[str, Script], known: frozenset[str]) -> Iterator[str]:
    for key in script.requires:
        if key in by_key:
            yield key
        elif key not in known:
            plugin = key.partition(".")[0]
            raise MigrationError(
                f"{script.path}: requires {key}, which is not there: "
                f"enable the plugin {plugin}, or correct `requires`"
            )


def _drain(sorter: TopologicalSorter[str], rank: Mapping[str, int]) -> Iterator[str]:
    ready: list[tuple[int, str]] = []
    while sorter.is_active():
        for key in sorter.get_ready():
            heapq.heappush(ready, (rank[key], key))
        _, key = heapq.heappop(ready)
        yield key
        sorter.done(key)


class Migrations:
    """Brings one database to the state the scripts of all sources describe."""

    def __init__(self, db: Database, sources: Sequence[Source]) -> None:
        """Take the database and the sources in dependency order, the kernel's first."""
        self._db = db
        self._sources = [(plugin, Path(directory)) for plugin, directory in sources]

    def ledger(self) -> dict[str, Applied]:
        """Return what was applied, by key."""
        if not self._db.rows("SELECT to_regclass('kernel_migration') IS NOT NULL")[0][0]:
            return {}
        lines = self._db.rows("SELECT plugin, name, checksum, applied FROM kernel_migration ORDER BY applied")
        return {f"{plugin}.{name}": Applied(checksum, applied) for plugin, name, checksum, applied in lines}

    def pending(self) -> list[Script]:
        """Return the scripts to run, in order; refuse edited and misplaced ones."""
        ledger = self.ledger()
        scripts = ordered(scripts_of(self._sources), frozenset(ledger))
        _refuse_edited(scripts, ledger)
        _refuse_misplaced(scripts, ledger)
        return [script for script in scripts if script.key not in ledger]

    def status(self) -> list[Status]:
        """Return every script in plan order, then the lines whose file is gone."""
        ledger = self.ledger()
        scripts = ordered(scripts_of(self._sources), frozenset(ledger))
        shown = [Status(s.key, s.path, ledger[s.key].applied if s.key in ledger else None) for s in scripts]
        gone = sorted(set(ledger) - {s.key for s in scripts})
        return shown + [Status(key, None, ledger[key].applied) for key in gone]

    def up(self, on_step: Callable[[str, float], None] | None = None) -> list[str]:
        """Run what is pending; return the keys.

        `on_step(key, seconds)` is called after each script. A script that fails
        leaves those before it applied; raises MigrationError naming its file.
        """
        if not self.pending():
            return []
        done = []
        with self._locked():
            self._db.execute_sql(_LEDGER)
            for script in self.pending():  # another process may have run them meanwhile
                seconds = self._apply(script)
                done.append(script.key)
                if on_step is not None:
                    on_step(script.key, seconds)
        return done

    def down(self, plugin: str, to: str | None = None, dependents: Collection[str] = ()) -> list[str]:
        """Undo a plugin's scripts, the latest first; return the keys.

        `to` (`0002_colour` or `0002`) stays applied; None undoes all. Refused,
        before anything runs, when a script has no `down`, when another plugin's
        applied script requires it, or when nothing of the plugin would stay and
        some of `dependents` (the plugins that require it) is applied.
        """
        with self._locked():
            ledger = self.ledger()
            scripts = ordered(scripts_of(self._sources), frozenset(ledger))
            leaving = [
                s for s in reversed(scripts) if s.plugin == plugin and s.key in ledger and _after(s, to)
            ]
            _refuse_edited(leaving, ledger)
            _refuse_needed(leaving, [s for s in scripts if s.key in ledger])
            _refuse_stood_on(plugin, {s.key for s in leaving}, ledger, dependents)
            for script in leaving:
                if not callable(getattr(script.module, "down", None)):
                    raise MigrationError(f"{script.path}: has no down(): it cannot be undone")
            for script in leaving:
                self._revert(script)
        return [script.key for script in leaving]

    # -- one script ----------------------------------------------------------

    def _apply(self, script: Script) -> float:
        if not callable(getattr(script.module, "up", None)):
            raise MigrationError(f"{script.path}: has no up(migrator, db)")
        started = time.perf_counter()
        with self._running(script):
            script.module.up(SchemaMigrator.from_database(self._db), self._db)
            seconds = time.perf_counter() - started
            self._db.execute_sql(
                "INSERT INTO kernel_migration (plugin, name, checksum, seconds) VALUES (%s, %s, %s, %s)",
                (script.plugin, script.name, script.checksum, seconds),
            )
        log.info("migration_applied", migration=script.key, seconds=round(seconds, 3))
        return seconds

    def _revert(self, script: Script) -> None:
        with self._running(script):
            script.module.down(SchemaMigrator.from_database(self._db), self._db)
            self._db.execute_sql(
                "DELETE FROM kernel_migration WHERE plugin = %s AND name = %s", (script.plugin, script.name)
            )
        log.info("migration_reverted", migration=script.key)

    @contextmanager
    def _running(self, script: Script) -> Iterator[None]:
        """Run a block in the script's transaction; its failure names the file."""
        atomic = getattr(script.module, "atomic", True)
        try:
            if atomic:
                with self._db.atomic():
                    yield
            else:
                yield
        except PeeweeException as ex:
            raise MigrationError(f"{script.path}: {str(ex).strip()}") from ex

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the advisory lock; no statement timeout meanwhile."""
        self._db.execute_sql("SET statement_timeout = 0")
        self._db.execute_sql("SET lock_timeout = 0")
        self._db.execute_sql("SELECT pg_advisory_lock(%s)", (LOCK,))
        try:
            self._db.execute_sql("RESET lock_timeout")  # DDL must not queue behind a long reader for ever
            yield
        finally:
            self._db.execute_sql("SELECT pg_advisory_unlock(%s)", (LOCK,))
            self._db.execute_sql("RESET statement_timeout")


def _after(script: Script, to: str | None) -> bool:
    return to is None or script.number > int(to.partition("_")[0])


def _refuse_edited(scripts: Sequence[Script], ledger: Mapping[str, Applied]) -> None:
    repaired = {
        (f"{script.plugin}.{name}", checksum)
        for script in scripts
        for name, checksums in getattr(script.module, "repairs", {}).items()
        for checksum in checksums
    }
    for script in scripts:
        line = ledger.get(script.key)
        if line is None or (script.key, line.checksum) in repaired:
            continue
        if line.checksum != script.checksum:
            raise MigrationError(
                f"{script.path}: was edited after it was applied on {line.applied:%Y-%m-%d %H:%M} UTC: "
                "restore it and write a new migration"
            )


def _refuse_misplaced(scripts: Sequence[Script], ledger: Mapping[str, Applied]) -> None:
    """Refuse a new script numbered before an applied one: databases would differ."""
    pending: dict[str, Script] = {}
    for script in scripts:
        if script.key not in ledger:
            pending.setdefault(script.plugin, script)
        elif script.plugin in pending:
            new = pending[script.plugin]
            raise MigrationError(
                f"{new.path}: {script.name} is applied already: give the new script a higher number"
            )


def _refuse_needed(leaving: Sequence[Script], applied: Sequence[Script]) -> None:
    keys = {script.key for script in leaving}
    for script in applied:
        needed = keys.intersection(script.requires)
        if script.key not in keys and needed:
            raise MigrationError(
                f"{script.key} requires {', '.join(sorted(needed))}: undo {script.plugin} first"
            )


def _refuse_stood_on(
    plugin: str, leaving: Collection[str], applied: Collection[str], dependents: Collection[str]
) -> None:
    """Refuse to undo all of a plugin beneath others that are applied."""
    owners = {key.partition(".")[0] for key in set(applied) - set(leaving)}
    standing = sorted(owners.intersection(dependents))
    if leaving and standing and plugin not in owners:
        raise MigrationError(f"{plugin} is required by {', '.join(standing)}: undo that first")
