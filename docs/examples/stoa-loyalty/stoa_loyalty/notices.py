"""The messages loyalty sends, and the types under which people know them."""

from __future__ import annotations

from uuid import UUID

from plugins.notifications.api import NotificationType, send

TYPES = (NotificationType(name="loyalty.earned", title="Points earned", channels=("in_app", "email")),)


def tell_of_points(owner_id: UUID, points: int, balance: int, reason: str, *, key: str) -> None:
    """Tell somebody of new points; once for one `key`, however often it is called."""
    data = {"points": points, "balance": balance, "reason": reason}
    send("loyalty.earned", owner_id, data, key=key)
