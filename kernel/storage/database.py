"""The database: peewee on a pool, with the semantics of transactions spelt out.

A connection is taken at the first statement and given back by `release()` at
the end of the request, delivery or task. Between them a greenlet has it alone.

    with db.atomic():                       # nested blocks are savepoints
        Note.create(...)
        db.on_commit(lambda: ...)           # after the outermost commit only
    db.rows("SELECT … WHERE id = %s", (note_id,))

Instrumentation uses peewee's own `db.query_hooks`: callables that get a
`QueryEvent(sql, params, duration in seconds, exception)`.

A pooler in transaction mode may stand in front (`database.prepared = false`):
nothing here needs a session but `direct`, which is for migrations, and the
`Listener`. Not handled: two-phase commit.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NoReturn, TypeVar, cast

import orjson
import peewee
import psycopg2.extensions
import psycopg2.extras
import structlog
from peewee import DatabaseProxy, InterfaceError, OperationalError

from kernel import context
from kernel.clock import Clock, SystemClock
from kernel.errors import FieldError, Invalid, StoaError, Unavailable
from kernel.storage.counting import note
from kernel.storage.pool import Pool, session_parameters, under_gevent
from kernel.storage.settings import DatabaseSettings
from kernel.storage.sqlstate import RETRYABLE, UNTRANSLATABLE_CHARACTER, sqlstate
from kernel.storage.statements import PlansChanged, Statement

T = TypeVar("T")
log = structlog.get_logger(__name__)

db_proxy = DatabaseProxy()
"""What models are declared on; `Database.activate()` points it at a database."""

_SESSION = "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)"  # times in milliseconds, as ours
_NOTIFY = Statement("SELECT pg_notify(%s, %s)")

# PERF: orjson reads a jsonb column 3 times as fast as json; one parser a process is psycopg2's way
psycopg2.extras.register_default_jsonb(globally=True, loads=orjson.loads)
psycopg2.extras.register_default_json(globally=True, loads=orjson.loads)


def _moment(text: str | None, _cursor: Any) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


# PERF: 0.1 µs a value, psycopg2's own 0.26; a page of a list reads forty
_TIMESTAMPTZ = psycopg2.extensions.new_type((1184,), "TIMESTAMPTZ", _moment)
psycopg2.extensions.register_type(_TIMESTAMPTZ)
psycopg2.extensions.register_type(psycopg2.extensions.new_array_type((1185,), "TIMESTAMPTZ[]", _TIMESTAMPTZ))


class _Savepoint(peewee._savepoint):  # noqa: SLF001 - there is no public name to extend
    """A savepoint whose rollback also drops the callbacks added inside it."""

    def __enter__(self) -> Any:
        self._callbacks = len(self.db.commit_callbacks())
        return super().__enter__()

    def rollback(self, begin: bool = True) -> None:
        del self.db.commit_callbacks()[self._callbacks :]
        if not self.db.lost_connection():  # the server has rolled back already
            super().rollback(begin)


class Database(Pool):
    """PostgreSQL for one process: pool, transactions, hooks and a replica."""

    def __init__(
        self,
        settings: DatabaseSettings,
        clock: Clock | None = None,
        *,
        url: str = "",
        read_only: bool = False,
    ) -> None:
        if under_gevent():
            from psycogreen.gevent import patch_psycopg  # noqa: PLC0415 - imports gevent's hub

            patch_psycopg()
        super().__init__(url or settings.url, settings, read_only=read_only)
        self._settings, self._prepares = settings, settings.prepared
        self.clock = clock or SystemClock()
        self.query_hooks.append(note)
        own = not url  # neither a replica's nor a direct one
        self._replica = self._beside(settings, settings.replica_url, read_only=True) if own else None
        self._direct = self._beside(settings, settings.direct_url) if own else None

    def _beside(self, settings: DatabaseSettings, url: str, *, read_only: bool = False) -> Database | None:
        """Return a pool of another address of this database, whose statements are seen like ours."""
        if not url:
            return None
        other = Database(settings, self.clock, url=url, read_only=read_only)
        other.query_hooks = self.query_hooks
        return other

    @property
    def has_replica(self) -> bool:
        """Whether there is a replica to read from."""
        return self._replica is not None

    @property
    def direct(self) -> Database:
        """The same database past a pooler, for what needs a session; this one where none is named."""
        return self._direct or self

    def activate(self) -> Database:
        """Point every model of the process at this database."""
        db_proxy.initialize(self)
        return self

    # -- statements ----------------------------------------------------------

    def execute_sql(self, sql: str, params: Any = None) -> Any:
        """Run one statement; inside `replica()` and outside a transaction, there."""
        if self._replica is not None and context.lagging.get() and not self.in_transaction():
            try:
                return self._replica.execute_sql(sql, params)
            except (Unavailable, OperationalError) as ex:
                if isinstance(ex, OperationalError) and sqlstate(ex) not in RETRYABLE:
                    raise
                log.warning("replica_unavailable", detail=str(ex.__cause__ or ex))  # or it must replay: 40001
        return super().execute_sql(sql, params)

    def _execute_cursor(self, sql: str, params: Any, **options: Any) -> Any:
        """Run a statement as peewee does; its faults mean what they mean to us.

        PERF: peewee's own enters a context manager for each statement, this one for a failed one.
        """
        self._log_query(sql, params)
        started = time.perf_counter()
        try:
            cursor = self.cursor(**options)
            if type(sql) is Statement and self._prepares:
                self._state.conn.run(cursor, sql, params)
            else:
                cursor.execute(sql, params or ())
        except Exception as ex:  # noqa: BLE001 - raised again, as what it means
            self._notify_hooks(sql, params, started, ex)
            self._fail(ex)
        self._notify_hooks(sql, params, started, None)
        return cursor

    def _fail(self, cause: Exception) -> NoReturn:
        """Raise what a failed statement's exception means."""
        try:
            with vars(peewee)["__exception_wrapper__"]:  # psycopg2's become peewee's
                raise cause
        except (OperationalError, InterfaceError) as ex:
            if self.lost_connection():
                raise self._forget(ex) from ex
            raise
        except (ValueError, peewee.DataError) as ex:
            if "NUL" in str(ex) or sqlstate(ex) == UNTRANSLATABLE_CHARACTER:
                raise Invalid(errors=[FieldError("Text may not hold the character NUL.")]) from ex
            raise

    def rows(self, sql: str, params: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """Run a query and return all its rows as tuples.

        `%s` or `%(name)s` mark the parameters. For hot reads whose text is
        made once; uuid, timestamptz and jsonb come back as Python values.
        """
        return cast("list[tuple[Any, ...]]", self.execute_sql(sql, params).fetchall())

    def dicts(self, sql: str, params: Sequence[Any] | dict[str, Any] = ()) -> list[dict[str, Any]]:
        """Run a query and return all its rows as dicts by column name."""
        cursor = self.execute_sql(sql, params)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def notify(self, channel: str, payload: str = "") -> None:
        """NOTIFY `channel` (payload < 8000 bytes): delivered when, and only when, this commits.

        The same payload twice in one transaction is delivered once.
        """
        self.execute_sql(_NOTIFY, (channel, payload))

    # -- transactions --------------------------------------------------------

    def savepoint(self) -> Any:
        """Return a savepoint block; `atomic()` uses it when nested."""
        return _Savepoint(self)

    def on_commit(self, fn: Callable[[], Any]) -> None:
        """Call `fn` after the outermost commit; at once outside a transaction.

        Dropped when the transaction, or the savepoint it was added in, rolls
        back. What it raises is logged: the commit stands, and so do the others.
        """
        if self.in_transaction():
            self._state.commit_callbacks.append(fn)
        else:
            fn()

    def commit_callbacks(self) -> list[Callable[[], Any]]:
        """Return what waits for the present transaction's commit, in order."""
        waiting: list[Callable[[], Any]] = self._state.commit_callbacks
        return waiting

    def _run_commit_callbacks(self) -> None:
        callbacks, self._state.commit_callbacks = self._state.commit_callbacks, []
        for fn in callbacks:
            try:
                fn()
            except (
                Exception
            ) as ex:  # boundary: the transaction is committed, its caller must not see a failure
                log.exception("commit_callback_failed", callback=repr(fn), error=str(ex))

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read several statements as of one moment: REPEATABLE READ, read only, on the primary.

        For an answer whose parts must agree, such as a state and its position in
        a stream. Raises StoaError inside a transaction, which has seen more than
        one moment already.
        """
        if self.in_transaction():
            raise StoaError("take the snapshot outside of `db.atomic()`: one moment cannot be had inside it")
        with self.atomic("REPEATABLE READ, READ ONLY"):
            yield

    def retrying(self, fn: Callable[[], T], attempts: int = 5) -> T:
        """Run `fn` in a transaction; again when PostgreSQL asks for that.

        Serialization failures, deadlocks and plans a migration made useless are
        retried after a short random pause. Inside an open transaction nothing can be retried: `fn` joins it.
        """
        if self.in_transaction():
            return fn()
        for attempt in range(1, attempts + 1):
            try:
                with self.atomic():
                    return fn()
            except (OperationalError, PlansChanged) as ex:
                again = isinstance(ex, PlansChanged) or sqlstate(ex) in RETRYABLE
                if not again or attempt == attempts:
                    raise
                time.sleep(random.uniform(0.002, 0.01) * 2**attempt)  # noqa: S311 - jitter, not a secret
        raise AssertionError("unreachable: the last attempt returns or raises")

    def commit(self) -> None:
        """Commit; a connection lost meanwhile leaves the outcome unknown: 503."""
        try:
            super().commit()
        except (OperationalError, InterfaceError) as ex:
            if self.lost_connection():
                raise self._forget(ex) from ex
            raise

    def rollback(self) -> None:
        """Roll back; a lost connection was rolled back by the server."""
        if self.is_closed() or self.lost_connection():
            self._drop_connection()
        else:
            super().rollback()

    # -- connections ---------------------------------------------------------

    def check_session(self) -> None:
        """Warn of what sessions were to be set to and are not: a pooler in front drops such parameters.

        Then the role is to say it, once: `ALTER ROLE … SET`.
        """
        wanted, theirs = session_parameters(self._settings), self._settings.url.lower()
        found = dict(self.rows(_SESSION, (list(wanted),)))
        remedy = [
            f"ALTER ROLE CURRENT_USER SET {name} = '{value}';"
            for name, value in wanted.items()
            if found[name] != value and name.lower() not in theirs  # what the URL says wins
        ]
        if remedy:
            log.warning("session_parameters_lost", remedy=" ".join(remedy))

    def lost_connection(self) -> bool:
        """Tell whether the connection held here was cut."""
        conn = self._state.conn
        return conn is not None and bool(conn.closed)

    def _forget(self, ex: Exception) -> Unavailable:
        """Drop a cut connection, so the next statement takes a good one."""
        log.warning("database_connection_lost", error=str(ex).strip())
        if not self.in_transaction():
            self._drop_connection()
        return Unavailable("The database connection was lost; try again.", headers={"Retry-After": "1"})

    def _drop_connection(self) -> None:
        conn = self._state.conn
        self._state.reset()
        if conn is not None:
            self._close(conn, close_conn=True)

    def release(self) -> None:
        """Give this greenlet's connections back to the pool, if it holds any.

        An open transaction here is a fault of the caller: it is logged and
        rolled back by closing the connection.
        """
        if self._replica is not None:
            self._replica.release()
        if self._direct is not None and not self._direct.is_closed():
            self._direct.stop()  # seldom used: nothing is kept for it
        if self.is_closed():
            return
        if self.in_transaction():
            log.error("released_inside_transaction", depth=self.transaction_depth())
            self._drop_connection()
        else:
            self.close()

    @contextmanager
    def replica(self) -> Iterator[None]:
        """Send the block's reads to the replica, when one is configured.

        Replicas lag: not for what the same request just wrote. Statements in a
        transaction stay on the primary; an unreachable replica is passed over.
        """
        token = context.lagging.set(True)
        try:
            yield
        finally:
            context.lagging.reset(token)

    def stop(self) -> None:
        """Close every idle connection and this greenlet's own."""
        self.release()
        self.close_idle()
        for other in (self._replica, self._direct):
            if other is not None:
                other.stop()
