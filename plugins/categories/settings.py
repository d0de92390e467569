"""What an operator may tune about categories: section `[categories]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class CategoriesSettings:
    """How large a tree may grow, and how long it is kept."""

    max_depth: int = setting(6, help="Most levels of the tree, the root counted.", minimum=1)
    cache_ttl: int = setting(
        300, help="Seconds a tree may be served from the cache; changes drop it at once.", minimum=1
    )
