"""What is wrong with the settings, told at the start."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from contrib.twilio.provider import TwilioProvider
from contrib.twilio.settings import TwilioSettings
from kernel import ConfigurationError

if TYPE_CHECKING:
    from kernel import Application


def provider(app: Application) -> TwilioProvider:
    """Return the provider of the settings; raise ConfigurationError."""
    settings = app.settings.of(TwilioSettings)
    production = app.settings.kernel.environment == "production"
    for name in ("account_sid", "secret", "sender"):
        if not getattr(settings, name):
            raise ConfigurationError(f"twilio.{name} is empty: set it, or leave the plugin out")
    if not re.fullmatch(r"AC[0-9a-fA-F]{32}", settings.account_sid):
        raise ConfigurationError("twilio.account_sid is no account's SID: `AC` and 32 hexadecimal digits")
    if not settings.url.startswith("https://") and (production or not settings.url.startswith("http://")):
        raise ConfigurationError(f"twilio.url: `{settings.url}` does not begin with https://")
    return TwilioProvider(settings)
