"""Settings: `[razorpay]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class RazorpaySettings:
    """Which account takes the money, and whose word about it is taken."""

    key_id: str = setting(
        "", help="Id of the API key, `rzp_live_…`; required, and handed to the payer's device."
    )
    key_secret: str = setting("", help="Secret of the API key; required.", secret=True)
    webhook_secrets: list[str] = setting(
        [], help="Secrets of the webhook; several while one is replaced.", secret=True
    )
    account_number: str = setting("", help="RazorpayX account payouts are sent from; empty: none are.")
    payout_mode: str = setting("IMPS", help="How payouts are sent.", choices=("IMPS", "NEFT", "RTGS", "UPI"))
    url: str = setting("https://api.razorpay.com", help="The API.")
    timeout: float = setting(20.0, help="Seconds to wait for an answer.", minimum=0.1)
