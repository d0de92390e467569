"""Models against the database: drift in words, and the script that ends it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import peewee
import pytest
from peewee import (
    SQL,
    BigIntegerField,
    BooleanField,
    CharField,
    Check,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from kernel.storage import ArrayField, Database, JSONField, Model, SoftDeleted, TimestampField, Versioned
from kernel.storage.autogenerate import drift, write_migration
from kernel.storage.migrations import MigrationError, Migrations, Source


class Shelf(Model):
    name = CharField(unique=True)

    class Meta:
        table_name = "library_shelf"


class Book(Versioned, SoftDeleted):
    shelf = ForeignKeyField(Shelf, null=True, on_delete="SET NULL", backref="books")
    title = TextField(index=True)
    price_amount = BigIntegerField()
    price_currency = peewee.FixedCharField(max_length=3)
    data = JSONField(default=dict)
    tags = ArrayField(TextField, default=list)
    lent_at = TimestampField(null=True)

    class Meta:
        table_name = "library_book"
        constraints = (Check("price_amount >= 0"),)


Book.add_index(Book.title, where=Book.deleted_at.is_null(), unique=True, name="library_book_alive_title")
Book.add_index(peewee.fn.lower(Book.title), name="library_book_lower_title")

MODELS = [Shelf, Book]


@pytest.fixture
def sources(tmp_path: Path) -> list[Source]:
    return [("library", tmp_path / "library")]


def changed(base: type[Model], **members: Any) -> type[Model]:
    """Return a model of the same table with other columns."""
    meta = type("Meta", (), {"table_name": base._meta.table_name, **members.pop("meta", {})})
    return type(base.__name__, (Model,), {**members, "Meta": meta})


def test_the_first_script_makes_what_the_models_say(db: Database, sources: list[Source]) -> None:
    path = write_migration(db, "library", MODELS, sources)

    assert path is not None
    assert path.name == "0001_initial.py"
    Migrations(db, sources).up()
    assert drift(db, MODELS) == []
    assert write_migration(db, "library", MODELS, sources) is None


def test_the_script_reads_like_one_written_by_hand(db: Database, sources: list[Source]) -> None:
    path = write_migration(db, "library", MODELS, sources)

    assert path is not None
    text = path.read_text()
    assert text.startswith('"""Create library_shelf, library_book."""\n')
    assert "    title text NOT NULL,\n" in text
    assert "    price_currency character(3) NOT NULL,\n" in text
    assert "FOREIGN KEY (shelf_id) REFERENCES library_shelf(id) ON DELETE SET NULL" in text
    assert "CREATE UNIQUE INDEX library_book_alive_title ON library_book USING btree (title) WHERE" in text
    assert "stoa_scratch" not in text


def test_what_it_writes_can_be_undone_and_done_again(db: Database, sources: list[Source]) -> None:
    write_migration(db, "library", MODELS, sources)
    migrations = Migrations(db, sources)
    migrations.up()

    migrations.down("library")

    assert db.get_tables() == ["kernel_migration"]
    migrations.up()
    assert drift(db, MODELS) == []


def test_the_scratch_schema_leaves_no_trace(db: Database) -> None:
    drift(db, MODELS)

    assert db.rows("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'stoa%%'") == [(0,)]
    assert db.get_tables() == []
    assert not db.in_transaction()


def test_every_kind_of_drift_is_told_and_mended(db: Database, sources: list[Source]) -> None:
    write_migration(db, "library", [Shelf], sources)
    Migrations(db, sources).up()
    other = changed(
        Shelf,
        name=TextField(null=True),
        rank=IntegerField(default=7, index=True),
        open=BooleanField(default=True),
        meta={"constraints": [Check("rank > 0")]},
    )

    told = drift(db, [other])

    assert "library_shelf.name: is character varying(255), the model says text" in told
    assert "library_shelf.name: may be null in the model, not so in the database" in told
    assert "library_shelf.rank: no such column" in told
    assert any("CHECK" in line for line in told)
    assert any("index library_shelf_name only in the database" in line for line in told)
    Shelf.create(name="kept")
    write_migration(db, "library", [other], sources, "other shape")
    assert Migrations(db, sources).up() == ["library.0002_other_shape"]
    assert drift(db, [other]) == []
    assert db.rows("SELECT rank, open FROM library_shelf") == [(7, True)]
    Migrations(db, sources).down("library", to="0001")
    assert drift(db, [Shelf]) == []


def test_a_new_column_keeps_its_default_for_processes_of_the_old_version(
    db: Database, sources: list[Source]
) -> None:
    write_migration(db, "library", [Shelf], sources)
    Migrations(db, sources).up()
    other = changed(Shelf, name=CharField(unique=True), rank=IntegerField(default=7))

    path = write_migration(db, "library", [other], sources, "rank")

    assert path is not None
    assert path.read_text().startswith('"""Add library_shelf.rank."""\n')
    Migrations(db, sources).up()
    Shelf.create(name="by the old version")
    assert db.rows("SELECT rank FROM library_shelf") == [(7,)]


def test_a_missing_partial_index_is_told(db: Database, sources: list[Source]) -> None:
    write_migration(db, "library", MODELS, sources)
    Migrations(db, sources).up()

    db.execute_sql("DROP INDEX library_book_alive_title")
    db.execute_sql("CREATE UNIQUE INDEX library_book_alive_title ON library_book (title)")

    told = drift(db, MODELS)
    assert len(told) == 2
    assert all("library_book_alive_title" in line for line in told)


def test_the_same_rules_under_other_names_are_no_drift(db: Database) -> None:
    db.execute_sql(
        "CREATE TABLE library_shelf (name varchar(255) NOT NULL UNIQUE, id uuid CONSTRAINT pk PRIMARY KEY, "
        "created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL)"
    )

    assert drift(db, [Shelf]) == []


def test_a_model_may_name_what_only_the_database_knows(db: Database) -> None:
    model = changed(Shelf, name=CharField(), meta={"database_only": ("sorted", "library_shelf_sorted")})
    db.execute_sql(
        "CREATE TABLE library_shelf (id uuid PRIMARY KEY, created_at timestamptz NOT NULL, "
        "updated_at timestamptz NOT NULL, name varchar(255) NOT NULL, "
        "sorted text GENERATED ALWAYS AS (lower(name)) STORED)"
    )
    db.execute_sql("CREATE INDEX library_shelf_sorted ON library_shelf (sorted)")

    assert drift(db, [model]) == []


def test_a_required_column_without_a_constant_default_is_left_to_people(
    db: Database, sources: list[Source]
) -> None:
    write_migration(db, "library", [Shelf], sources)
    Migrations(db, sources).up()
    other = changed(Shelf, name=CharField(unique=True), owner=peewee.UUIDField())

    with pytest.raises(MigrationError, match=r"library_shelf\.owner: NOT NULL without a constant default"):
        write_migration(db, "library", [other], sources)


def test_another_plugins_table_is_required(db: Database, sources: list[Source], tmp_path: Path) -> None:
    write_migration(db, "library", [Shelf], sources)
    Migrations(db, sources).up()

    class Loan(Model):
        shelf = ForeignKeyField(Shelf, on_delete="CASCADE")

        class Meta:
            table_name = "loans_loan"
            indexes = (SQL("CREATE INDEX loans_loan_recent ON loans_loan (created_at DESC)"),)

    path = write_migration(db, "loans", [Loan], [*sources, ("loans", tmp_path / "loans")])

    assert path is not None
    assert 'requires = ["library.0001_initial"]' in path.read_text()
    Migrations(db, [*sources, ("loans", tmp_path / "loans")]).up()
    assert drift(db, [Shelf, Loan]) == []
