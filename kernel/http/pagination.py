"""Keyset pagination over peewee queries.

A cursor names the last row seen by its sort keys, so a page costs the same at
any depth and rows inserted meanwhile neither repeat nor hide others (offset
pagination does both). The keys must be non-null and end in a unique column.

The cursor made here is a compact JSON array; `kernel.http.dispatch` seals it
for the wire with the endpoint, the filters and a signature, so a client can
neither forge one nor carry it to another list.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import Any
from uuid import UUID

import orjson
import peewee

from kernel.errors import FieldError, Invalid
from kernel.http.page import DEFAULT_LIMIT, MAX_LIMIT, Page

MAX_CURSOR = 1024
"""Longest cursor accepted, in characters."""


class _Key:
    """One sort key: the expression, its direction, and where a row keeps its value."""

    __slots__ = ("descending", "expression", "label", "name", "unique")

    def __init__(self, ordering: Any) -> None:
        self.descending = isinstance(ordering, peewee.Ordering) and ordering.direction.upper() == "DESC"
        node = ordering.node if isinstance(ordering, peewee.Ordering) else ordering
        if isinstance(node, peewee.Alias):
            self.expression: Any = node.node
            self.name = self.label = str(node._alias)  # type: ignore[attr-defined]  # noqa: SLF001
            self.unique = False
        elif isinstance(node, peewee.Field):
            if node.null:
                raise ValueError(f"{node.name} is nullable: rows without it would be lost between pages")
            self.expression, self.name, self.label = node, node.name, f"{node.model.__name__}.{node.name}"
            self.unique = bool(node.primary_key or node.unique)
        else:
            raise TypeError(f"sort by a field or an aliased expression, not {node!r}")

    def beyond(self, value: Any) -> Any:
        return self.expression < value if self.descending else self.expression > value


def paginate(
    query: Any,
    order: Sequence[Any],
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    binding: str = "",
    total: bool = False,
) -> Page[Any]:
    """Run `query` for one page and return it with the cursor of the next.

    `order` is a tuple of fields or `.desc()` orderings; an expression needs an
    alias that the query selects (cast `real` ranks to double precision: a
    rounded cursor value would skip rows). The last key is a unique column.
    `limit` is 1–100 rows; `binding` is anything else the cursor must belong to.
    `total=True` adds one COUNT over the whole query. Rows may be models, dicts
    or named tuples. Raises Invalid naming `cursor` when it is not of this list.
    """
    keys = [_Key(each) for each in order]
    if not keys or not keys[-1].unique:
        raise ValueError("the last sort key must be a primary key or a unique column")
    limit = max(1, min(limit, MAX_LIMIT))
    mark = _fingerprint(keys, binding)
    page = query.order_by(*order).limit(limit + 1)
    if cursor:
        page = page.where(_after(keys, _decode(cursor, mark, len(keys))))
    rows = list(page)
    counted = query.order_by().count() if total else None
    if len(rows) <= limit:
        return Page(rows, None, counted)
    return Page(rows[:limit], _encode(mark, [_value(rows[limit - 1], key.name) for key in keys]), counted)


def _after(keys: Sequence[_Key], values: Sequence[Any]) -> Any:
    """Return the condition "comes after `values`": a row comparison, or its expansion."""
    if len({key.descending for key in keys}) == 1:
        # PERF: PostgreSQL walks an index on (a, b) for `(a, b) < (x, y)`, not for the expansion.
        left, right = peewee.Tuple(*(key.expression for key in keys)), peewee.Tuple(*values)
        return left < right if keys[0].descending else left > right
    cases = []
    for position, key in enumerate(keys):
        same = [before.expression == value for before, value in zip(keys[:position], values, strict=False)]
        cases.append(reduce(and_, [*same, key.beyond(values[position])]))
    # PERF: the redundant bound on the first key lets the planner start at the right place of the index.
    bound = keys[0].expression <= values[0] if keys[0].descending else keys[0].expression >= values[0]
    return bound & reduce(or_, cases)


def _value(row: Any, name: str) -> Any:
    return row[name] if isinstance(row, dict) else getattr(row, name)


def _fingerprint(keys: Iterable[_Key], binding: str) -> str:
    spec = "|".join(f"{key.label}{'-' if key.descending else '+'}" for key in keys)
    return hashlib.blake2b(f"{spec}#{binding}".encode(), digest_size=4).hexdigest()


_TAGS: dict[type, str] = {datetime: "t", date: "d", UUID: "u", Decimal: "n"}
_READERS: dict[str, Callable[[str], Any]] = {
    "t": datetime.fromisoformat,
    "d": date.fromisoformat,
    "u": UUID,
    "n": Decimal,
}


def _encode(mark: str, values: Iterable[Any]) -> str:
    packed: list[Any] = [mark]
    for value in values:
        tag = _TAGS.get(type(value))
        text = value.isoformat() if isinstance(value, date) else str(value)
        packed.append([tag, text] if tag else value)
    return base64.urlsafe_b64encode(orjson.dumps(packed)).decode().rstrip("=")


def _decode(cursor: str, mark: str, length: int) -> list[Any]:
    try:
        padded = cursor[:MAX_CURSOR] + "=" * (-len(cursor) % 4)
        found, *packed = orjson.loads(base64.urlsafe_b64decode(padded))
        values = [_READERS[item[0]](item[1]) if isinstance(item, list) else item for item in packed]
    except (ValueError, TypeError, KeyError, IndexError, ArithmeticError) as ex:
        raise bad_cursor() from ex
    if found != mark or len(values) != length or len(cursor) > MAX_CURSOR:
        raise bad_cursor()
    return values


def bad_cursor() -> Invalid:
    """Return the problem of a cursor this list did not issue."""
    return Invalid(
        errors=(FieldError("is not a cursor of this list; start without one", parameter="cursor"),)
    )
