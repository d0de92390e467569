"""Providers that speak OAuth 2.0 but not OpenID Connect: GitHub, Facebook.

There is no ID token; who signed in is read from the provider's API with the
access token the code was exchanged for, over TLS from the configured host.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contrib.oidc.client import authorization_url, code_form
from contrib.oidc.registration import ProviderConfig
from plugins.accounts.api import (
    AuthorizationAnswer,
    AuthorizationRequest,
    ExternalIdentity,
    ProviderHttp,
    ProviderRefused,
)


class OAuth2Provider:
    """One provider with configured endpoints."""

    def __init__(self, config: ProviderConfig, http: ProviderHttp) -> None:
        """Describe the provider."""
        self.config = config
        self.name = config.name
        self.title = config.title
        self._http = http

    def authorization_url(self, request: AuthorizationRequest) -> str:
        """Return where to send the browser."""
        return authorization_url(self.config.authorization_endpoint, self.config, request)

    def identify(self, request: AuthorizationRequest, answer: AuthorizationAnswer) -> ExternalIdentity:
        """Exchange the code and ask the provider's API who signed in."""
        config = self.config
        if answer.issuer and answer.issuer != config.issuer:
            raise ProviderRefused
        secret = {"client_id": config.client_id, "client_secret": config.client_secret}
        tokens = self._http.post(config.token_endpoint, {**code_form(config, request, answer), **secret})
        # NOTE: GitHub answers a refusal with 200 and an `error` member.
        access = tokens.get("access_token") if isinstance(tokens, Mapping) else None
        if not access or not isinstance(access, str):
            raise ProviderRefused
        return self._identity(self._http.get(config.userinfo_endpoint, bearer=access), access)

    def _identity(self, person: Any, access: str) -> ExternalIdentity:
        if not isinstance(person, Mapping) or not person.get("id"):
            raise ProviderRefused
        email, verified = self._email(person, access)
        return ExternalIdentity(
            issuer=self.config.issuer,
            subject=str(person["id"]),
            email=email,
            email_verified=verified and self.config.trust_email,
            name=str(person.get("name") or person.get("login") or ""),
            given_name=str(person.get("first_name") or ""),
            family_name=str(person.get("last_name") or ""),
            picture=str(person.get("avatar_url") or ""),
        )

    def _email(self, person: Mapping[str, Any], access: str) -> tuple[str, bool]:
        """Return the primary address and whether the provider verified it."""
        if not self.config.emails_endpoint:
            return str(person.get("email") or ""), person.get("email_verified") is True
        addresses = self._http.get(self.config.emails_endpoint, bearer=access)
        for one in addresses if isinstance(addresses, list) else ():
            if isinstance(one, Mapping) and one.get("primary"):
                return str(one.get("email") or ""), one.get("verified") is True
        return "", False
