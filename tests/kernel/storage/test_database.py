"""The pool, transactions and what happens when PostgreSQL goes away."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import peewee
import pytest
from structlog.testing import capture_logs

from kernel.errors import ConfigurationError, Invalid, StoaError, Unavailable
from kernel.storage import Database, DatabaseSettings, count_statements
from kernel.storage.sqlstate import DEADLOCK_DETECTED, SERIALIZATION_FAILURE, sqlstate
from kernel.testing.postgres import DisposablePostgres

OpenDatabase = Callable[..., Database]


def one(db: Database, sql: str = "SELECT 1") -> object:
    return db.rows(sql)[0][0]


def test_a_connection_is_taken_at_the_first_statement_and_given_back(db: Database) -> None:
    assert db.gauge()["in_use"] == 0

    db.rows("SELECT 1")

    assert db.gauge()["in_use"] == 1
    db.release()
    assert db.gauge() == {"in_use": 0, "idle": 1, "size": 20}


def test_rows_come_as_python_values(db: Database) -> None:
    [row] = db.dicts(
        "SELECT gen_random_uuid() AS id, now() AS at, '{\"a\": [1]}'::jsonb AS data, %s AS said", ("x",)
    )

    assert isinstance(row["id"], UUID)
    assert row["at"].utcoffset() == datetime.now(UTC).utcoffset()
    assert row["data"] == {"a": [1]}
    assert row["said"] == "x"


def test_a_full_pool_waits_for_a_connection_that_comes_back(open_database: OpenDatabase) -> None:
    db = open_database(pool_size=1, pool_timeout=10)
    db.rows("SELECT 1")
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(one, db)

        db.release()

        assert waiting.result(timeout=5) == 1


def test_a_full_pool_answers_unavailable_after_its_timeout(open_database: OpenDatabase) -> None:
    db = open_database(pool_size=1, pool_timeout=0.05)
    db.rows("SELECT 1")

    with ThreadPoolExecutor(1) as other, pytest.raises(Unavailable, match="busy"):
        other.submit(one, db).result(timeout=5)


def test_fifty_threads_share_a_pool_of_four_without_exceeding_it(open_database: OpenDatabase) -> None:
    db = open_database(pool_size=4, pool_timeout=30)

    def work(_: int) -> int:
        backend = one(db, "SELECT pg_backend_pid()")
        db.release()
        return int(str(backend))

    with ThreadPoolExecutor(50) as threads:
        backends = set(threads.map(work, range(500)))

    assert 1 <= len(backends) <= 4
    assert db.gauge()["in_use"] == 0


def test_warming_opens_connections_before_the_first_request(open_database: OpenDatabase) -> None:
    db = open_database(pool_size=3)

    db.warm(10)

    assert db.gauge() == {"in_use": 0, "idle": 3, "size": 3}


def test_a_thread_that_ends_without_release_does_not_keep_its_connection(open_database: OpenDatabase) -> None:
    db = open_database(pool_size=1, pool_timeout=0.05)
    careless = threading.Thread(target=db.rows, args=("SELECT 1",))
    careless.start()
    careless.join()

    answer = one(db)

    assert answer == 1
    assert db.gauge()["in_use"] == 1


def test_a_connection_cut_while_idle_is_replaced_unnoticed(db: Database, open_database: OpenDatabase) -> None:
    backend = one(db, "SELECT pg_backend_pid()")
    db.release()
    other = open_database()
    other.rows("SELECT pg_terminate_backend(%s, 5000)", (backend,))

    answer = one(db)

    assert answer == 1


def test_a_connection_cut_while_held_fails_once_and_then_recovers(
    db: Database, open_database: OpenDatabase
) -> None:
    backend = one(db, "SELECT pg_backend_pid()")
    open_database().rows("SELECT pg_terminate_backend(%s, 5000)", (backend,))

    with pytest.raises(Unavailable):
        db.rows("SELECT 1")

    assert one(db) == 1


def test_a_cut_inside_nested_transactions_unwinds_cleanly(db: Database, open_database: OpenDatabase) -> None:
    called: list[str] = []
    killer = open_database()

    with pytest.raises(Unavailable), db.atomic():
        db.on_commit(lambda: called.append("outer"))
        with db.atomic():
            backend = one(db, "SELECT pg_backend_pid()")
            killer.rows("SELECT pg_terminate_backend(%s, 5000)", (backend,))
            db.rows("SELECT 1")

    assert not db.in_transaction()
    assert one(db) == 1
    assert called == []


def test_the_pool_survives_a_restart_of_postgresql(open_database: OpenDatabase, tmp_path: Path) -> None:
    server = DisposablePostgres(tmp_path / "pg").start()
    try:
        db = open_database(url=server.url(), pool_size=5)
        db.warm(5)
        server.kill()
        with pytest.raises(Unavailable):
            db.rows("SELECT 1")

        server.revive()

        assert [one(db) for _ in range(6)] == [1] * 6
        db.close_all()
    finally:
        server.stop()


def test_an_unreachable_server_is_unavailable_and_leaks_no_slot(open_database: OpenDatabase) -> None:
    db = open_database(url="postgresql://nobody@127.0.0.1:1/none", pool_size=2)

    for _ in range(5):
        with pytest.raises(Unavailable, match="cannot be reached"):
            db.rows("SELECT 1")

    assert db.gauge()["in_use"] == 0


def test_a_url_that_is_none_is_refused_without_showing_its_password() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Database(DatabaseSettings(url="mysql://root:hunter2@host/db"))

    assert "mysql" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_callbacks_run_after_the_outermost_commit_only(db: Database, open_database: OpenDatabase) -> None:
    called: list[object] = []
    db.execute_sql("CREATE TABLE note (n int)")
    other = open_database()

    with db.atomic():
        with db.atomic():
            db.execute_sql("INSERT INTO note VALUES (1)")
            db.on_commit(lambda: called.append(one(other, "SELECT count(*) FROM note")))
        assert called == []

    assert called == [1]


def test_callbacks_of_a_rolled_back_savepoint_are_dropped(db: Database) -> None:
    called: list[str] = []

    with db.atomic():
        db.on_commit(lambda: called.append("kept"))
        with pytest.raises(ZeroDivisionError), db.atomic():
            db.on_commit(lambda: called.append("dropped"))
            raise ZeroDivisionError
        db.on_commit(lambda: called.append("after"))

    assert called == ["kept", "after"]


def test_callbacks_of_a_rolled_back_transaction_are_dropped(db: Database) -> None:
    called: list[str] = []

    with pytest.raises(ZeroDivisionError), db.atomic():
        db.on_commit(lambda: called.append("never"))
        raise ZeroDivisionError
    with db.atomic():
        db.rows("SELECT 1")

    assert called == []


def test_a_failing_callback_stops_neither_the_commit_nor_the_others(db: Database) -> None:
    called: list[str] = []
    db.execute_sql("CREATE TABLE note (n int)")

    with db.atomic():
        db.execute_sql("INSERT INTO note VALUES (1)")
        db.on_commit(lambda: 1 / 0)
        db.on_commit(lambda: called.append("second"))

    assert called == ["second"]
    assert one(db, "SELECT count(*) FROM note") == 1


def test_outside_a_transaction_a_callback_runs_at_once(db: Database) -> None:
    called: list[str] = []

    db.on_commit(lambda: called.append("now"))

    assert called == ["now"]


def test_a_transaction_left_open_is_rolled_back_at_release(db: Database) -> None:
    db.execute_sql("CREATE TABLE note (n int)")
    db.atomic().__enter__()
    db.execute_sql("INSERT INTO note VALUES (1)")

    db.release()

    assert not db.in_transaction()
    assert one(db, "SELECT count(*) FROM note") == 0


def test_a_deadlock_is_retried_and_both_sides_finish(open_database: OpenDatabase) -> None:
    db = open_database()
    db.execute_sql("CREATE TABLE account (id int PRIMARY KEY, n int)")
    db.execute_sql("INSERT INTO account VALUES (1, 0), (2, 0)")
    both_locked, tries = threading.Barrier(2, timeout=10), []

    def transfer(first: int, second: int) -> None:
        def run() -> None:
            tries.append(first)
            db.execute_sql("UPDATE account SET n = n + 1 WHERE id = %s", (first,))
            if len(tries) <= 2:
                both_locked.wait()
            db.execute_sql("UPDATE account SET n = n + 1 WHERE id = %s", (second,))

        db.retrying(run)
        db.release()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(transfer, (1, 2), (2, 1)))

    assert db.rows("SELECT n FROM account ORDER BY id") == [(2,), (2,)]
    assert len(tries) == 3


def test_only_what_postgresql_wants_retried_is_retried(db: Database) -> None:
    tries: list[int] = []

    def divide() -> None:
        tries.append(1)
        db.rows("SELECT 1 / 0")

    with pytest.raises(Exception, match="division by zero") as caught:
        db.retrying(divide)

    assert len(tries) == 1
    assert sqlstate(caught.value) not in {DEADLOCK_DETECTED, SERIALIZATION_FAILURE}


def test_statements_are_counted_in_nested_blocks(db: Database) -> None:
    with count_statements() as outer:
        db.rows("SELECT 1")
        with count_statements() as inner:
            db.rows("SELECT 2")
    db.rows("SELECT 3")

    assert (outer.count, inner.count) == (2, 1)
    assert inner.statements == ["SELECT 2"]
    assert outer.seconds > 0


def test_query_hooks_see_text_and_duration(db: Database) -> None:
    seen: list[tuple[str, float]] = []
    db.query_hooks.append(lambda event: seen.append((event.sql, event.duration)))

    db.rows("SELECT 1")

    assert seen[0][0] == "SELECT 1"
    assert 0 < seen[0][1] < 1


def test_a_statement_over_its_time_is_cancelled(open_database: OpenDatabase) -> None:
    db = open_database(statement_timeout=0.05)

    with pytest.raises(Exception, match="statement timeout"):
        db.rows("SELECT pg_sleep(30)")

    assert one(db) == 1


def test_nul_in_text_is_the_callers_fault(db: Database) -> None:
    db.execute_sql("CREATE TABLE note (data jsonb)")

    with pytest.raises(Invalid):
        db.rows("SELECT %s", ("a\x00b",))
    with pytest.raises(Invalid):
        db.execute_sql("INSERT INTO note VALUES (%s)", ('{"a": "\\u0000"}',))


def test_sessions_speak_utc_and_name_the_application(db: Database) -> None:
    assert one(db, "SHOW timezone") == "UTC"
    assert one(db, "SHOW application_name") == "stoa"


def test_sessions_that_are_as_they_should_be_are_not_warned_of(db: Database) -> None:
    with capture_logs() as logs:
        db.check_session()

    assert logs == []


def test_what_a_pooler_dropped_of_a_session_is_told_with_its_remedy(db: Database) -> None:
    db.execute_sql("SET statement_timeout = 0")  # as a pooler leaves it that ignores the parameter

    with capture_logs() as logs:
        db.check_session()

    [told] = logs
    assert told["event"] == "session_parameters_lost"
    assert told["remedy"] == "ALTER ROLE CURRENT_USER SET statement_timeout = '30000';"


def test_what_the_url_says_of_a_session_is_not_warned_of(open_database: OpenDatabase, url: str) -> None:
    db = open_database(url=f"{url}&options=-c%20statement_timeout%3D5s")

    with capture_logs() as logs:
        db.check_session()

    assert logs == []


def test_direct_is_past_the_pooler_where_one_is_named(
    server: DisposablePostgres, open_database: OpenDatabase
) -> None:
    with server.database() as direct_url:
        db = open_database(direct_url=direct_url)
        primary = one(db, "SELECT current_database()")

        elsewhere = one(db.direct, "SELECT current_database()")
        db.release()

        assert elsewhere != primary
        assert db.direct.gauge()["idle"] == 0  # nothing is kept that is needed once
        assert db.direct.direct is db.direct


def test_direct_is_the_same_without_a_pooler(db: Database) -> None:
    assert db.direct is db


def test_reads_in_a_replica_block_go_to_the_replica(
    server: DisposablePostgres, open_database: OpenDatabase
) -> None:
    with server.database() as replica_url:
        db = open_database(replica_url=replica_url)
        primary = one(db, "SELECT current_database()")

        with db.replica():
            elsewhere = one(db, "SELECT current_database()")
            with db.atomic():
                within = one(db, "SELECT current_database()")
            with pytest.raises(Exception, match="read-only"):
                db.execute_sql("CREATE TABLE note (n int)")

        assert elsewhere != primary
        assert within == one(db, "SELECT current_database()") == primary
        db.stop()


def test_an_unreachable_replica_is_passed_over(open_database: OpenDatabase) -> None:
    db = open_database(replica_url="postgresql://nobody@127.0.0.1:1/none")

    with db.replica():
        answer = one(db)

    assert answer == 1


def test_a_notice_of_the_server_does_not_cost_the_connection(db: Database) -> None:
    backend = one(db, "SELECT pg_backend_pid()")
    db.execute_sql("LISTEN noise")
    db.notify("noise", str(uuid4()))
    db.release()

    again = one(db, "SELECT pg_backend_pid()")

    assert again == backend


def test_a_snapshot_reads_as_of_one_moment(open_database: OpenDatabase) -> None:
    db, other = open_database(), open_database()
    db.execute_sql("CREATE TABLE note (n int)")

    with db.snapshot():
        before = db.rows("SELECT count(*) FROM note")
        other.execute_sql("INSERT INTO note VALUES (1)")
        after = db.rows("SELECT count(*) FROM note")

    assert before == after == [(0,)]
    assert db.rows("SELECT count(*) FROM note") == [(1,)]


def test_a_snapshot_writes_nothing(db: Database) -> None:
    db.execute_sql("CREATE TABLE note (n int)")

    with pytest.raises(peewee.PeeweeException, match="read-only"), db.snapshot():
        db.execute_sql("INSERT INTO note VALUES (1)")


def test_a_snapshot_inside_a_transaction_is_refused(db: Database) -> None:
    with pytest.raises(StoaError, match="outside of"), db.atomic(), db.snapshot():
        db.rows("SELECT 1")
