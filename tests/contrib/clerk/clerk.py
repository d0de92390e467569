"""Clerk on loopback: key set, Backend API, session tokens, signed webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
from datetime import datetime
from typing import Any

from jwt.algorithms import RSAAlgorithm

from kernel.testing import Answer, Client
from tests.contrib.issuer import NOT_FOUND, Issuer, Reply, as_json

SECRET_KEY = "sk_test_violet-harbour"
ORIGIN = "https://app.example.com"
SECRET = "whsec_" + base64.b64encode(b"violet-harbour-71-violet").decode()
OLD_SECRET = "whsec_" + base64.b64encode(b"amber-lantern-42-amber-1").decode()
ADA = "user_2abcAda"
WEBHOOKS = "/v1/clerk/webhooks"
_numbers = itertools.count(1)


class Clerk(Issuer):
    """One application at Clerk, with its users."""

    def behave(self) -> None:
        super().behave()
        self.users: dict[str, dict[str, Any]] = {ADA: user()}
        self.cache_control = "max-age=300"

    def reply(self, path: str, headers: Any) -> Reply:
        if path == "/.well-known/jwks.json":
            public = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
            keys = [{"kty": "EC", "kid": "other"}, {**public, "kid": self.kid, "use": "sig", "alg": "RS256"}]
            return as_json({"keys": keys}, cache_control=self.cache_control)
        if headers["Authorization"] != f"Bearer {SECRET_KEY}":
            return 401, {}, b'{"errors": [{"code": "authentication_invalid"}]}'
        found = self.users.get(path.removeprefix("/v1/users/"))
        return as_json(found) if found else NOT_FOUND

    def claims(self, now: datetime, **changes: Any) -> dict[str, Any]:
        """Return the claims of a session token of a minute; None takes one away."""
        seconds = int(now.timestamp())
        claims = {
            "iss": self.url, "sub": ADA, "sid": "sess_1", "azp": ORIGIN, "v": 2, "sts": "active",
            "iat": seconds, "nbf": seconds - 10, "exp": seconds + 60, "fva": [0, -1],
            "jti": "a1b2", **changes,
        }  # fmt: skip
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, now: datetime, **changes: Any) -> str:
        return self.sign(self.claims(now, **changes))

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "api_url": self.url,
            "secret_key": SECRET_KEY,
            "authorized_parties": [ORIGIN],
            "webhook_secrets": [OLD_SECRET, SECRET],
        }


def user(id: str = ADA, email: str = "ada@example.com", *, verified: bool = True, **changes: Any) -> Any:
    """Return a user object as the Backend API and the webhooks have it."""
    status = "verified" if verified else "unverified"
    return {
        "id": id, "object": "user", "first_name": "Ada", "last_name": "Lovelace", "username": None,
        "image_url": "https://img.clerk.com/ada", "has_image": True, "banned": False,
        "primary_email_address_id": "idn_1",
        "email_addresses": [
            {"id": "idn_0", "email_address": "old@example.com", "verification": {"status": "verified"}},
            {"id": "idn_1", "email_address": email, "verification": {"status": status}},
        ],
        "primary_phone_number_id": None, "phone_numbers": [], "created_at": 1_700_000_000_000,
        "updated_at": 1_700_000_000_000, **changes,
    }  # fmt: skip


def signature(message_id: str, timestamp: int, body: bytes, secret: str = SECRET) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def signed(now: datetime, body: bytes, message_id: str = "", secret: str = SECRET) -> dict[str, str]:
    """Return the headers Svix sends with a body."""
    message_id = message_id or f"msg_{next(_numbers)}"
    timestamp = int(now.timestamp())
    return {
        "content-type": "application/json",
        "svix-id": message_id,
        "svix-timestamp": str(timestamp),
        "svix-signature": signature(message_id, timestamp, body, secret),
    }


def deliver(client: Client, type: str, data: Any, message_id: str = "") -> Answer:
    """Deliver an event as Svix does, signed now."""
    body = json.dumps({"type": type, "object": "event", "data": data}).encode()
    return client.post(WEBHOOKS, body=body, headers=signed(client.app.clock.now(), body, message_id))
