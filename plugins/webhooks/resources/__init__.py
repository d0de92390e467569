"""HTTP: parse, call, respond."""

from __future__ import annotations

from typing import Final

from kernel import Route
from plugins.webhooks.resources import endpoints, log

ROUTES: Final = (
    Route("/webhooks", endpoints.Endpoints()),
    Route("/webhooks/event-types", endpoints.EventTypes()),
    Route("/webhooks/{endpoint_id:uuid}", endpoints.Endpoint()),
    *endpoints.ACTIONS,
    Route("/webhooks/{endpoint_id:uuid}/test", log.Test()),
    Route("/webhooks/{endpoint_id:uuid}/replay", log.Replay()),
    Route("/webhooks/{endpoint_id:uuid}/deliveries", log.Deliveries()),
    Route("/webhooks/{endpoint_id:uuid}/deliveries/{delivery_id:uuid}", log.Delivery()),
    Route("/webhooks/{endpoint_id:uuid}/deliveries/{delivery_id:uuid}/replay", log.ReplayOne()),
)
