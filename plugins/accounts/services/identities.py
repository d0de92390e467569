"""Sign in with an external identity, and link or unlink one.

The flow (authorization code with PKCE) is kept here, the provider's protocol in
an adapter. `state` finds the flow; the flow token, which never stands in a URL,
proves that whoever finishes it is who began it, so nobody can be signed in to
somebody else's account by a crafted link (login CSRF, RFC 9700, 4.7).

An external address links to an existing account only when both sides verified
it: an account that an attacker opened with somebody's address in advance is
never handed that person's sign-ins.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from kernel import NotFound, Page, app, invalid, paginate
from plugins.accounts import notices
from plugins.accounts.addresses import email_key, possible_phone
from plugins.accounts.events import IdentityLinked, IdentityUnlinked
from plugins.accounts.identity import (
    AuthorizationAnswer,
    AuthorizationRequest,
    ExternalIdentity,
    IdentityProvider,
)
from plugins.accounts.models import Identity, User
from plugins.accounts.problems import (
    EmailTaken,
    IdentityTaken,
    InvalidToken,
    LastSignInMethod,
    ProviderRefused,
)
from plugins.accounts.providers import Providers
from plugins.accounts.services import challenges, people, profiles, withdrawals
from plugins.accounts.services.signin import Client, SignedIn, finish
from plugins.accounts.settings import AccountsSettings

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Started:
    """A sign-in under way: where to send the browser, and what to keep until it is back."""

    authorization_url: str
    state: str
    flow_token: str


def start(provider: IdentityProvider, redirect_uri: str, link_to: UUID | None = None) -> Started:
    """Begin a sign-in, or with `link_to` the linking of an identity to an account.

    Raises Invalid for a redirect URI the profile does not list.
    """
    _check_redirect(redirect_uri)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    request = AuthorizationRequest(state, nonce, verifier, redirect_uri)
    url = provider.authorization_url(request)
    data = {
        "provider": provider.name,
        "state": state,
        "nonce": nonce,
        "verifier": verifier,
        "uri": redirect_uri,
    }
    token = challenges.open_challenge("external", link_to, **data)
    return Started(url, state, token)


def complete(
    provider: IdentityProvider, flow_token: str, state: str, answer: AuthorizationAnswer
) -> ExternalIdentity:
    """Return who signed in at the provider; for a sign-in that was not a linking."""
    identity, link_to = _answered(provider, flow_token, state, answer)
    if link_to is not None:
        raise InvalidToken("This flow was begun to link an identity: finish it there.")
    return identity


def link(
    user_id: UUID, provider: IdentityProvider, flow_token: str, state: str, answer: AuthorizationAnswer
) -> Identity:
    """Link the identity to the account that began the flow; raise IdentityTaken."""
    identity, link_to = _answered(provider, flow_token, state, answer)
    if link_to != user_id:
        raise InvalidToken("Another account began this flow.")
    return attach(user_id, provider.name, identity)


def _answered(
    provider: IdentityProvider, flow_token: str, state: str, answer: AuthorizationAnswer
) -> tuple[ExternalIdentity, UUID | None]:
    """Spend the flow, then ask the provider: outside any transaction, for it is another's network."""
    flow = challenges.take("external", flow_token)
    if (
        flow is None
        or flow.data["provider"] != provider.name
        or not challenges.same(flow.data["state"], state)
    ):
        raise InvalidToken
    request = AuthorizationRequest(state, flow.data["nonce"], flow.data["verifier"], flow.data["uri"])
    return provider.identify(request, answer), flow.user_id


def sign_in(provider: str, identity: ExternalIdentity, client: Client, mfa_code: str = "") -> SignedIn:
    """Sign in with an identity the provider vouched for, opening an account at the first time."""
    user = user_of(provider, identity, app.clock.now())
    return finish(user, client, via=provider, code=mfa_code)


def user_of(provider: str, identity: ExternalIdentity, authenticated_at: datetime | None = None) -> User:
    """Return the account of an external identity; link or open one at the first time.

    Raises EmailTaken when an account has the address but one side did not verify
    it: its owner signs in and links the identity there. An identity that was
    taken back comes in again only if it `authenticated_at` after that; else
    TokenRefused.
    """
    with app.db.atomic():
        # one at a time: two tabs at their first sign-in must not open two accounts
        withdrawals.lock(identity.issuer, identity.subject)
        known = Identity.get_or_none(Identity.issuer == identity.issuer, Identity.subject == identity.subject)
        if known is not None:
            return people.by_id(known.user_id)
        withdrawals.refuse_withdrawn(identity.issuer, identity.subject, authenticated_at)
        matching = _matching(identity)
        user = matching or _opened(provider, identity)
        _attach(user, provider, identity, tell=matching is not None)
        return user


def _matching(identity: ExternalIdentity) -> User | None:
    user = people.by_email(identity.email) if identity.email else None
    if user is None or not identity.email_verified:
        # a number verified on both sides: whoever holds it can sign in by SMS anyway
        phone = possible_phone(identity.phone)
        return people.by_login(phone=phone) if phone else None
    if user.email_verified_at is None:
        raise EmailTaken("Sign in to the account with this address and link the identity there.")
    return user


def _opened(provider: str, identity: ExternalIdentity) -> User:
    if not app.settings.of(AccountsSettings).external_registration:
        raise ProviderRefused(
            "This product opens no accounts this way: register first, then link the identity."
        )
    email = identity.email if email_key(identity.email) and not people.by_email(identity.email) else ""
    phone = possible_phone(identity.phone)
    now = app.clock.now()
    return people.create(
        name=identity.name.strip()[:100] or email.partition("@")[0] or "New member",
        given_name=identity.given_name[:100],
        family_name=identity.family_name[:100],
        avatar_url=identity.picture if profiles.is_picture(identity.picture) else "",
        email=email,
        email_verified_at=now if email and identity.email_verified else None,
        phone=phone,
        phone_verified_at=now if phone else None,
        via=provider,
    )


def attach(user_id: UUID, provider: str, identity: ExternalIdentity) -> Identity:
    """Link an identity its provider just vouched for to an account; raise IdentityTaken."""
    with app.db.atomic():
        withdrawals.lock(identity.issuer, identity.subject)
        return _attach(people.by_id(user_id), provider, identity, tell=True)


def _attach(user: User, provider: str, identity: ExternalIdentity, *, tell: bool) -> Identity:
    made = (
        Identity.insert(
            user=user.id,
            provider=provider,
            issuer=identity.issuer,
            subject=identity.subject,
            email=identity.email,
        )
        .on_conflict_ignore()
        .returning(Identity)
        .execute()
    )
    row: Identity | None = next(iter(made), None)
    if row is not None:
        app.bus.publish(IdentityLinked(user_id=user.id, provider=provider))
        if tell:
            notices.way_in_added(user, "identity", provider)
        return row
    mine: Identity | None = Identity.get_or_none(
        Identity.user == user.id, Identity.issuer == identity.issuer, Identity.subject == identity.subject
    )
    if mine is None:
        raise IdentityTaken
    return mine


def of(user_id: UUID) -> list[Identity]:
    """Return the identities that may sign in to an account."""
    return list(Identity.select().where(Identity.user == user_id).order_by(Identity.id))


def page(user_id: UUID, query: Mapping[str, Any]) -> Page[Identity]:
    """Return a page of them, the oldest first; raise Invalid for a cursor of another list."""
    return paginate(Identity.select().where(Identity.user == user_id), (Identity.id,), **query)


def unlink(user_id: UUID, identity_id: UUID) -> None:
    """Take an identity off an account; raise NotFound or LastSignInMethod."""
    with app.db.atomic():
        user = locked(user_id)
        mine = of(user_id)
        found = next((one for one in mine if one.id == identity_id), None)
        if found is None:
            raise NotFound
        if len(mine) == 1 and not user.password_hash and not user.phone_verified_at:
            raise LastSignInMethod
        withdrawals.note([(found.issuer, found.subject)])
        Identity.delete().where(Identity.id == identity_id).execute()
        app.bus.publish(IdentityUnlinked(user_id=user_id, provider=found.provider))


def locked(user_id: UUID) -> User:
    """Return a person with the row locked: two removals in a race must not take both ways in."""
    row = User.select().where(User.id == user_id, User.deleted_at.is_null()).for_update()
    user: User | None = row.first()
    if user is None:
        raise NotFound
    return user


def _check_redirect(uri: str) -> None:
    """Refuse to send codes anywhere the operator did not name (RFC 9700, 4.1.3).

    Native apps listen on a loopback port of their choosing (RFC 8252, 7.3); that is
    taken outside production, where the profile need not know every port.
    """
    if uri in app.settings.of(AccountsSettings).redirect_uris:
        return
    parts = urlsplit(uri)
    loopback = parts.scheme in {"http", "https"} and parts.hostname in LOOPBACK and not parts.fragment
    if not loopback or app.settings.kernel.environment == "production":
        raise invalid(
            "/redirect_uri", "This is not a redirect URI of this product; see [accounts] redirect_uris."
        )


def provider_named(name: str) -> IdentityProvider:
    """Return an identity provider; raise NotFound."""
    return app.service(Providers).named(name)
