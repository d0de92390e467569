"""What an operator may tune about search: section `[search]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """Which engine searches, and in which language."""

    backend: str = setting("postgresql", help="The engine; adapters add others under their own names.")
    language: str = setting(
        "english",
        help="PostgreSQL text search configuration whose word forms count as one (`\\dF` lists them); "
        "`simple` for none. After a change run `manage.py search reindex`.",
    )
    typo_tolerance: bool = setting(True, help="Search for the nearest known words when nothing is found.")
