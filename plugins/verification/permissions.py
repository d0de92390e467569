"""What may be done with requests of others, and by whom unless a profile says otherwise."""

from __future__ import annotations

from typing import Final

from kernel import Permission, Role

REVIEW: Final = "verification:review"
REVIEWER: Final = "verification_reviewer"

PERMISSIONS: Final = (
    Role(REVIEWER, "Decides about sellers, providers and whatever the platform verifies."),
    Permission(REVIEW, "See and decide requests that are the platform's to verify", roles=(REVIEWER,)),
)
