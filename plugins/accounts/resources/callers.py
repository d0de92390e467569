"""Who calls, as the services want to know it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import Forbidden, NotFound, Request, app
from plugins.accounts.queries import own_profile
from plugins.accounts.services.signin import Client, SignedIn

OWN: Final = (Forbidden, NotFound)
"""What an endpoint about one's own account may answer: a machine asks, or the account has no person."""


def client_of(req: Request) -> Client:
    """Return where a sign-in comes from."""
    return Client(
        ip=req.client_ip,
        user_agent=req.lower_headers.get("user-agent", ""),
        device_name=req.body.get("device_name", ""),
        device_id=req.body.get("device_id", ""),
    )


def person(req: Request) -> UUID:
    """Return the id of the person a request acts for; raise Forbidden when it is a machine's own."""
    if req.principal.id is None:
        raise Forbidden("This takes an account.")
    return req.principal.id


def session(req: Request) -> UUID:
    """Return the session of a request; raise Forbidden where there is none.

    API keys may not touch credentials; a provider's token is exchanged first.
    """
    if req.principal.session_id is None:
        provider = req.principal.claims.get("provider")
        if provider:
            raise Forbidden(f"This takes a session: exchange the token at /v1/auth/external/{provider}.")
        raise Forbidden("This takes a person's own sign-in, not an API key.")
    return req.principal.session_id


def proved(req: Request) -> UUID:
    """Return the session of a request that adds a way in; raise Forbidden unless it was proved lately.

    What is added outlives the session: a stolen token must not be enough for it.
    """
    found = session(req)
    app.auth.require_recent_proof(req.principal)
    return found


def signed_in(found: SignedIn) -> dict[str, Any]:
    """Return the answer to a sign-in."""
    return {**tokens(found.tokens), "user": own_profile(found.user)}


def tokens(issued: Any) -> dict[str, Any]:
    """Return the members of a token answer (RFC 6749 5.1)."""
    return {
        "access_token": issued.access_token,
        "refresh_token": issued.refresh_token,
        "token_type": issued.token_type,
        "expires_in": issued.expires_in,
        "session_id": issued.session_id,
    }
