"""Razorpay's signatures: HMAC-SHA256 in hexadecimal.

Of a webhook over its body, of what the checkout brings back over
`<order id>|<payment id>` (https://razorpay.com/docs/webhooks/validate-test/).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from plugins.payments.api import WebhookRefused


def of_webhook(given: str, body: bytes, secrets: Sequence[str]) -> None:
    """Raise WebhookRefused unless one of our secrets signed the body."""
    # every secret is compared: how long it takes tells nothing
    if not sum(_same(given, body, secret) for secret in secrets):
        raise WebhookRefused("The signature is not one of this body by our secret.")


def of_payment(order_id: str, payment_id: str, given: str, key_secret: str) -> bool:
    """Say whether the checkout's signature is Razorpay's for this order."""
    return _same(given, f"{order_id}|{payment_id}".encode(), key_secret)


def _same(given: str, signed: bytes, secret: str) -> bool:
    right = hmac.digest(secret.encode(), signed, hashlib.sha256).hex()
    return hmac.compare_digest(right.encode(), given.encode())
