"""Signatures of Stripe's webhooks.

HMAC-SHA256 over `<timestamp>.<body>`; the header has the timestamp and any
number of `v1` signatures (https://docs.stripe.com/webhooks#verify-manually).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from plugins.payments.api import WebhookRefused

TOLERANCE: Final = timedelta(minutes=5)
MOST: Final = 20


def verify(header: str, body: bytes, secrets: Sequence[str], now: datetime) -> None:
    """Raise WebhookRefused unless one of our secrets signed the body lately."""
    parts = [part.partition("=") for part in header.split(",", MOST)[:MOST]]
    times = [value for name, _, value in parts if name.strip() == "t"]
    given = [value for name, _, value in parts if name.strip() == "v1"]
    if len(times) != 1 or not times[0].isascii() or not times[0].isdigit() or len(times[0]) > 11:  # noqa: PLR2004
        raise WebhookRefused("The header Stripe-Signature has no timestamp.")
    if abs(now.timestamp() - int(times[0])) > TOLERANCE.total_seconds():
        raise WebhookRefused("The timestamp is more than five minutes from now.")
    signed = f"{times[0]}.".encode() + body
    right = [hmac.digest(secret.encode(), signed, hashlib.sha256).hex().encode() for secret in secrets]
    # every pair is compared: how long it takes tells nothing
    if not sum(hmac.compare_digest(one, other.encode()) for one in right for other in given):
        raise WebhookRefused("No signature is one of this body by our secret.")
