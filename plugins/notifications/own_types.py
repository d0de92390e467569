"""The types of messages notifications itself sends."""

from __future__ import annotations

from typing import Final

from plugins.notifications.kinds import NotificationType

DIGEST: Final = "notifications.digest"

TYPES = (
    NotificationType(
        DIGEST,
        "Digest of what you missed",
        channels=("email",),
        summary="One e-mail an hour or a day in place of many, for those who choose it.",
        digestible=False,
    ),
)
