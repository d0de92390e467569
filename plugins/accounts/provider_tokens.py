"""Tokens that a provider issues and clients send to us as they are.

An adapter knows its provider's claims; here is what all have in common: RS256
by a published key, issuer and times (RFC 7519, RFC 8725). Times are compared
with the application's clock, as are sign-outs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

import jwt

from kernel import NotFound
from plugins.accounts.identity import ExternalIdentity
from plugins.accounts.problems import TokenRefused
from plugins.accounts.provider_keys import ProviderKeys

if TYPE_CHECKING:
    from jwt.types import Options

    from kernel import Application, Clock

ALGORITHM: Final = "RS256"
LEEWAY: Final = timedelta(seconds=10)  # how far two machines' clocks may differ
MAX_SUBJECT: Final = 255
MAX_TOKEN: Final = 8192  # characters
# NOTE: PyJWT compares times with the machine's clock; `_check_times` does with the application's.
_OPTIONS: Final[Options] = {
    "require": ["iss", "sub", "iat", "exp"],
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderToken:
    """A token that holds in every point.

    `since` is from when the token speaks: what was signed out after that does not
    come back by it. `authenticated_at` is when the person signed in at the
    provider, rather too early than too late, None when the token does not tell;
    `mfa_at` when a second factor was shown there; `session` the provider's id of
    its session, if there is one.
    """

    issuer: str
    subject: str
    since: datetime
    authenticated_at: datetime | None = None
    mfa_at: datetime | None = None
    session: str = ""
    claims: Mapping[str, Any] = field(default_factory=dict)

    @property
    def session_reference(self) -> str:
        """The provider's session under a name that is nobody else's; empty when there is none."""
        return f"{self.issuer} {self.session}" if self.session else ""


class TokenProvider(Protocol):
    """A provider whose own tokens are taken as `Authorization: Bearer`."""

    name: str
    """Stable and URL-safe: `/v1/auth/external/<name>`, `Identity.provider`."""
    issuer: str
    """The `iss` of its tokens: how one is told from another provider's."""

    def verify(self, token: str) -> ProviderToken:
        """Check a token whose `iss` is `issuer`; hot path, I/O only when keys must be read.

        Raises TokenRefused, or Unavailable when the keys cannot be read.
        """
        ...

    def describe(self, token: ProviderToken) -> ExternalIdentity:
        """Return who that is, when the account is to be opened or linked; no transaction is held.

        Raises TokenRefused when the provider does not know them (any more), Unavailable.
        """
        ...


class TokenProviders:
    """Token providers by name and by issuer."""

    def __init__(self, providers: Iterable[TokenProvider]) -> None:
        """Index `providers`; raise ValueError when two share a name or an issuer."""
        self._by_name: dict[str, TokenProvider] = {}
        self._by_issuer: dict[str, TokenProvider] = {}
        for one in providers:
            if one.name in self._by_name or one.issuer in self._by_issuer:
                raise ValueError(f"two providers of tokens share {one.name!r} or {one.issuer!r}: rename one")
            self._by_name[one.name] = self._by_issuer[one.issuer] = one

    def named(self, name: str) -> TokenProvider:
        """Return the provider called `name`; raise NotFound."""
        if name not in self._by_name:
            raise NotFound(f"No tokens of a provider {name!r} are taken here.")
        return self._by_name[name]

    def issuing(self, token: str) -> TokenProvider | None:
        """Return who claims to have issued a token, None when nobody here; nothing is verified yet."""
        if not self._by_issuer or len(token) > MAX_TOKEN or token.count(".") != 2:  # noqa: PLR2004 - a JWS
            return None
        try:
            claims = jwt.decode(token, options={"verify_signature": False})
        except (jwt.PyJWTError, ValueError, RecursionError):
            return None
        issuer = claims.get("iss")
        return self._by_issuer.get(issuer) if isinstance(issuer, str) else None


def collected(app: Application) -> TokenProviders:
    """Return what the hook offers in this process."""
    offered = app.hooks.call("accounts_token_providers", app=app)
    return TokenProviders(provider for providers in offered for provider in providers)


def verified_claims(token: str, keys: ProviderKeys, issuer: str, clock: Clock) -> dict[str, Any]:
    """Return the claims of a token that is signed, by this issuer, and in time.

    Raises TokenRefused, or Unavailable when the keys cannot be read.
    """
    if len(token) > MAX_TOKEN:
        raise TokenRefused("The token is too long.")
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") != ALGORITHM or not isinstance(header.get("kid"), str):
            raise TokenRefused(f"The token is not signed with {ALGORITHM} and a named key.")
        key = keys.key(header["kid"])
        claims = jwt.decode(token, key, algorithms=[ALGORITHM], issuer=issuer, options=_OPTIONS)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as ex:
        raise TokenRefused("The token is not one this identity provider signed for us.") from ex
    _check_times(claims, clock.now())
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT or not subject.isprintable():
        raise TokenRefused("The token names nobody.")
    return claims


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    if moment(claims, "exp") + LEEWAY <= now:
        raise TokenRefused("The token has expired.")
    for name in ("iat", "nbf", "auth_time"):
        if name in claims and moment(claims, name) - LEEWAY > now:
            raise TokenRefused("The token is not valid yet.")


def moment(claims: Mapping[str, Any], name: str) -> datetime:
    """Return a NumericDate claim (RFC 7519, section 2); raise TokenRefused when it is none."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenRefused(f"The token's {name} is no time.")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as ex:
        raise TokenRefused(f"The token's {name} is no time.") from ex
