"""What may be done with listings, and by whom unless a profile says otherwise.

Whoever lives in a scope (a building, a shop) gets `listings:browse` there
through a scoped role of that scope's plugin, or through `listings_member`.
"""

from __future__ import annotations

from typing import Final

from kernel import Permission, Role

PUBLISH: Final = "listings:publish"
BROWSE: Final = "listings:browse"
MODERATE: Final = "listings:moderate"

PERMISSIONS = (
    Permission(PUBLISH, "Offer things; within a scope it takes listings:browse there, too", roles=("user",)),
    Permission(BROWSE, "See the listings of a scope", roles=("listings_member", "listings_moderator")),
    Permission(
        MODERATE, "See, withhold, release, change and delete any listing", roles=("listings_moderator",)
    ),
    Role("listings_member", "Sees and offers listings within a scope.", scoped=True),
    Role("listings_moderator", "Moderates the listings of a scope.", scoped=True),
)
