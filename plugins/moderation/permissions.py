"""What may be done about things and people, and by whom unless a profile says otherwise."""

from __future__ import annotations

from typing import Final

from kernel import Permission, Role

REVIEW: Final = "moderation:review"
SANCTION: Final = "moderation:sanction"
MODERATOR: Final = "moderator"

PERMISSIONS: Final = (
    Role(MODERATOR, "Looks after what people publish, and after people."),
    Permission(
        REVIEW,
        "See reports, hide what is reported and warn its owner, in the scope it is held in",
        roles=(MODERATOR,),
    ),
    Permission(SANCTION, "Suspend and ban people for what they did", roles=(MODERATOR,)),
)
