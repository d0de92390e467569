"""What may be done with reviews, and by whom unless a profile says otherwise.

Whoever belongs to a scope (a building, a shop) gets `reviews:browse` there
through a scoped role of that scope's plugin, or through `reviews_member`.
"""

from __future__ import annotations

from typing import Final

from kernel import Permission, Role

WRITE: Final = "reviews:write"
BROWSE: Final = "reviews:browse"
MODERATE: Final = "reviews:moderate"

PERMISSIONS: Final = (
    Permission(WRITE, "Review transactions one took part in", roles=("user",)),
    Permission(
        BROWSE, "Read reviews of transactions within a scope", roles=("reviews_member", "reviews_moderator")
    ),
    Permission(MODERATE, "See, withhold and release any review", roles=("reviews_moderator",)),
    Role("reviews_member", "Reads the reviews of a scope.", scoped=True),
    Role("reviews_moderator", "Moderates the reviews of a scope.", scoped=True),
)
