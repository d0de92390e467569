"""The provider: one encrypted request a message (RFC 8030, 8291), and what the answers mean."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Final

import http_ece
import orjson
import requests
from cryptography.hazmat.primitives.asymmetric import ec

from contrib.webpush import subscriptions
from contrib.webpush.settings import WebpushSettings
from contrib.webpush.vapid import Vapid, origin
from kernel import AddressRefused, outward_session
from plugins.notifications.api import Outcome, PushMessage, shortened

LARGEST: Final = 3993  # bytes: what every push service must take, less what encrypting adds (RFC 8291 4)
_READ: Final = 4096  # bytes of an answer that are read, to use the connection again
_GONE: Final = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
_LATER: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)


class WebPushProvider:
    """Sends with one VAPID key; safe for several workers at once."""

    def __init__(self, settings: WebpushSettings, vapid: Vapid) -> None:
        self._settings = settings
        self._vapid = vapid
        self._session = outward_session(timeout=settings.timeout, private=settings.allow_private)

    def check(self, token: str, keys: Mapping[str, str]) -> None:
        """Raise Invalid unless it is a subscription at a push service that is used."""
        subscriptions.check(token, keys, self._settings.services, private=self._settings.allow_private)

    def send(self, messages: Sequence[PushMessage]) -> Iterator[Outcome]:
        """Yield one outcome a message.

        A push service that fails is not asked again for the rest of the batch; the
        others are.
        """
        failing: dict[str, Outcome] = {}
        for message in messages:
            service = origin(message.token)
            if service in failing:
                known = failing[service]
                yield Outcome(message.id, "deferred", reason=known.reason, retry_after=known.retry_after)
                continue
            outcome, works = self._sent(message)
            if not works:
                failing[service] = outcome
            yield outcome

    def _sent(self, message: PushMessage) -> tuple[Outcome, bool]:
        """Return what became of a message, and whether its push service works."""
        body = payload(message)
        if len(body) > LARGEST:
            return Outcome(message.id, "refused", reason=f"larger than {LARGEST} bytes"), True
        try:
            sealed = _encrypted(body, message.keys)
            with self._session.post(
                message.token, data=sealed, headers=self._headers(message), stream=True
            ) as answer:
                next(answer.iter_content(_READ), b"")
        except AddressRefused:
            return Outcome(message.id, "refused", reason="its push service has no public address"), True
        except (requests.RequestException, OSError) as ex:
            return Outcome(message.id, "deferred", reason=f"no answer: {type(ex).__name__}"), False
        return _judged(message, answer), answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR

    def _headers(self, message: PushMessage) -> dict[str, str]:
        return {
            "Authorization": self._vapid.authorization(message.token),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(self._settings.ttl),
            "Urgency": "high" if message.urgent else "normal",
            **({"Topic": topic(message.tag)} if message.tag else {}),
        }


def payload(message: PushMessage) -> bytes:
    """Return what the service worker gets; a text that is too long is cut."""

    def of(text: str) -> bytes:
        shown = {"title": message.title, "body": text, "tag": message.tag, "data": dict(message.data)}
        return orjson.dumps(shown)

    return of(shortened(message.body, lambda text: len(of(text)) <= LARGEST))


def topic(tag: str) -> str:
    """Return a tag as the `Topic` header takes it: at most 32 characters of base64url (RFC 8030 5.4)."""
    return base64.urlsafe_b64encode(hashlib.blake2b(tag.encode(), digest_size=24).digest()).decode()


def _encrypted(body: bytes, keys: Mapping[str, str]) -> bytes:
    sealed: bytes = http_ece.encrypt(
        body,
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=subscriptions.receiver_key(keys["p256dh"]),
        auth_secret=subscriptions.auth_secret(keys["auth"]),
        version="aes128gcm",
    )
    return sealed


def _judged(message: PushMessage, answer: requests.Response) -> Outcome:
    status = answer.status_code
    if answer.ok and status < HTTPStatus.MULTIPLE_CHOICES:
        return Outcome(message.id, "sent", provider_id=answer.headers.get("Location", "")[:500])
    reason = f"{status} from {origin(message.token)}"
    if status in _GONE:
        return Outcome(message.id, "refused", reason=reason, gone=True)
    if status in _LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        after = answer.headers.get("Retry-After", "")
        return Outcome(
            message.id, "deferred", reason=reason, retry_after=float(after) if after.isdigit() else None
        )
    return Outcome(message.id, "refused", reason=reason)
