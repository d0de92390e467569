"""Settings: `[payments]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class PaymentsSettings:
    """Through whom money comes and goes, and how long things wait."""

    gateways: list[str] = setting(
        [],
        help="Gateways people may pay by, the default first; empty: the test gateway, in production none.",
    )
    payout_gateway: str = setting("", help="Gateway that sends payouts; empty: the first of `gateways`.")
    payout_approval: bool = setting(True, help="Payouts wait for somebody with payments:payouts.")
    expiry_minutes: int = setting(
        60,
        help="Minutes after which a payment nobody made expires, unless its owner said; 0: never.",
        minimum=0,
    )
    release_days: int = setting(
        14, help="Days after which money in escrow goes to the payee by itself; 0: never.", minimum=0
    )
    history_days: int = setting(90, help="Days that webhooks are remembered.", minimum=7)
    test_webhook_url: str = setting(
        "", help="Where the test gateway posts its webhooks, such as your own address; empty: nowhere."
    )
