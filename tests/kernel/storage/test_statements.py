"""Statements that a connection prepares once: values, faults, other schemas, other sessions."""

from __future__ import annotations

from uuid import UUID

import pytest
from peewee import IntegrityError

from kernel.storage import Database, Statement, count_statements, uuid7
from kernel.storage import statements as rooms
from kernel.storage.statements import PlansChanged
from tests.kernel.storage.conftest import OpenDatabase

_TABLE = "CREATE TABLE shelf (id uuid PRIMARY KEY, title text NOT NULL, n integer NOT NULL CHECK (n >= 0))"
PUT = Statement("INSERT INTO shelf (id, title, n) VALUES (%(id)s, %(title)s, %(n)s)")
TAKE = Statement("UPDATE shelf SET n = n - %(n)s WHERE id = %(id)s RETURNING n")
FIND = Statement("SELECT title, n FROM shelf WHERE id = ANY(%s::uuid[]) AND title LIKE '100%%' AND n < %s")
ALL = Statement("SELECT * FROM shelf")
_PREPARED = "SELECT count(*) FROM pg_prepared_statements"


@pytest.fixture
def shelf(db: Database) -> UUID:
    db.execute_sql(_TABLE)
    made = uuid7()
    db.execute_sql(PUT, {"id": made, "title": "100% 'wool'", "n": 5})
    return made


def _prepared(db: Database) -> int:
    [(count,)] = db.rows(_PREPARED)
    return int(count)


def test_places_become_numbers_and_keep_their_casts() -> None:
    statement = Statement("SELECT %(b)s, %(a)s::uuid[], %(b)s::text, '100%%'")

    assert statement.numbered == "SELECT $1, $2::uuid[], $1::text, '100%'"
    assert statement.arguments == "(%(b)s::text, %(a)s::uuid[])"


def test_a_statement_is_prepared_once_and_takes_the_values_of_each_call(db: Database, shelf: UUID) -> None:
    before = _prepared(db)

    left = [db.rows(TAKE, {"id": shelf, "n": n}) for n in (1, 2)]

    assert left == [[(4,)], [(2,)]]
    assert _prepared(db) == before + 1


def test_ids_given_as_text_are_found(db: Database, shelf: UUID) -> None:
    assert db.rows(FIND, ([str(shelf)], 9)) == [("100% 'wool'", 5)]
    assert db.rows(FIND, ([shelf], 5)) == []


def test_values_cannot_become_sql(db: Database, shelf: UUID) -> None:
    db.execute_sql(PUT, {"id": uuid7(), "title": "'); DROP TABLE shelf; --", "n": 1})

    assert len(db.rows(ALL)) == 2


def test_what_is_counted_is_the_statement_and_not_that_it_was_prepared(db: Database, shelf: UUID) -> None:
    with count_statements() as counted:
        db.rows(TAKE, {"id": shelf, "n": 1})

    assert counted.statements == [TAKE]


def test_a_refused_row_leaves_the_statement_of_use(db: Database, shelf: UUID) -> None:
    with pytest.raises(IntegrityError), db.atomic():
        db.rows(TAKE, {"id": shelf, "n": 9})

    assert db.rows(TAKE, {"id": shelf, "n": 1}) == [(4,)]


def test_a_statement_prepared_in_what_was_rolled_back_stays_prepared(db: Database, shelf: UUID) -> None:
    with db.atomic() as transaction:
        db.rows(TAKE, {"id": shelf, "n": 1})
        transaction.rollback()
    before = _prepared(db)

    left = db.rows(TAKE, {"id": shelf, "n": 1})

    assert left == [(4,)]
    assert _prepared(db) == before


def test_a_new_connection_prepares_anew(db: Database, shelf: UUID) -> None:
    db.rows(TAKE, {"id": shelf, "n": 1})
    db.connection().close()
    db.release()

    assert db.rows(TAKE, {"id": shelf, "n": 1}) == [(3,)]


def test_a_plan_a_migration_made_useless_is_made_again(db: Database, shelf: UUID) -> None:
    db.rows(ALL)
    db.execute_sql("ALTER TABLE shelf ADD COLUMN colour text NOT NULL DEFAULT 'red'")

    assert db.rows(ALL) == [(shelf, "100% 'wool'", 5, "red")]


def test_inside_a_transaction_it_is_for_the_caller_to_try_again(db: Database, shelf: UUID) -> None:
    db.rows(ALL)
    db.execute_sql("ALTER TABLE shelf DROP COLUMN title")

    with pytest.raises(PlansChanged), db.atomic():
        db.rows(ALL)

    with db.atomic():
        assert db.rows(ALL) == [(shelf, 5)]


def test_retrying_tries_a_transaction_again_whose_plans_changed(db: Database, shelf: UUID) -> None:
    db.rows(ALL)
    db.execute_sql("ALTER TABLE shelf DROP COLUMN title")

    assert db.retrying(lambda: db.rows(ALL)) == [(shelf, 5)]


def test_a_session_that_forgot_its_statements_is_taught_them_again(db: Database, shelf: UUID) -> None:
    db.rows(TAKE, {"id": shelf, "n": 1})
    db.execute_sql("DISCARD ALL")

    assert db.rows(TAKE, {"id": shelf, "n": 1}) == [(3,)]


def test_nothing_is_prepared_behind_a_pooler(open_database: OpenDatabase) -> None:
    db = open_database(prepared=False).activate()
    db.execute_sql(_TABLE)
    made = uuid7()

    db.execute_sql(PUT, {"id": made, "title": "100% wool", "n": 5})

    assert db.rows(FIND, ([str(made)], 9)) == [("100% wool", 5)]
    assert _prepared(db) == 0
    assert db.rows("SHOW plan_cache_mode") == [("auto",)]


def test_a_connection_keeps_so_many_and_forgets_the_one_unused_for_longest(
    db: Database, shelf: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "KEPT", 3)
    several = [Statement(f"SELECT {n}") for n in range(3)]

    for each in [*several, PUT, several[0]]:
        values = {"id": uuid7(), "title": "x", "n": 1} if each is PUT else ()
        db.execute_sql(each, values)

    assert _prepared(db) == 3
    assert db.rows(several[1]) == [(1,)]


def test_what_is_no_statement_of_ours_fails_as_ever(db: Database, shelf: UUID) -> None:
    with pytest.raises(IntegrityError, match="duplicate key"):
        db.execute_sql(PUT, {"id": shelf, "title": "again", "n": 1})
