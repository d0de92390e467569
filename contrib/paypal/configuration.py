"""What is wrong with the settings, told at the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contrib.paypal.gateway import PaypalGateway
from contrib.paypal.settings import PaypalSettings
from kernel import ConfigurationError
from plugins.payments.api import require_url

if TYPE_CHECKING:
    from kernel import Application


def gateway(app: Application) -> PaypalGateway:
    """Return the gateway of the settings; raise ConfigurationError."""
    settings = app.settings.of(PaypalSettings)
    production = app.settings.kernel.environment == "production"
    for name in ("client_id", "client_secret", "return_url"):
        if not getattr(settings, name):
            raise ConfigurationError(f"paypal.{name} is empty: set it, or leave the plugin out")
    if production and "sandbox" in settings.url:
        raise ConfigurationError("paypal.url is the sandbox, which is refused in production")
    require_url("paypal.url", settings.url, production=production)
    return PaypalGateway(settings, app.clock)
