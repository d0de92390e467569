"""Settings: `[sendgrid]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class SendgridSettings:
    """Which account sends, and whose word about bounces is taken."""

    api_key: str = setting("", help="An API key that may send mail; required.", secret=True)
    url: str = setting(
        "https://api.sendgrid.com", help="The API; `https://api.eu.sendgrid.com` for accounts in the EU."
    )
    timeout: float = setting(20.0, help="Seconds to wait for an answer.", minimum=0.1)
    sandbox: bool = setting(False, help="Have the API check messages and deliver none.")
    webhook_key: str = setting(
        "", help="Verification key of the signed event webhook; empty: `/v1/sendgrid/events` is closed."
    )
