"""Signatures of webhooks, as Svix and the Standard Webhooks specification have them.

HMAC-SHA256 over `<id>.<timestamp>.<body>`; the header holds several, separated
by spaces, while a secret is replaced (https://www.standardwebhooks.com, 1.0).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from kernel import ConfigurationError, Unauthorized

TOLERANCE: Final = timedelta(minutes=5)
MAX_SIGNATURES: Final = 20
_ID: Final = re.compile(r"[\x21-\x7e]{1,255}\Z")
_SECONDS: Final = re.compile(r"[0-9]{1,11}\Z")


class SignatureRefused(Unauthorized):
    """The webhook is not signed by the sender's secret, or not lately."""

    type, title = "webhook-signature-refused", "This webhook is not signed as it must be"


def signing_key(secret: str) -> bytes:
    """Return the key of a `whsec_…` secret; raise ConfigurationError."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError as ex:
        raise ConfigurationError("clerk.webhook_secrets holds no signing secret: copy it again") from ex
    if not secret.startswith("whsec_") or len(key) < 16:  # noqa: PLR2004 - 128 bits
        raise ConfigurationError("clerk.webhook_secrets: a signing secret begins with whsec_: copy it again")
    return key


def verified_id(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> str:
    """Return the message id of a webhook signed lately; raise SignatureRefused.

    `headers` are lower-cased; both names of each are taken (`svix-id`, `webhook-id`).
    """
    message_id, timestamp, given = (
        headers.get(f"svix-{name}") or headers.get(f"webhook-{name}") or ""
        for name in ("id", "timestamp", "signature")
    )
    if not _ID.match(message_id) or not _SECONDS.match(timestamp):
        raise SignatureRefused("The headers svix-id, svix-timestamp and svix-signature are missing.")
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise SignatureRefused("The timestamp is more than five minutes from now.")
    signed = f"{message_id}.{timestamp}.".encode() + body
    right = [hmac.digest(signing_key(secret), signed, hashlib.sha256) for secret in secrets]
    offered = [_decoded(one) for one in given.split(" ", MAX_SIGNATURES)[:MAX_SIGNATURES]]
    # every pair is compared: how long it takes tells nothing
    if not sum(hmac.compare_digest(one, other) for one in right for other in offered):
        raise SignatureRefused("No signature is one of this body by our secret.")
    return message_id


def _decoded(text: str) -> bytes:
    """Return the bytes of a `v1,<base64>` signature; empty for any other."""
    version, _, encoded = text.partition(",")
    try:
        return base64.b64decode(encoded, validate=True) if version == "v1" else b""
    except ValueError:
        return b""
