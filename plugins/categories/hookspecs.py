"""Extension points of categories: implement with `@hookimpl(optionalhook=True)`.

To refuse a move, or to follow it in its transaction, subscribe to
`categories.category.moved.v1` with `inline=True`.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from kernel import hookspec


@hookspec
def categories_used(ids: Collection[UUID]) -> Collection[UUID]:
    """Return those of the categories that something of yours belongs to.

    Called in the transaction of a deletion, while the categories' rows are
    locked: whoever refers to one through `api.require(…, lock=True)` or a
    foreign key has committed before, or finds it gone. A used category is not
    deleted unless its things are reassigned. Answer with one query.
    """
    raise AssertionError("a specification is never called")


@hookspec
def categories_reassign(category_id: UUID, to_id: UUID) -> None:
    """Give to another category what belongs to this one, which is then deleted.

    Called in the transaction of the deletion; database work only. Whoever
    implements `categories_used` implements this. Attribute values stay as they
    are and are checked against the new category at their next change.
    """


@hookspec
def categories_shown(scope: str) -> Collection[UUID] | None:
    """Return which of everybody's categories the tree of a scope shows, each with all below it; None: all.

    Called for each tree of a scope. Answer from memory or with one query. What is
    not shown can still be named: this is for choosing, not a right.
    """
    raise AssertionError("a specification is never called")
