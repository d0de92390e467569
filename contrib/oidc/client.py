"""An OpenID Connect relying party: authorization code flow with PKCE.

Specifications: OpenID Connect Core 1.0, OAuth 2.0 (RFC 6749), PKCE (RFC 7636),
issuer identification (RFC 9207), security best practice (RFC 9700).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit, urlunsplit

import structlog

from contrib.oidc.discovery import Discovery, Metadata
from contrib.oidc.id_token import verified
from contrib.oidc.registration import ProviderConfig
from plugins.accounts.api import (
    AuthorizationAnswer,
    AuthorizationRequest,
    ExternalIdentity,
    ProviderHttp,
    ProviderRefused,
)

log = structlog.get_logger()


class OidcProvider:
    """One issuer; everything but the client's registration is discovered."""

    def __init__(self, config: ProviderConfig, http: ProviderHttp, keys_cooldown: float = 30) -> None:
        """Describe the provider; nothing is read before the first sign-in."""
        self.config = config
        self.name = config.name
        self.title = config.title
        self._http = http
        self._discovery = Discovery(config.issuer, http, keys_cooldown)

    def authorization_url(self, request: AuthorizationRequest) -> str:
        """Return where to send the browser."""
        return authorization_url(self._discovery.metadata().authorization_endpoint, self.config, request)

    def identify(self, request: AuthorizationRequest, answer: AuthorizationAnswer) -> ExternalIdentity:
        """Exchange the code, check the ID token, return who signed in."""
        metadata = self._discovery.metadata()
        self._check_issuer(answer, metadata)
        tokens = self._exchange(request, answer, metadata)
        access = str(tokens.get("access_token", ""))
        claims = verified(str(tokens.get("id_token", "")), access, request.nonce, self.config, metadata)
        return identity_of({**self._userinfo(claims, access, metadata), **claims}, self.config)

    def _check_issuer(self, answer: AuthorizationAnswer, metadata: Metadata) -> None:
        """Refuse an answer of another issuer (RFC 9207, section 2.4)."""
        missing = metadata.sends_issuer and not answer.issuer
        if missing or (answer.issuer and answer.issuer != metadata.issuer):
            log.warning("oidc_issuer_mismatch", provider=self.name, found=answer.issuer)
            raise ProviderRefused

    def _exchange(
        self, request: AuthorizationRequest, answer: AuthorizationAnswer, metadata: Metadata
    ) -> Mapping[str, Any]:
        form = code_form(self.config, request, answer)
        if not self.config.client_secret:
            return _object(
                self._http.post(metadata.token_endpoint, {**form, "client_id": self.config.client_id})
            )
        if "client_secret_basic" in metadata.token_auth_methods:
            # RFC 6749 2.3.1: both parts are form-encoded before they are joined.
            basic = (quote_plus(self.config.client_id), quote_plus(self.config.client_secret))
            return _object(self._http.post(metadata.token_endpoint, form, basic=basic))
        secret = {"client_id": self.config.client_id, "client_secret": self.config.client_secret}
        return _object(self._http.post(metadata.token_endpoint, {**form, **secret}))

    def _userinfo(self, claims: Mapping[str, Any], access: str, metadata: Metadata) -> Mapping[str, Any]:
        """Return the claims of the UserInfo endpoint when the ID token has no address."""
        if "email" in claims or not metadata.userinfo_endpoint:
            return {}
        found = _object(self._http.get(metadata.userinfo_endpoint, bearer=access))
        if found.get("sub") != claims["sub"]:
            log.warning("oidc_userinfo_of_another", provider=self.name)
            raise ProviderRefused
        return found


def authorization_url(endpoint: str, config: ProviderConfig, request: AuthorizationRequest) -> str:
    """Return `endpoint` with the parameters of an authorization request."""
    parameters = {
        "response_type": "code",
        "client_id": config.client_id,
        "redirect_uri": request.redirect_uri,
        "scope": config.scope,
        "state": request.state,
    }
    if config.pkce:
        parameters |= {"code_challenge": s256(request.code_verifier), "code_challenge_method": "S256"}
    if config.protocol == "oidc" and config.nonce:
        parameters["nonce"] = request.nonce
    if config.prompt:
        parameters["prompt"] = config.prompt
    parts = urlsplit(endpoint)
    return urlunsplit(parts._replace(query=urlencode([*parse_qsl(parts.query), *parameters.items()])))


def code_form(
    config: ProviderConfig, request: AuthorizationRequest, answer: AuthorizationAnswer
) -> dict[str, str]:
    """Return the form that exchanges a code (RFC 6749 4.1.3, RFC 7636 4.5)."""
    form = {"grant_type": "authorization_code", "code": answer.code, "redirect_uri": request.redirect_uri}
    return {**form, "code_verifier": request.code_verifier} if config.pkce else form


def s256(verifier: str) -> str:
    """Return the S256 challenge of a PKCE verifier (RFC 7636 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def identity_of(claims: Mapping[str, Any], config: ProviderConfig) -> ExternalIdentity:
    """Return the standard claims (section 5.1) as an identity.

    `email_verified` is a boolean, but some providers send it as text.
    """
    vouched = claims.get(config.email_verified_claim) in (True, "true", "True", 1, "1")
    names = ("email", "name", "given_name", "family_name", "picture", "locale")
    texts = {key: value for key in names if isinstance(value := claims.get(key), str)}
    return ExternalIdentity(
        issuer=str(claims["iss"]), subject=str(claims["sub"]),
        email_verified=bool(config.trust_email and vouched and texts.get("email")), **texts,
    )  # fmt: skip


def _object(answer: Any) -> Mapping[str, Any]:
    if not isinstance(answer, Mapping):
        raise ProviderRefused
    return answer
