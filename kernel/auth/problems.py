"""Why a caller is not let in, or not further.

All that recognition raises is a 401, so an endpoint documents one status for
it; the `type` says which. RFC 6750 §3 asks for the `WWW-Authenticate` header.
"""

from __future__ import annotations

from typing import Any

from kernel.errors import Forbidden, Unauthorized

CHALLENGE = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


class CredentialsRefused(Unauthorized):
    """The token or key is unknown, malformed, expired or revoked."""

    type, title = "credentials-refused", "These credentials are not accepted"

    def __init__(self, detail: str = "", **extensions: Any) -> None:
        super().__init__(detail, headers=CHALLENGE, **extensions)


class RefreshTokenReused(CredentialsRefused):
    """A spent refresh token came again: its session was ended, sign in anew."""

    type, title = "refresh-token-reused", "This refresh token was used before; the session was ended"


class RefreshTokenRaced(CredentialsRefused):
    """Another request spent this refresh token at the same moment: use what it got."""

    type, title = "refresh-token-raced", "Another request is refreshing this session"


class AccountSuspended(CredentialsRefused):
    """The account is suspended; `until` (ISO 8601) says till when, null if not set."""

    type, title = "account-suspended", "This account is suspended"


class AccountBanned(CredentialsRefused):
    """The account is banned."""

    type, title = "account-banned", "This account is banned"


class StepUpRequired(Forbidden):
    """This action needs a second factor shown a short while ago."""

    type, title = "step-up-required", "Show your second factor again first"
