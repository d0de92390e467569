"""What every table has: a time-ordered id and two timestamps.

    class Note(Versioned, SoftDeleted):
        title = TextField()

        class Meta:
            table_name = "notes_note"

A price is two columns, `price_amount` BIGINT in minor units and
`price_currency` CHAR(3); see `kernel.money`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import peewee
from peewee import UUIDField
from uuid_utils.compat import uuid7

from kernel.storage.columns import quicken
from kernel.storage.database import Database, db_proxy
from kernel.storage.fields import TimestampField

__all__ = ["Model", "SoftDeleted", "Table", "now", "uuid7"]

quicken()


def now() -> datetime:
    """Return the present moment by the clock of the active database."""
    database: Database = db_proxy.obj
    return database.clock.now()


class Table(peewee.Model):
    """Base of a table whose key is its own: a day's count, a member of something.

    class Member(Table):
        group_id = UUIDField()
        user_id = UUIDField()

        class Meta:
            table_name = "notes_member"
            primary_key = CompositeKey("group_id", "user_id")
    """

    class Meta:
        database = db_proxy
        legacy_table_names = False
        only_save_dirty = True


class Model(Table):
    """Base of every other table: `id` (UUIDv7), `created_at`, `updated_at`.

    `updated_at` follows every `save()` and `Model.update()`. `save()` writes
    only what was assigned, so two writers of different columns do not undo
    each other; a new row is made with `create()`.
    """

    id = UUIDField(primary_key=True, default=uuid7)
    created_at = TimestampField(default=now)
    updated_at = TimestampField(default=now)

    @classmethod
    def update(cls, data: Any = None, /, **changes: Any) -> Any:
        """Return an UPDATE; `updated_at` is set unless the changes name it."""
        merged: dict[Any, Any] = {**(data or {}), **changes}
        if not {"updated_at", cls.updated_at} & merged.keys():
            merged["updated_at"] = now()
        return super().update(merged)

    def save(self, force_insert: bool = False, only: Any = None) -> Any:
        """Write what was assigned; a row that is not there is an error.

        Raises `<Model>.DoesNotExist` when no row has this id: peewee would
        update nothing and say nothing.
        """
        dirty = self.dirty_fields
        if not force_insert and not only and dirty and Model.updated_at.name not in {f.name for f in dirty}:
            setattr(self, Model.updated_at.name, now())
        saved = super().save(force_insert=force_insert, only=only)
        if saved == 0 and not force_insert and saved is not False:
            missing: type[peewee.DoesNotExist] = getattr(self, "DoesNotExist")  # noqa: B009 - the stubs lack it
            raise missing(
                f"{self._meta.table_name} {self.id}: no such row to save; a new one is made with create()"
            )
        return saved


class SoftDeleted(Model):
    """A row that is marked, not removed; `alive()` leaves marked ones out."""

    deleted_at = TimestampField(null=True)

    @classmethod
    def alive(cls, *columns: Any) -> Any:
        """Return a SELECT of the rows that are not deleted."""
        return cls.select(*columns).where(cls.deleted_at.is_null())

    @classmethod
    def soft_delete(cls, id: UUID) -> bool:
        """Mark one row; return whether this call did it (once, also in a race)."""
        marked = cls.update(deleted_at=now()).where(cls.id == id, cls.deleted_at.is_null())
        return bool(marked.execute())

    @property
    def is_deleted(self) -> bool:
        """Whether the row is marked."""
        return self.deleted_at is not None
