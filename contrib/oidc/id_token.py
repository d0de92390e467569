"""Check an ID token (OpenID Connect Core 1.0, 3.1.3.7).

Signature by a key of the issuer's key set and an algorithm of the allow-list —
never `none`, never a shared secret —, issuer, audience, authorised party, expiry,
nonce, and the access token's hash when it is there. Expiry is measured by the
machine's clock, not the application's: the provider does not share a test clock.
"""

from __future__ import annotations

import hmac
from typing import Any
from uuid import UUID

import jwt
import structlog
from jwt.utils import base64url_encode

from contrib.oidc.discovery import Metadata
from contrib.oidc.registration import ProviderConfig
from kernel import Unavailable
from plugins.accounts.api import ProviderRefused

LEEWAY = 60  # seconds two machines' clocks may differ
REQUIRED = ["iss", "sub", "aud", "exp", "iat"]
MAX_SUBJECT = 255  # OpenID Connect Core 1.0, section 2

log = structlog.get_logger()


def verified(
    token: str, access_token: str, nonce: str, config: ProviderConfig, metadata: Metadata
) -> dict[str, Any]:
    """Return the claims of a token that holds in every point; raise ProviderRefused."""
    try:
        claims = _decoded(token, config, metadata)
        _check_parties(claims, config)
        _check_nonce(claims, nonce if config.nonce else "")
        _check_access_token(claims, token, access_token)
    except jwt.PyJWKClientConnectionError as ex:
        raise Unavailable("The identity provider's keys cannot be read; try again.") from ex
    except (jwt.PyJWTError, ValueError, TypeError) as ex:
        log.warning("id_token_refused", provider=config.name, reason=str(ex))
        raise ProviderRefused from ex
    return claims


def _decoded(token: str, config: ProviderConfig, metadata: Metadata) -> dict[str, Any]:
    header = jwt.get_unverified_header(token)
    algorithm = header.get("alg")
    if algorithm not in config.algorithms:
        raise jwt.InvalidAlgorithmError(f"{algorithm!r} is not in the allow-list")
    key = metadata.keys.get_signing_key(str(header.get("kid")))
    tenant = _tenant(jwt.decode(token, options={"verify_signature": False}), metadata)
    return jwt.decode(
        token,
        key=key.key,
        algorithms=[algorithm],
        audience=config.client_id,
        issuer=metadata.issuer_for(tenant),
        leeway=LEEWAY,
        options={"require": REQUIRED},
    )


def _tenant(claims: dict[str, Any], metadata: Metadata) -> str:
    """Return Microsoft's tenant id, which must be a UUID; empty for everybody else."""
    return str(UUID(str(claims.get("tid")))) if metadata.issuer_for("") != metadata.issuer else ""


def _check_parties(claims: dict[str, Any], config: ProviderConfig) -> None:
    """Refuse a token for several audiences that was not made for this client."""
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    party = claims.get("azp")
    if (several or party is not None) and party != config.client_id:
        raise jwt.InvalidAudienceError(f"authorised party is {party!r}")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= MAX_SUBJECT:
        raise jwt.InvalidTokenError("sub is not a text of 1 to 255 characters")


def _check_nonce(claims: dict[str, Any], nonce: str) -> None:
    if nonce and not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise jwt.InvalidTokenError("nonce is not the one of this sign-in")


def _check_access_token(claims: dict[str, Any], token: str, access_token: str) -> None:
    """Compare `at_hash` (section 3.1.3.6): left half of the algorithm's hash."""
    if "at_hash" not in claims:
        return
    algorithm = jwt.get_algorithm_by_name(jwt.get_unverified_header(token)["alg"])
    digest = algorithm.compute_hash_digest(access_token.encode())
    if not hmac.compare_digest(base64url_encode(digest[: len(digest) // 2]), str(claims["at_hash"]).encode()):
        raise jwt.InvalidTokenError("at_hash is of another access token")
