"""Firebase's token issuer on loopback: certificates by key id, ID tokens."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from tests.contrib.issuer import NOT_FOUND, Issuer, Reply, as_json

PROJECT = "stoa-1234"
CERTIFICATES = "/x509"
UID = "Ada0000000000000000000000001"


class Google(Issuer):
    """Signs for one project."""

    def behave(self) -> None:
        super().behave()
        self.cache_control = "public, max-age=19302, must-revalidate, no-transform"

    def reply(self, path: str, headers: Any) -> Reply:
        if path != CERTIFICATES:
            return NOT_FOUND
        published = {self.kid: certificate(self.key), "of-another-kind": "no certificate"}
        return as_json(published, cache_control=self.cache_control)

    def claims(self, now: datetime, **changes: Any) -> dict[str, Any]:
        """Return the claims of an ID token of an hour; None takes one away."""
        seconds = int(now.timestamp())
        claims = {
            "iss": f"https://securetoken.google.com/{PROJECT}", "aud": PROJECT, "sub": UID, "user_id": UID,
            "auth_time": seconds, "iat": seconds, "exp": seconds + 3600, "name": "Ada Lovelace",
            "picture": "https://img.example/ada", "email": "ada@example.com", "email_verified": True,
            "firebase": {"identities": {}, "sign_in_provider": "google.com"}, **changes,
        }  # fmt: skip
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, now: datetime, **changes: Any) -> str:
        return self.sign(self.claims(now, **changes))

    @property
    def settings(self) -> dict[str, Any]:
        return {"project_id": PROJECT, "certificates_url": self.url + CERTIFICATES}


def certificate(key: Any) -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "securetoken.system.gserviceaccount.com")])
    made = x509.CertificateBuilder(
        issuer_name=name, subject_name=name, public_key=key.public_key(), serial_number=1,
        not_valid_before=datetime(2020, 1, 1, tzinfo=UTC), not_valid_after=datetime(2040, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    return made.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()
