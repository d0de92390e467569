"""What SendGrid reports afterwards: the signed event webhook.

The signature (ECDSA over P-256, SHA-256) covers the timestamp header and the
body as sent. A replayed report repeats what was recorded, so its age does not
matter; SendGrid itself repeats reports for a day.
"""

from __future__ import annotations

import base64
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from contrib.sendgrid.payload import DELIVERY
from contrib.sendgrid.provider import provider_id
from kernel import BadRequest, ConfigurationError, Forbidden
from plugins.notifications.api import report_bounce

PROVIDER: Final = "sendgrid"
_PERMANENT: Final = {"bounce", "dropped", "spamreport"}


def public_key(text: str) -> EllipticCurvePublicKey:
    """Return the verification key as SendGrid shows it (base64 of DER); raise ConfigurationError."""
    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except ValueError as ex:
        raise ConfigurationError("sendgrid.webhook_key is no verification key: copy it again") from ex
    if not isinstance(key, EllipticCurvePublicKey):
        raise ConfigurationError("sendgrid.webhook_key is no ECDSA key: copy it again")
    return key


def record(key: EllipticCurvePublicKey, signature: str, timestamp: str, body: bytes) -> int:
    """Record the bounces of a report; return how many were ours. Raises Forbidden or BadRequest."""
    try:
        key.verify(base64.b64decode(signature), timestamp.encode() + body, ECDSA(SHA256()))
    except (InvalidSignature, ValueError) as ex:
        raise Forbidden("The signature is not SendGrid's.") from ex
    try:
        events = orjson.loads(body)
    except ValueError as ex:
        raise BadRequest("The report is no JSON.") from ex
    if not isinstance(events, list):
        raise BadRequest("The report is no list.")
    return sum(_recorded(event) for event in events if isinstance(event, dict))


def _recorded(event: dict[str, Any]) -> bool:
    kind = event.get("event")
    if kind not in _PERMANENT or not event.get(DELIVERY):
        return False
    reason = str(event.get("reason") or event.get("response") or kind)
    known = provider_id(str(event.get("sg_message_id", "")), str(event[DELIVERY]))
    # A `bounce` of type `blocked` is the receiving server's mood, not the address's end.
    return report_bounce(PROVIDER, known, reason=reason, permanent=event.get("type") != "blocked")
