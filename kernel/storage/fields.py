"""Column types that peewee lacks or leaves ambiguous."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import peewee
from playhouse.postgres_ext import ArrayField, DateTimeTZField, TSVectorField

__all__ = ["ArrayField", "JSONField", "TSVectorField", "TimestampField"]


class TimestampField(DateTimeTZField):  # type: ignore[misc]
    """A moment: `timestamptz`, always aware, always UTC in Python.

    A naive datetime is refused (ValueError): it names no moment.
    """

    def db_value(self, value: Any) -> Any:
        """Check that a datetime is aware."""
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError(f"{self.name}: a naive datetime names no moment; use app.clock.now()")
        return super().db_value(value)

    def python_value(self, value: Any) -> Any:
        """Return the moment in UTC."""
        if isinstance(value, datetime) and value.tzinfo is not UTC:
            return value.astimezone(UTC)
        return value


def _dumps(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


class JSONField(peewee.JSONField):
    """A `jsonb` column; UUIDs, datetimes and dataclasses are written as JSON strings and objects."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("dumps", _dumps)
        super().__init__(**kwargs)
