"""What may be done with media, and by whom unless a profile says otherwise."""

from __future__ import annotations

from kernel import Permission

PERMISSIONS = (
    Permission("media:upload", "Upload files", roles=("user",)),
    Permission("media:manage", "See and delete anybody's media"),
)
