"""Hot reads: the text is made once, the values come each time."""

from __future__ import annotations

import pytest
from peewee import IntegerField, TextField

from kernel.storage import Database, Model, Prepared, arg, uuid7


class Note(Model):
    owner = TextField()
    rank = IntegerField()

    class Meta:
        table_name = "test_note"


@pytest.fixture
def page(db: Database) -> Prepared:
    db.create_tables([Note])
    for rank in range(5):
        Note.create(owner="a" if rank % 2 else "b", rank=rank)
    return Prepared(
        lambda: (
            Note.select(Note.owner, Note.rank)
            .where(Note.owner == arg("owner"), Note.rank >= arg("least"), Note.rank < 100)
            .order_by(Note.rank)
            .limit(arg("limit"))
        )
    )


def test_each_call_brings_its_own_values(db: Database, page: Prepared) -> None:
    assert page.rows(db, owner="a", least=0, limit=10) == [("a", 1), ("a", 3)]
    assert page.dicts(db, owner="b", least=1, limit=1) == [{"owner": "b", "rank": 2}]


def test_values_cannot_become_sql(db: Database, page: Prepared) -> None:
    assert page.rows(db, owner="a' OR 'a'='a", least=0, limit=10) == []


def test_the_query_is_built_once(db: Database) -> None:
    db.create_tables([Note])
    built: list[int] = []

    def make() -> object:
        built.append(1)
        return Note.select(Note.rank).where(Note.id == arg("id"))

    one = Prepared(make)
    one.rows(db, id=uuid7())
    one.rows(db, id=uuid7())

    assert len(built) == 1


def test_a_missing_value_is_named(db: Database, page: Prepared) -> None:
    with pytest.raises(KeyError, match="least"):
        page.rows(db, owner="a", limit=1)
