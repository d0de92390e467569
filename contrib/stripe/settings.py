"""Settings: `[stripe]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class StripeSettings:
    """Which account takes the money, and whose word about it is taken."""

    secret_key: str = setting("", help="Secret or restricted API key; required.", secret=True)
    publishable_key: str = setting("", help="Key for the payer's device; it is handed out with each payment.")
    webhook_secrets: list[str] = setting(
        [],
        help="Signing secrets of the webhook endpoint, `whsec_…`; several while one is replaced.",
        secret=True,
    )
    return_url: str = setting(
        "", help="Where methods that leave the page return to; empty: they are not offered."
    )
    api_version: str = setting("2025-03-31.basil", help="Version of the API that is spoken.")
    url: str = setting("https://api.stripe.com", help="The API.")
    timeout: float = setting(20.0, help="Seconds to wait for an answer.", minimum=0.1)
