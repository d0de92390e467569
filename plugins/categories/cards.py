"""What other plugins show of a category."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CategoryCard:
    """A category as part of something else: of a listing, a product, a commission rule.

    `path` holds the ids from the root to the category itself, `names` their
    names; `scope` None means that it is everybody's.
    """

    id: UUID
    name: str
    slug: str
    scope: str | None
    path: tuple[UUID, ...]
    names: tuple[str, ...]

    @property
    def parent_id(self) -> UUID | None:
        """The category above, None for a root."""
        return self.path[-2] if len(self.path) > 1 else None
