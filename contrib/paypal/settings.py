"""Settings: `[paypal]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class PaypalSettings:
    """Which account takes the money, and whose word about it is taken."""

    client_id: str = setting("", help="Client id of the REST application; required.")
    client_secret: str = setting("", help="Its secret; required.", secret=True)
    webhook_id: str = setting("", help="Id of the webhook, as PayPal shows it; empty: webhooks are refused.")
    return_url: str = setting("", help="Page the payer comes back to after approval; required.")
    cancel_url: str = setting("", help="Page the payer comes back to without; empty: the same.")
    url: str = setting(
        "https://api-m.paypal.com", help="The API; `https://api-m.sandbox.paypal.com` to try it."
    )
    timeout: float = setting(20.0, help="Seconds to wait for an answer.", minimum=0.1)
