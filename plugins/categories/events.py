"""What happens to categories, for other plugins to react to.

The key is the category's own id. A change of the tree touches everything below
it: `api.descendants(category_id)` tells what that is.
"""

from __future__ import annotations

from uuid import UUID

from kernel import event


@event("categories.category.created", version=1, key="category_id")
class CategoryCreated:
    """There is a new category; `parent_id` None means a root."""

    category_id: UUID
    parent_id: UUID | None


@event("categories.category.updated", version=1, key="category_id")
class CategoryUpdated:
    """Its own fields changed; `fields` names them. Attributes count for everything below, too."""

    category_id: UUID
    fields: list[str]


@event("categories.category.moved", version=1, key="category_id")
class CategoryMoved:
    """It hangs elsewhere, with all below it; paths run from the root to the category itself.

    An inline subscriber that raises refuses the move.
    """

    category_id: UUID
    old_path: list[UUID]
    new_path: list[UUID]


@event("categories.category.deleted", version=1, key="category_id")
class CategoryDeleted:
    """It is gone; `reassigned_to` has what belonged to it, None when nothing did."""

    category_id: UUID
    reassigned_to: UUID | None = None


EVENTS = (CategoryCreated, CategoryUpdated, CategoryMoved, CategoryDeleted)
