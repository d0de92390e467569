"""What this deployment is at a provider: its registration there, complete."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderConfig:
    """One provider, complete.

    With `protocol="oidc"` everything but `issuer` is discovered; an `oauth2`
    provider names its endpoints. `trust_email` says that an address the provider
    calls verified may link to an existing account.
    """

    name: str
    title: str
    client_id: str
    client_secret: str = ""
    protocol: Literal["oidc", "oauth2"] = "oidc"
    issuer: str = ""
    scope: str = "openid email profile"
    algorithms: tuple[str, ...] = ("RS256", "PS256", "ES256", "EdDSA")
    pkce: bool = True
    nonce: bool = True
    trust_email: bool = True
    email_verified_claim: str = "email_verified"
    authorization_endpoint: str = ""
    token_endpoint: str = ""
    userinfo_endpoint: str = ""
    emails_endpoint: str = ""
    prompt: str = ""
