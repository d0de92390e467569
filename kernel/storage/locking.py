"""Optimistic locking: a version that every change must name.

The check and the write are one statement, so of two editors who read the same
version one writes and the other gets `PreconditionFailed` (412), never both.
"""

from __future__ import annotations

from typing import Any, Self
from uuid import UUID

from peewee import IntegerField

from kernel.errors import NotFound, PreconditionFailed
from kernel.storage.models import Model


class Versioned(Model):
    """A row with a `version`, from 1; it is the row's ETag."""

    version = IntegerField(default=1)

    @classmethod
    def compare_and_set(cls, id: UUID, version: int | None, *conditions: Any, **changes: Any) -> Self:
        """Apply `changes` if the row still has `version`; return the new row.

        `version=None` (the client sent no If-Match) takes any version and still
        counts up. `conditions` are further expressions that must hold, such as
        the scope or `deleted_at IS NULL`. Raises `NotFound` when no row matches
        id and conditions, else `PreconditionFailed` with the current version.
        """
        expected = conditions if version is None else (*conditions, cls.version == version)
        written = (
            cls.update({cls.version: cls.version + 1}, **changes)
            .where(cls.id == id, *expected)
            .returning(cls)
            .execute()
        )
        for row in written:
            return row  # type: ignore[no-any-return]
        raise cls._refusal(id, conditions)

    @classmethod
    def _refusal(cls, id: UUID, conditions: tuple[Any, ...]) -> NotFound | PreconditionFailed:
        current = cls.select(cls.version).where(cls.id == id, *conditions).scalar()
        if current is None:
            return NotFound()
        return PreconditionFailed(f"It is at version {current} now.", current_version=current)
