"""Access tokens: JWTs (RFC 7519) of the profile `at+jwt` (RFC 9068), HS256.

Only this deployment makes and reads them, so one shared key does; HS256
verifies three times as fast as EdDSA. The header names its key (`kid`); the
algorithm is ours to choose, never the token's.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import jwt

from kernel.auth.problems import CredentialsRefused

if TYPE_CHECKING:
    from kernel.auth.settings import AuthSettings
    from kernel.auth.signing_keys import SigningKeys
    from kernel.clock import Clock

ALGORITHM = "HS256"
TYPE = "at+jwt"
CLAIMS = ["iss", "aud", "sub", "sid", "iat", "exp", "jti"]
# NOTE: the times are compared with the injected clock below; PyJWT would ask the machine's
OPTIONS: Any = {"require": CLAIMS, "verify_exp": False, "verify_iat": False, "verify_nbf": False}


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a good access token says: whose, which session's, until when."""

    account_id: UUID
    session_id: UUID
    expires_at: datetime


class AccessTokens:
    """Makes and reads access tokens."""

    def __init__(self, settings: AuthSettings, clock: Clock, keys: SigningKeys) -> None:
        self._settings = settings
        self._clock = clock
        self._keys = keys

    def mint(self, account_id: UUID, session_id: UUID, not_after: datetime) -> tuple[str, int]:
        """Return a token and its life in seconds; it ends at `not_after` at the latest."""
        now = self._clock.now()
        life = min(timedelta(seconds=self._settings.access_ttl), not_after - now)
        issued = int(now.timestamp())
        seconds = max(1, int(life.total_seconds()))
        claims = {
            "iss": self._settings.issuer,
            "aud": self._settings.issuer,
            "sub": str(account_id),
            "sid": str(session_id),
            "iat": issued,
            "exp": issued + seconds,
            "jti": secrets.token_urlsafe(8),
        }
        key = self._keys.signing()
        return jwt.encode(claims, key.secret, ALGORITHM, headers={"kid": key.kid, "typ": TYPE}), seconds

    def read(self, token: str, *, fresh: bool = False) -> AccessClaims | None:
        """Return what a token of ours says; None when it is none of ours.

        Raises CredentialsRefused when it bears a key id of ours and is not good.
        """
        header = _header(token)
        if header is None or not isinstance(header.get("kid"), str):
            return None
        key = self._keys.verifying(header["kid"], fresh=fresh)
        if key is None:
            return None
        if header.get("typ") != TYPE:
            raise CredentialsRefused("This is no access token.")
        return self._checked(self._verified(token, key))

    def _verified(self, token: str, key: bytes) -> Mapping[str, Any]:
        issuer = self._settings.issuer
        try:
            return jwt.decode(token, key, [ALGORITHM], audience=issuer, issuer=issuer, options=OPTIONS)
        except (jwt.PyJWTError, ValueError) as ex:
            raise CredentialsRefused("The access token is not valid.") from ex

    def _checked(self, claims: Mapping[str, Any]) -> AccessClaims:
        try:
            expires_at = datetime.fromtimestamp(claims["exp"], UTC)
            read = AccessClaims(UUID(claims["sub"]), UUID(claims["sid"]), expires_at)
        except (ValueError, TypeError, OverflowError, OSError, AttributeError) as ex:
            raise CredentialsRefused("The access token is not valid.") from ex
        if read.expires_at <= self._clock.now():
            raise CredentialsRefused("The access token has expired.")
        return read


def _header(token: str) -> Mapping[str, Any] | None:
    try:
        return jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError):
        return None
