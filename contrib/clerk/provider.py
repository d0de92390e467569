"""Check Clerk's session tokens.

Claims: https://clerk.com/docs/guides/sessions/session-tokens (versions 1 and 2).
Beyond signature, issuer and times: `sid` must be there, so a token made from a
template for another service is none; `azp`, the origin it was issued to, must be
one of ours when it is there (native apps have none, as in Clerk's own SDKs); a
session that waits for a task (`sts: pending`) is not signed in yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from jwt import PyJWK, PyJWTError

from contrib.clerk.backend import Backend
from contrib.clerk.people import identity_of
from contrib.clerk.settings import ClerkSettings
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

NAME: Final = "clerk"
_OK: Final = 200
_MINUTE: Final = timedelta(minutes=1)
_KEPT: Final = ("sub", "sid", "azp", "iss", "exp", "act", "o", "org_id", "org_role", "org_slug")


class ClerkTokens:
    """The session tokens of one application."""

    name = NAME

    def __init__(self, settings: ClerkSettings, backend: Backend, http: ProviderHttp, clock: Clock) -> None:
        """Describe the application; nothing is read before the first token."""
        self.issuer = settings.issuer
        self._settings = settings
        self._backend = backend
        self._clock = clock
        url = settings.jwks_url or f"{settings.issuer}/.well-known/jwks.json"
        self._keys = ProviderKeys(lambda: published(http, url), clock)

    def verify(self, token: str) -> ProviderToken:
        """Return what a token says; raise TokenRefused or Unavailable."""
        claims = verified_claims(token, self._keys, self.issuer, self._clock)
        session = claims.get("sid")
        if not isinstance(session, str) or not session:
            raise TokenRefused("This is no session token of Clerk's.")
        if claims.get("sts") == "pending":
            raise TokenRefused("The session at Clerk has a task to finish first.")
        self._check_parties(claims)
        issued_at = moment(claims, "iat")
        signed_in, second = _shown_at(claims, 0, issued_at), _shown_at(claims, 1, issued_at)
        return ProviderToken(
            issuer=self.issuer,
            subject=claims["sub"],
            since=signed_in or issued_at,
            authenticated_at=signed_in - _MINUTE if signed_in else None,
            mfa_at=second - _MINUTE if second else None,
            session=session,
            claims={name: claims[name] for name in _KEPT if name in claims},
        )

    def describe(self, token: ProviderToken) -> ExternalIdentity:
        """Ask the Backend API who that is."""
        return identity_of(self._backend.user(token.subject), self.issuer)

    def _check_parties(self, claims: Mapping[str, Any]) -> None:
        party, allowed = claims.get("azp"), self._settings.authorized_parties
        if party is not None and allowed and party not in allowed:
            raise TokenRefused("The token was issued to another origin.")
        audience, named = self._settings.audience, claims.get("aud", [])
        named = [named] if isinstance(named, str) else named
        if (audience or named) and (not isinstance(named, list) or audience not in named):
            raise TokenRefused("The token is for another audience.")


def _shown_at(claims: Mapping[str, Any], factor: int, issued_at: datetime) -> datetime | None:
    """Return when a factor was last shown, up to a minute too late: `fva` has whole minutes, -1 for never."""
    ages = claims.get("fva")
    age = ages[factor] if isinstance(ages, list) and len(ages) > factor else None
    if not isinstance(age, int) or isinstance(age, bool) or not 0 <= age < 10**7:
        return None
    return issued_at - age * _MINUTE


def published(http: ProviderHttp, url: str) -> PublishedKeys:
    """Return the RSA keys of a key set (RFC 7517); raise Unavailable."""
    answer = http.fetch(url)
    body = answer.json() if answer.status == _OK else None
    entries = body.get("keys") if isinstance(body, Mapping) else None
    if not isinstance(entries, list):
        raise Unavailable(f"There is no key set at {url}.")
    keys = dict(pair for pair in map(_named_key, entries) if pair)
    return PublishedKeys(keys, max_age(answer.headers.get("cache-control", "")))


def _named_key(entry: object) -> tuple[str, Any] | None:
    """Return a key that may verify signatures, by its id; others in the set are not for us."""
    if not isinstance(entry, dict) or entry.get("kty") != "RSA" or entry.get("use", "sig") != "sig":
        return None
    try:
        return str(entry["kid"]), PyJWK(entry, algorithm="RS256").key
    except (PyJWTError, KeyError, ValueError, TypeError):
        return None
