"""What is wrong with the settings, told at the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contrib.stripe.gateway import StripeGateway
from contrib.stripe.settings import StripeSettings
from kernel import ConfigurationError
from plugins.payments.api import require_url

if TYPE_CHECKING:
    from kernel import Application


def gateway(app: Application) -> StripeGateway:
    """Return the gateway of the settings; raise ConfigurationError."""
    settings = app.settings.of(StripeSettings)
    production = app.settings.kernel.environment == "production"
    if not settings.secret_key:
        raise ConfigurationError("stripe.secret_key is empty: set it, or leave the plugin out")
    if not settings.secret_key.startswith(("sk_", "rk_")):
        raise ConfigurationError("stripe.secret_key does not begin with sk_ or rk_: copy it again")
    if production and "_test_" in settings.secret_key:
        raise ConfigurationError("stripe.secret_key is one for tests, which is refused in production")
    require_url("stripe.url", settings.url, production=production)
    return StripeGateway(settings, app.clock)
