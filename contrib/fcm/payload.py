"""A message as the body of `messages:send`, for every platform at once."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urljoin

import orjson

from plugins.notifications.api import PushMessage, shortened

LARGEST: Final = 3584  # bytes of text and data: FCM and APNs take 4096, with what FCM adds for APNs
_COLLAPSE: Final = 64  # bytes: https://developer.apple.com/documentation/usernotifications, apns-collapse-id


def payload(message: PushMessage, *, now: datetime, ttl: int, public_url: str) -> dict[str, Any]:
    """Return the body; a text that is too long is cut."""

    def size(text: str) -> int:
        return len(orjson.dumps({"title": message.title, "body": text, "data": dict(message.data)}))

    body = shortened(message.body, lambda text: size(text) <= LARGEST)
    tag = collapse_key(message.tag)
    return {
        "message": {
            "token": message.token,
            "notification": {"title": message.title, "body": body},
            "data": dict(message.data),
            "android": _android(message, tag, ttl),
            "apns": _apns(message, tag, now + timedelta(seconds=ttl)),
            "webpush": _webpush(message, tag, ttl, public_url),
        }
    }


def collapse_key(tag: str) -> str:
    """Return what a later message replaces an earlier one by; a tag too long for APNs by its digest."""
    plain = tag.encode()
    return tag if len(plain) <= _COLLAPSE else hashlib.blake2b(plain, digest_size=_COLLAPSE // 2).hexdigest()


def _android(message: PushMessage, tag: str, ttl: int) -> dict[str, Any]:
    made: dict[str, Any] = {"priority": "HIGH" if message.urgent else "NORMAL", "ttl": f"{ttl}s"}
    return {**made, "collapse_key": tag, "notification": {"tag": tag}} if tag else made


def _apns(message: PushMessage, tag: str, ends: datetime) -> dict[str, Any]:
    headers = {
        "apns-priority": "10" if message.urgent else "5",
        "apns-expiration": str(int(ends.timestamp())),
    }
    return {"headers": {**headers, "apns-collapse-id": tag} if tag else headers}


def _webpush(message: PushMessage, tag: str, ttl: int, public_url: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "headers": {"TTL": str(ttl), "Urgency": "high" if message.urgent else "normal"},
        "notification": {"tag": tag} if tag else {},
    }
    link = urljoin(public_url, message.data.get("url", ""))
    # FCM refuses a message whose link is not https
    return {**made, "fcm_options": {"link": link}} if link.startswith("https://") else made
