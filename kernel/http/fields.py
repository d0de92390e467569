"""marshmallow's fields, strict where JSON and PostgreSQL are strict.

Everything of `marshmallow.fields` is here under its own name. Those defined
below differ: marshmallow turns `"5"`, `5.7` and `true` into an integer and
`"yes"` into a boolean, and lets through numbers and moments the database then
refuses. A body has types of its own; text becomes a number only in a query
string, where there is nothing else (see `kernel.http.validation`).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from marshmallow import validate
from marshmallow.fields import (
    IP,
    URL,
    UUID,
    Constant,
    Decimal,
    Dict,
    Email,
    Enum,
    Field,
    Function,
    List,
    Mapping,
    Method,
    Nested,
    Pluck,
    Raw,
    String,
    Time,
    TimeDelta,
    Tuple,
    Url,
)
from marshmallow.fields import AwareDateTime as _AwareDateTime
from marshmallow.fields import Boolean as _Boolean
from marshmallow.fields import Date as _Date
from marshmallow.fields import Float as _Float
from marshmallow.fields import Integer as _Integer

INT32_MAX = 2**31 - 1
INT64_MAX = 2**63 - 1
_EXACT = 2**53
_YEARS = range(1000, 9001)
"""APPSEC: at the ends of the calendar zones, buffers, the day before overflow, far from where it came in."""


class Integer(_Integer):
    """A JSON integer of at most 64 bits (PostgreSQL `bigint`); `5.7`, `"5"` and `true` are refused.

    `5.0` is one, as in JSON Schema, up to the 53 bits a float holds exactly.
    Pass `bits=32` for an `integer` column.
    """

    def __init__(self, *, bits: int = 64, **kwargs: Any) -> None:
        super().__init__(strict=True, **kwargs)
        top = 2 ** (bits - 1) - 1
        if not any(
            isinstance(each, validate.Range) and None not in (each.min, each.max) for each in self.validators
        ):
            self.validators.insert(0, validate.Range(min=-top - 1, max=top))

    def _validated(self, value: Any) -> int:
        if type(value) is int:
            return value
        if type(value) is float and value.is_integer() and abs(value) <= _EXACT:
            return int(value)
        raise self.make_error("invalid")


class Float(_Float):
    """A JSON number, finite; `"1.5"` and `true` are refused."""

    def _validated(self, value: Any) -> float:
        if type(value) not in (int, float):
            raise self.make_error("invalid")
        return super()._validated(value)


class Boolean(_Boolean):
    """`true` or `false` and nothing that resembles them."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if value is True or value is False:
            return value
        raise self.make_error("invalid", input=value)


class DateTime(_AwareDateTime):
    """A moment, RFC 3339 with an offset, of the years 1000 to 9000; loaded as UTC."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        found = super()._deserialize(value, attr, data, **kwargs)
        if found.year not in _YEARS:
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return found.astimezone(UTC)


class Date(_Date):
    """A day of the years 1000 to 9000, RFC 3339."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        found = super()._deserialize(value, attr, data, **kwargs)
        if found.year not in _YEARS:
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return found


Int, Str, Bool = Integer, String, Boolean
AwareDateTime = DateTime

__all__ = [
    "INT32_MAX",
    "INT64_MAX",
    "IP",
    "URL",
    "UUID",
    "AwareDateTime",
    "Bool",
    "Boolean",
    "Constant",
    "Date",
    "DateTime",
    "Decimal",
    "Dict",
    "Email",
    "Enum",
    "Field",
    "Float",
    "Function",
    "Int",
    "Integer",
    "List",
    "Mapping",
    "Method",
    "Nested",
    "Pluck",
    "Raw",
    "Str",
    "String",
    "Time",
    "TimeDelta",
    "Tuple",
    "Url",
]
