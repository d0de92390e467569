"""What other plugins may use of accounts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from kernel import NotFound, Principal, app
from plugins.accounts import demo, queries
from plugins.accounts.events import (
    EmailChanged,
    EmailVerified,
    IdentityLinked,
    IdentityUnlinked,
    MfaChanged,
    PasswordChanged,
    PhoneVerified,
    ProfileUpdated,
    RoleGranted,
    RoleRevoked,
    SessionOpened,
    StatusChanged,
    UserDeleted,
    UserRegistered,
)
from plugins.accounts.identity import (
    AuthorizationAnswer,
    AuthorizationRequest,
    ExternalIdentity,
    IdentityProvider,
)
from plugins.accounts.models import User
from plugins.accounts.mutual import mutual
from plugins.accounts.problems import EmailTaken, IdentityTaken, ProviderRefused, TokenRefused
from plugins.accounts.provider_http import ProviderHttp
from plugins.accounts.provider_keys import ProviderKeys, PublishedKeys, max_age
from plugins.accounts.provider_tokens import ProviderToken, TokenProvider, moment, verified_claims
from plugins.accounts.queries import Matter, UserCard
from plugins.accounts.services import external_profiles, external_sessions, identities, people, standing
from plugins.accounts.services.standing import Standing

__all__ = [
    "AuthorizationAnswer",
    "AuthorizationRequest",
    "EmailChanged",
    "EmailTaken",
    "EmailVerified",
    "ExternalIdentity",
    "IdentityLinked",
    "IdentityProvider",
    "IdentityTaken",
    "IdentityUnlinked",
    "MfaChanged",
    "PasswordChanged",
    "PhoneVerified",
    "ProfileUpdated",
    "ProviderHttp",
    "ProviderKeys",
    "ProviderRefused",
    "ProviderToken",
    "PublishedKeys",
    "RoleGranted",
    "RoleRevoked",
    "SessionOpened",
    "Standing",
    "StatusChanged",
    "TokenProvider",
    "TokenRefused",
    "UserCard",
    "UserDeleted",
    "UserRegistered",
    "adopt_identity",
    "allowed",
    "change_standing",
    "create_user",
    "demo_user",
    "end_external_session",
    "exists",
    "external_user",
    "max_age",
    "moment",
    "mutual",
    "remove_identity",
    "require_active",
    "user_by_email",
    "user_card",
    "user_cards",
    "verified_claims",
]


def user_cards(ids: Iterable[UUID], viewer: UUID | None = None) -> dict[UUID, UserCard]:
    """Return the cards of people by id, as `viewer` (None: a stranger) may see them.

    One statement for any number. Unknown ids are left out; people who deleted
    or deactivated their account or are banned have a card with `deleted` set.
    """
    return queries.cards(ids, viewer)


def user_card(id: UUID, viewer: UUID | None = None) -> UserCard:
    """Return one person's card; raise NotFound for unknown, deleted, deactivated and banned ones."""
    return queries.card(id, viewer)


def allowed(matter: Matter, owners: Collection[UUID], viewer: UUID | None) -> set[UUID]:
    """Return those of `owners` whose privacy settings show `matter` to `viewer`."""
    return queries.allowed(matter, owners, viewer)


def exists(id: UUID) -> bool:
    """Say whether there is such an account, not deleted."""
    return bool(User.select().where(User.id == id, User.deleted_at.is_null()).exists())


def require_active(id: UUID) -> None:
    """Raise NotFound for an unknown or deactivated account, the kernel's 401 for one that may not be used."""
    found = User.select().where(User.id == id, User.deleted_at.is_null(), User.deactivated_at.is_null())
    if not found.exists():
        raise NotFound("There is no such person.")
    app.auth.status(id).require_active()


def change_standing(
    by: Principal,
    id: UUID,
    to: Standing,
    reason: str,
    until: datetime | None = None,
    *,
    tell: bool = True,
) -> None:
    """Suspend, ban or reactivate somebody, in force at once everywhere, and write down why.

    Joins the caller's transaction. With `tell` False no mail is sent: the caller
    says why by itself. Raises NotFound, Forbidden about oneself and for who may
    not judge an administrator, Invalid for an end that is past, Conflict for an
    account that is active already.
    """
    standing.change(by, id, to, reason, until, tell=tell)


def user_by_email(email: str) -> UUID | None:
    """Return whose address this is, however it is spelt; None when nobody's."""
    user = people.by_email(email)
    return user.id if user else None


def create_user(
    *, name: str, email: str = "", phone: str = "", password: str = "", verified: bool = False
) -> UUID:
    """Open an account on the operator's behalf: demo data, imports, the command line.

    `password` is taken as it is (the rules are for people); empty means that the
    person signs in by a reset link, a code or an external identity. Raises
    Invalid, EmailTaken or PhoneTaken.
    """
    hashed = app.auth.passwords.hash(password) if password else None
    now = app.clock.now() if verified else None
    with app.db.atomic():
        user = people.create(
            name=name,
            email=email,
            phone=phone,
            password_hash=hashed,
            via="admin",
            email_verified_at=now if email else None,
            phone_verified_at=now if phone else None,
        )
        return UUID(str(user.id))


def external_user(
    provider: str, identity: ExternalIdentity, authenticated_at: datetime | None = None
) -> UUID:
    """Return the account of a person an identity provider vouched for, opened or linked at need.

    For adapters that learn of people in other ways than a sign-in here, such as
    the provider's webhooks. Raises EmailTaken when an account has the address but
    one side did not verify it, ProviderRefused where the profile opens no
    accounts this way, and TokenRefused for an identity that was taken back,
    unless the person `authenticated_at` the provider after that.
    """
    return UUID(str(identities.user_of(provider, identity, authenticated_at).id))


def adopt_identity(user_id: UUID, identity: ExternalIdentity, changed: Collection[str]) -> None:
    """Take over the fields of an identity that changed at its provider; in a transaction.

    An address is taken only when it is verified and free. Raises NotFound.
    """
    external_profiles.adopt(user_id, identity, changed)


def remove_identity(issuer: str, subject: str) -> UUID | None:
    """Let go of a person who was deleted at the provider; return whose account that was.

    The account is deleted unless there is another way into it; no token of this
    person opens one again.
    """
    return external_profiles.remove(issuer, subject)


def end_external_session(issuer: str, session: str) -> int:
    """End a provider's session here: its tokens, and the sessions they were exchanged for."""
    return external_sessions.end(f"{issuer} {session}")


def demo_user(number: int) -> UUID:
    """Return the id of demo person `number`, 1 to 39; 0 is the administrator.

    For `demo_data` hooks of plugins that require accounts: the people are there by then.
    """
    return demo.user_id(number)
