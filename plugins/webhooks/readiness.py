"""What must be right before the first event: asked once, at the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel import ConfigurationError
from plugins.webhooks.schedule import waits
from plugins.webhooks.settings import WebhooksSettings
from plugins.webhooks.subscribers import subscribe

if TYPE_CHECKING:
    from kernel import Application


def prepare(app: Application) -> None:
    """Check the settings, subscribe to public events; raise ConfigurationError or PluginError."""
    settings = app.settings.of(WebhooksSettings)
    waits(settings.retries)
    if settings.allow_private and app.settings.kernel.environment == "production":
        raise ConfigurationError("webhooks.allow_private is on in production: turn it off")
    subscribe(app)
