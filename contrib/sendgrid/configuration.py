"""What is wrong with the settings, told at the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contrib.sendgrid.events import public_key
from contrib.sendgrid.provider import SendgridProvider
from contrib.sendgrid.settings import SendgridSettings
from kernel import ConfigurationError

if TYPE_CHECKING:
    from kernel import Application


def provider(app: Application) -> SendgridProvider:
    """Return the provider of the settings; raise ConfigurationError."""
    settings = app.settings.of(SendgridSettings)
    if not settings.api_key:
        raise ConfigurationError("sendgrid.api_key is empty: set it, or leave the plugin out")
    if not settings.api_key.isascii() or not settings.api_key.isprintable():
        raise ConfigurationError("sendgrid.api_key holds characters no key has: copy it again")
    production = app.settings.kernel.environment == "production"
    if not settings.url.startswith("https://") and (production or not settings.url.startswith("http://")):
        raise ConfigurationError(f"sendgrid.url: `{settings.url}` does not begin with https://")
    if settings.webhook_key:
        public_key(settings.webhook_key)
    return SendgridProvider(settings, app.clock)
