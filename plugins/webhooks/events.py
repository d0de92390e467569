"""What happens to endpoints."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from kernel import event


@event("webhooks.endpoint.disabled", version=1, key="endpoint_id")
class EndpointDisabled:
    """Nothing is sent to it any more; `reason` is gone (it answered 410), failing or owner."""

    endpoint_id: UUID
    owner_id: UUID
    reason: str


@event("webhooks.endpoint.enabled", version=1, key="endpoint_id")
class EndpointEnabled:
    """It gets events again, from now on."""

    endpoint_id: UUID
    owner_id: UUID


EVENTS: Final = (EndpointDisabled, EndpointEnabled)
