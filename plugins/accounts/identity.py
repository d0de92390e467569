"""What an adapter to an identity provider gives and gets.

The adapter speaks to the provider; accounts keeps the state of the flow (state,
nonce, PKCE verifier), so an adapter holds nothing between the two calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ExternalIdentity:
    """A person as a provider knows them.

    `subject` is unique and never reused within `issuer`. `email_verified` only
    when the provider vouches for the address: it decides about linking. `phone` is
    one (E.164) the provider verified.
    """

    issuer: str
    subject: str
    email: str = ""
    email_verified: bool = False
    name: str = ""
    given_name: str = ""
    family_name: str = ""
    picture: str = ""
    locale: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What the sign-in sent the browser to the provider with.

    `code_verifier` never leaves the server; its S256 challenge does (RFC 7636).
    """

    state: str
    nonce: str
    code_verifier: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class AuthorizationAnswer:
    """What the browser came back with; `issuer` is the `iss` of RFC 9207, if sent."""

    code: str
    issuer: str = ""


class IdentityProvider(Protocol):
    """An identity provider people may sign in with."""

    name: str
    """Stable and URL-safe: `/v1/auth/oidc/<name>/…`, `Identity.provider`."""
    title: str
    """What the button says."""

    def authorization_url(self, request: AuthorizationRequest) -> str:
        """Return where to send the browser. May do I/O (discovery, cached).

        Raises Unavailable when the provider cannot be reached.
        """
        ...

    def identify(self, request: AuthorizationRequest, answer: AuthorizationAnswer) -> ExternalIdentity:
        """Exchange the code and return who signed in; network I/O, no transaction held.

        Raises ProviderRefused when the provider, or a check of what it says,
        does not confirm the sign-in, and Unavailable when it cannot be reached.
        """
        ...
