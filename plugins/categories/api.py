"""What other plugins may use of categories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from plugins.categories import queries
from plugins.categories.attributes import Attribute
from plugins.categories.cards import CategoryCard
from plugins.categories.events import CategoryCreated, CategoryDeleted, CategoryMoved, CategoryUpdated

__all__ = [
    "Attribute",
    "CategoryCard",
    "CategoryCreated",
    "CategoryDeleted",
    "CategoryMoved",
    "CategoryUpdated",
    "attributes_of",
    "cards",
    "descendants",
    "listed",
    "path_of",
    "require",
    "validate_attributes",
]


def require(
    category_id: UUID, scope: str | None = None, *, pointer: str = "/category_id", lock: bool = False
) -> CategoryCard:
    """Return the card of a category that things of `scope` may belong to.

    Those are the categories of everybody and of that scope. Raises Invalid at
    `pointer` for any other and for unknown ones. `lock=True`, in a transaction,
    keeps it from being moved, changed or deleted until the transaction ends;
    take it where you store the category or something derived from its path.
    One statement.
    """
    return queries.require(category_id, scope, pointer, lock)


def cards(ids: Iterable[UUID]) -> dict[UUID, CategoryCard]:
    """Return the cards of categories by id, in one statement for any number; unknown ones are left out."""
    return queries.cards(ids)


def listed(scope: str | None = None) -> list[CategoryCard]:
    """Return the cards of everybody's categories and of those of `scope`, parents before children."""
    return queries.listed(scope)


def path_of(category_id: UUID) -> tuple[UUID, ...]:
    """Return the ids from the root to the category itself; raise NotFound for an unknown one.

    Kept in the cache outside transactions; a change of the tree drops it.
    """
    return queries.path_of(category_id)


def descendants(category_id: UUID) -> tuple[UUID, ...]:
    """Return the ids of all categories below, the nearest first; none for an unknown one.

    For filters that mean "this and what is below": `(category_id, *descendants(category_id))`.
    Kept in the cache outside transactions; a change of the tree drops it.
    """
    return queries.descendants(category_id)


def attributes_of(category_id: UUID) -> tuple[Attribute, ...]:
    """Return the attributes a thing of this category has, inherited ones first; raise NotFound.

    Kept in the cache outside transactions; a change of the tree drops it.
    """
    return queries.attributes_of(category_id)


def validate_attributes(
    category_id: UUID,
    values: Mapping[str, Any],
    scope: str | None = None,
    *,
    pointer: str = "/attributes",
    complete: bool = True,
) -> dict[str, Any]:
    """Return the values as they are to be stored, checked against the category's attributes.

    Empty values (None, "") are left out. Raises one Invalid with everything that
    is wrong: `<pointer>/<key>` for an unknown attribute, a value of another type
    or out of bounds, a required one that is missing (unless `complete=False`, for
    drafts), `<pointer>/<key>/<position>` within a list; `/category_id` as `require` does.
    """
    return queries.checked(category_id, values, scope, pointer, complete)
