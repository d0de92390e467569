"""A page of a list: `{"items": […], "next": "…" | null}`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from marshmallow import Schema
from marshmallow import fields as base

from kernel.http import fields

T = TypeVar("T")

MAX_LIMIT = 100
DEFAULT_LIMIT = 20


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page: its items and the cursor of the next page, None on the last.

    `total` counts the whole list; it is None unless the client asked for it.
    `plain` says that the items are dicts just as their schema shows them, down to
    nested ones and types JSON has (UUIDs and moments are written too): they are
    not serialised again, which for hot lists is 30 µs a page. In the test
    environment it is checked.
    """

    items: Sequence[T]
    next: str | None = None
    total: int | None = None
    plain: bool = False


@dataclass(frozen=True)
class PageOf:
    """The response declaration of a list endpoint; made by `page_of`."""

    item: type[Schema]
    countable: bool = False
    default_limit: int = DEFAULT_LIMIT
    more: type[Schema] = Schema

    @property
    def schema(self) -> type[Schema]:
        """The schema of the page: `<Item>Page`, or `<Item>CountedPage` with a total."""
        return _schema(self.item, self.countable, self.more)


@cache
def _schema(item: type[Schema], countable: bool, more: type[Schema]) -> type[Schema]:
    """Return one class for all lists of an item, so that the document names it once."""
    members: dict[str, base.Field[Any]] = {
        "items": fields.List(fields.Nested(item), required=True),
        "next": fields.String(
            required=True,
            allow_none=True,
            metadata={"description": "Cursor of the next page; null on the last."},
        ),
    }
    if countable:
        members["total"] = fields.Integer(
            allow_none=True,
            metadata={"description": "Length of the whole list, when asked with `total=true`."},
        )
    page = more.from_dict(members, name=f"{item.__name__}{'Counted' if countable else ''}Page")
    page.__module__ = item.__module__
    return page


def page_of(
    item: type[Schema],
    *,
    countable: bool = False,
    default_limit: int = DEFAULT_LIMIT,
    more: type[Schema] = Schema,
) -> PageOf:
    """Declare a response that is a page of `item`.

    The endpoint then takes `cursor` and `limit` (1–100) in its query, and
    `total` (a boolean) when `countable`; pass them to `paginate`. What the page
    tells besides is the members of `more`: return a subclass of `Page` that has them.
    """
    return PageOf(item, countable, default_limit, more)
