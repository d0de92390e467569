"""What other plugins may use of webhooks."""

from __future__ import annotations

from plugins.webhooks.catalogue import Catalogue, PublicEvent
from plugins.webhooks.events import EndpointDisabled, EndpointEnabled

__all__ = ["Catalogue", "EndpointDisabled", "EndpointEnabled", "PublicEvent"]
