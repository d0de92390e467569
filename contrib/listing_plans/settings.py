"""What an operator may tune about plans for listings: section `[listing_plans]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class ListingPlansSettings:
    """How much better a place priority is."""

    boost: float = setting(
        2.0,
        help="The relevance of listings of sellers with `priority_placement` is multiplied by this.",
        minimum=1,
        maximum=100,
    )
