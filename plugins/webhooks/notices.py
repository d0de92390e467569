"""The message webhooks send, and the type under which people know it."""

from __future__ import annotations

from typing import Final

from kernel import app
from plugins.notifications.api import NotificationType, send
from plugins.webhooks.models import Endpoint

TYPES: Final = (NotificationType("webhooks.endpoint_disabled", "One of your webhook endpoints was disabled"),)


def tell_disabled(endpoint: Endpoint, reason: str) -> None:
    """Tell the owner that nothing is sent any more, and why: `gone` or `failing`."""
    data = {
        "endpoint_id": str(endpoint.id),
        "address": endpoint.url,
        "description": endpoint.description,
        "reason": reason,
        "url": f"/v1/webhooks/{endpoint.id}",
    }
    key = f"{endpoint.id}:{app.clock.now().isoformat()}"
    send("webhooks.endpoint_disabled", endpoint.owner_id, data, key=key)
