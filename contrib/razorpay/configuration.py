"""What is wrong with the settings, told at the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contrib.razorpay.gateway import RazorpayGateway
from contrib.razorpay.settings import RazorpaySettings
from kernel import ConfigurationError
from plugins.payments.api import require_url

if TYPE_CHECKING:
    from kernel import Application


def gateway(app: Application) -> RazorpayGateway:
    """Return the gateway of the settings; raise ConfigurationError."""
    settings = app.settings.of(RazorpaySettings)
    production = app.settings.kernel.environment == "production"
    if not settings.key_id or not settings.key_secret:
        raise ConfigurationError(
            "razorpay.key_id and key_secret are needed: set them, or leave the plugin out"
        )
    if not settings.key_id.startswith("rzp_"):
        raise ConfigurationError("razorpay.key_id does not begin with rzp_: copy it again")
    if production and settings.key_id.startswith("rzp_test_"):
        raise ConfigurationError("razorpay.key_id is one for tests, which is refused in production")
    require_url("razorpay.url", settings.url, production=production)
    return RazorpayGateway(settings)
