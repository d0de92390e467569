"""Rows: ids, timestamps, saving, soft deletion and optimistic locking."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from peewee import CharField, IntegrityError, TextField

from kernel.clock import TestClock
from kernel.errors import NotFound, PreconditionFailed
from kernel.storage import (
    ArrayField,
    Database,
    JSONField,
    SoftDeleted,
    TimestampField,
    Versioned,
    uuid7,
    violated_constraint,
)
from kernel.storage.sqlstate import UNIQUE_VIOLATION, sqlstate


class Article(Versioned, SoftDeleted):
    title = TextField(default="")
    slug = CharField(null=True, unique=True)
    data = JSONField(default=dict)
    tags = ArrayField(TextField, default=list, index=False)
    seen_at = TimestampField(null=True)

    class Meta:
        table_name = "test_article"


@pytest.fixture(autouse=True)
def table(db: Database) -> Iterator[None]:
    db.create_tables([Article])
    yield
    db.release()


def test_ids_are_time_ordered_uuids() -> None:
    ids = [uuid7() for _ in range(1000)]

    assert ids == sorted(ids)
    assert len(set(ids)) == 1000
    assert type(ids[0]) is UUID
    assert ids[0].version == 7


def test_a_new_row_has_an_id_and_the_clocks_time(clock: TestClock) -> None:
    moment = clock.freeze(datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC))

    made = Article.create(title="one")

    kept = Article.get_by_id(made.id)
    assert kept.id == made.id
    assert kept.created_at == kept.updated_at == moment
    assert kept.created_at.tzinfo is UTC
    assert kept.version == 1


def test_a_client_may_supply_the_id() -> None:
    wanted = uuid7()

    Article.create(id=wanted)

    assert Article.get_by_id(wanted).id == wanted


def test_a_moment_of_another_zone_comes_back_in_utc() -> None:
    made = Article.create(seen_at=datetime(2030, 6, 1, 12, tzinfo=timezone(timedelta(hours=9))))

    assert Article.get_by_id(made.id).seen_at == datetime(2030, 6, 1, 3, tzinfo=UTC)


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        Article.create(seen_at=datetime(2030, 6, 1, 12))  # noqa: DTZ001


def test_json_and_arrays_come_back_as_they_went() -> None:
    data = {"id": str(uuid4()), "n": [1, 2.5, None, {"ä": True}]}

    made = Article.create(data=data, tags=["a", 'b"c', "d,e"])

    kept = Article.get_by_id(made.id)
    assert kept.data == data
    assert kept.tags == ["a", 'b"c', "d,e"]


def test_saving_writes_only_what_was_assigned(clock: TestClock) -> None:
    made = Article.create(title="old", slug="a")
    first, second = Article.get_by_id(made.id), Article.get_by_id(made.id)
    later = clock.advance(timedelta(hours=1))

    first.title = "new"
    first.save()
    second.slug = "b"
    second.save()

    kept = Article.get_by_id(made.id)
    assert (kept.title, kept.slug) == ("new", "b")
    assert kept.updated_at >= later


def test_saving_a_row_that_is_not_there_is_an_error() -> None:
    with pytest.raises(Article.DoesNotExist, match="create"):
        Article(title="never inserted").save()


def test_an_update_touches_updated_at(clock: TestClock) -> None:
    made = Article.create(title="old")
    later = clock.advance(timedelta(hours=1))

    Article.update(title="new").where(Article.id == made.id).execute()
    Article.update({Article.title: "newer"}).where(Article.id == made.id).execute()

    kept = Article.get_by_id(made.id)
    assert kept.title == "newer"
    assert kept.updated_at >= later


def test_of_two_editors_of_one_version_one_writes() -> None:
    made = Article.create(title="start")

    def edit(n: int) -> str:
        try:
            return Article.compare_and_set(made.id, 1, title=f"editor {n}").title
        except PreconditionFailed as ex:
            return f"refused at {ex.extensions['current_version']}"
        finally:
            Article._meta.database.release()

    with ThreadPoolExecutor(8) as editors:
        answers = list(editors.map(edit, range(8)))

    kept = Article.get_by_id(made.id)
    assert sorted(answers) == sorted([kept.title] + ["refused at 2"] * 7)
    assert kept.version == 2


def test_twenty_editors_without_a_version_all_count(db: Database) -> None:
    made = Article.create()

    def edit(n: int) -> None:
        Article.compare_and_set(made.id, None, title=str(n))
        db.release()

    with ThreadPoolExecutor(10) as editors:
        list(editors.map(edit, range(20)))

    assert Article.get_by_id(made.id).version == 21


def test_a_row_outside_the_conditions_is_not_found() -> None:
    made = Article.create()
    Article.soft_delete(made.id)

    with pytest.raises(NotFound):
        Article.compare_and_set(made.id, 1, Article.deleted_at.is_null(), title="late")
    with pytest.raises(NotFound):
        Article.compare_and_set(uuid7(), 1, title="nobody")


def test_a_deleted_row_is_marked_once_and_hidden(db: Database) -> None:
    made, other = Article.create(), Article.create()

    def delete(_: int) -> bool:
        try:
            return Article.soft_delete(made.id)
        finally:
            db.release()

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(delete, range(8)))

    assert sorted(answers) == [False] * 7 + [True]
    assert [row.id for row in Article.alive()] == [other.id]
    assert Article.get_by_id(made.id).is_deleted


def test_a_broken_constraint_is_named() -> None:
    Article.create(slug="taken")

    with pytest.raises(IntegrityError) as caught:
        Article.create(slug="taken")

    assert violated_constraint(caught.value) == "test_article_slug"
    assert sqlstate(caught.value) == UNIQUE_VIOLATION


@given(st.datetimes(timezones=st.timezones()))
def test_every_aware_moment_is_read_as_the_same_moment(moment: datetime) -> None:
    field = TimestampField()

    read = field.python_value(moment)

    assert read.tzinfo is UTC
    assert read == moment.astimezone(UTC)
