"""Check Firebase's ID tokens.

Rules and claims: https://firebase.google.com/docs/auth/admin/verify-id-tokens.
The keys are X.509 certificates, used as long as their `Cache-Control` allows.
Tokens of the emulator are unsigned and never taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import load_pem_x509_certificate

from contrib.firebase.settings import FirebaseSettings
from kernel import Unavailable
from plugins.accounts.api import (
    ExternalIdentity,
    ProviderHttp,
    ProviderKeys,
    ProviderToken,
    PublishedKeys,
    TokenRefused,
    max_age,
    moment,
    verified_claims,
)

if TYPE_CHECKING:
    from kernel import Clock

NAME: Final = "firebase"
ISSUER: Final = "https://securetoken.google.com/"
ANONYMOUS: Final = "anonymous"
MAX_UID: Final = 128
_OK: Final = 200
# What `describe` needs, and what belongs to the way of signing in; custom claims are the product's own.
_DROPPED: Final = frozenset({"iat", "aud"})


class FirebaseTokens:
    """The ID tokens of one project."""

    name = NAME

    def __init__(self, settings: FirebaseSettings, http: ProviderHttp, clock: Clock) -> None:
        """Describe the project; nothing is read before the first token."""
        self.issuer = ISSUER + settings.project_id
        self._settings = settings
        self._clock = clock
        self._keys = ProviderKeys(lambda: published(http, settings.certificates_url), clock)

    def verify(self, token: str) -> ProviderToken:
        """Return what a token says; raise TokenRefused or Unavailable."""
        claims = verified_claims(token, self._keys, self.issuer, self._clock)
        if claims.get("aud") != self._settings.project_id:
            raise TokenRefused("The token is for another project.")
        if len(claims["sub"]) > MAX_UID:
            raise TokenRefused("The token names nobody.")
        authenticated_at = moment(claims, "auth_time")
        way = claims.get("firebase")
        way = way if isinstance(way, Mapping) else {}
        self._check_way(way)
        return ProviderToken(
            issuer=self.issuer,
            subject=claims["sub"],
            since=authenticated_at,
            authenticated_at=authenticated_at,
            mfa_at=authenticated_at if way.get("sign_in_second_factor") else None,
            claims={name: value for name, value in claims.items() if name not in _DROPPED},
        )

    def describe(self, token: ProviderToken) -> ExternalIdentity:
        """Return who that is: the token says it all."""
        claims = token.claims
        email = _text(claims, "email")
        return ExternalIdentity(
            issuer=token.issuer,
            subject=token.subject,
            email=email,
            email_verified=bool(email) and claims.get("email_verified") is True,
            name=_text(claims, "name"),
            picture=_text(claims, "picture"),
            phone=_text(claims, "phone_number"),
        )

    def _check_way(self, way: Mapping[str, Any]) -> None:
        """Refuse ways of signing in, and tenants, that the profile does not take."""
        provider, allowed = way.get("sign_in_provider"), self._settings.sign_in_providers
        if provider not in allowed if allowed else provider in (None, ANONYMOUS):
            raise TokenRefused(f"Signing in by {provider!r} does not count here.")
        tenant, tenants = way.get("tenant"), self._settings.tenants
        if tenant not in tenants if tenants else tenant is not None:
            raise TokenRefused("The token is of another tenant.")


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def published(http: ProviderHttp, url: str) -> PublishedKeys:
    """Return the keys of the certificates by key id; raise Unavailable."""
    answer = http.fetch(url)
    body = answer.json() if answer.status == _OK else None
    if not isinstance(body, Mapping):
        raise Unavailable(f"There are no certificates at {url}.")
    keys = {str(kid): key for kid, pem in body.items() if (key := _key_of(pem))}
    return PublishedKeys(keys, max_age(answer.headers.get("cache-control", "")))


def _key_of(pem: object) -> RSAPublicKey | None:
    """Return the key in a certificate; None when there is no RSA key in it."""
    try:
        key = load_pem_x509_certificate(str(pem).encode()).public_key()
    except ValueError:
        return None
    return key if isinstance(key, RSAPublicKey) else None
