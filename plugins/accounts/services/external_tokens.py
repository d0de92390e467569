"""People who call with an identity provider's own token.

The token proves who somebody is at the provider; what they may do is decided
here, from the account as it is now: one statement finds it, so a token counts
no longer than the link to the account does. The first token of somebody
unknown opens or links the account, by the same rules as a sign-in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Final
from uuid import UUID

from kernel import Principal, app
from plugins.accounts.models import Identity
from plugins.accounts.problems import (
    EmailTaken,
    ExchangeNeeded,
    IdentityNotLinked,
    IdentityTaken,
    TokenRefused,
)
from plugins.accounts.provider_tokens import ProviderToken, TokenProvider, TokenProviders
from plugins.accounts.services import identities, people
from plugins.accounts.services.signin import Client, SignedIn, finish

SEEN: Final = """
SELECT i.user_id, u.deactivated_at IS NOT NULL,
       EXISTS (SELECT FROM accounts_totp t WHERE t.user_id = i.user_id AND t.confirmed_at IS NOT NULL),
       EXISTS (SELECT FROM accounts_external_session s WHERE s.reference = %s AND s.ended_at IS NOT NULL)
FROM (SELECT) AS always
LEFT JOIN accounts_identity i ON i.issuer = %s AND i.subject = %s
LEFT JOIN accounts_user u ON u.id = i.user_id
"""
_TURNS: Final = tuple(Lock() for _ in range(64))


@dataclass(frozen=True, slots=True)
class Seen:
    """The account behind a token, and what keeps the token alone from being enough."""

    user_id: UUID
    deactivated: bool
    second_factor: bool


def principal(headers: Mapping[str, str]) -> Principal | None:
    """Return who sent a provider's token; None when the headers hold none.

    Raises TokenRefused, IdentityNotLinked, ExchangeNeeded, the kernel's 401 of
    an account that may not be used, or Unavailable.
    """
    scheme, _, text = headers.get("authorization", "").partition(" ")
    text = text.strip()
    provider = app.service(TokenProviders).issuing(text) if scheme.lower() == "bearer" else None
    if provider is None:
        return None
    token = provider.verify(text)
    seen = _found(provider, token)
    if seen.deactivated or seen.second_factor:
        raise ExchangeNeeded(exchange_at=f"/v1/auth/external/{provider.name}")
    claims = {**token.claims, "provider": provider.name}
    return app.auth.principal_of(seen.user_id, issued_at=token.since, mfa_at=token.mfa_at, claims=claims)


def exchange(name: str, text: str, client: Client, mfa_code: str = "") -> SignedIn:
    """Open a session by a provider's token; a second factor of ours is asked for.

    Raises what `principal` raises, NotFound for an unknown provider, MfaRequired.
    """
    provider, token = _verified(name, text)
    user_id = _found(provider, token).user_id
    epoch = app.auth.epoch(user_id)
    app.auth.principal_of(user_id, issued_at=token.since)  # refuses what was signed out since
    user = people.by_id(user_id)
    return finish(
        user, client, via=provider.name, code=mfa_code, epoch=epoch, external=token.session_reference
    )


def link(user_id: UUID, name: str, text: str) -> Identity:
    """Link the identity a token is of to an account; raise IdentityTaken, TokenRefused."""
    provider, token = _verified(name, text)
    _seen(token)
    app.db.release()
    return identities.attach(user_id, provider.name, provider.describe(token))


def _verified(name: str, text: str) -> tuple[TokenProvider, ProviderToken]:
    providers = app.service(TokenProviders)
    provider = providers.named(name)
    if providers.issuing(text) is not provider:
        raise TokenRefused("This is no token of that identity provider.")
    return provider, provider.verify(text)


def _found(provider: TokenProvider, token: ProviderToken) -> Seen:
    """Return the account of a token, opened or linked at need."""
    seen = _seen(token)
    if seen is None:
        _first_sight(provider, token)
        seen = _seen(token)
    if seen is None:  # deleted in the moment since
        raise TokenRefused("The account of this identity was deleted just now.")
    return seen


def _seen(token: ProviderToken) -> Seen | None:
    """Return the account of a token; raise TokenRefused when its session has ended at the provider."""
    [(user_id, deactivated, second_factor, ended)] = app.db.rows(
        SEEN, (token.session_reference, token.issuer, token.subject)
    )
    if ended:
        raise TokenRefused("The session at the identity provider has ended; sign in there anew.")
    return Seen(user_id, deactivated, second_factor) if user_id else None


def _first_sight(provider: TokenProvider, token: ProviderToken) -> None:
    """Open or link the account of somebody not seen before.

    In one process one after the other for each person, and without a connection
    while the provider is asked: fifty requests of a new client ask it once.
    """
    app.db.release()
    with _TURNS[hash(token.subject) % len(_TURNS)]:
        if _seen(token) is not None:
            return
        app.db.release()
        identity = provider.describe(token)
        try:
            identities.user_of(provider.name, identity, token.authenticated_at)
        except (EmailTaken, IdentityTaken) as ex:
            raise IdentityNotLinked(
                "Sign in to the account with this address and link the identity there."
            ) from ex
