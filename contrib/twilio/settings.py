"""Settings: `[twilio]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """Which account sends, and from which number."""

    account_sid: str = setting("", help="The account's SID, `AC…`; required.")
    key_sid: str = setting("", help="SID of an API key, `SK…`; empty: the account's own token is used.")
    secret: str = setting(
        "", help="The API key's secret, or the account's auth token; required.", secret=True
    )
    sender: str = setting("", help="Number (E.164), sender id, or messaging service (`MG…`); required.")
    url: str = setting("https://api.twilio.com", help="The API.")
    timeout: float = setting(15.0, help="Seconds to wait for an answer.", minimum=0.1)
