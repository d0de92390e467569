"""What happens to accounts, for other plugins to react to.

No event carries an address, a number or a secret: events are kept for good,
personal data is not.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel import event


@event("accounts.user.registered", version=1, key="user_id")
class UserRegistered:
    """An account was opened; `via` is `email`, `phone`, `admin` or a provider's name."""

    user_id: UUID
    via: str


@event("accounts.user.email_verified", version=1, key="user_id")
class EmailVerified:
    """The person proved to read mail at the account's address."""

    user_id: UUID


@event("accounts.user.email_changed", version=1, key="user_id")
class EmailChanged:
    """The account's address was replaced by a verified one."""

    user_id: UUID


@event("accounts.user.phone_verified", version=1, key="user_id")
class PhoneVerified:
    """The person proved to hold the account's phone number."""

    user_id: UUID


@event("accounts.user.password_changed", version=1, key="user_id")
class PasswordChanged:
    """A password was set; `reset` tells a forgotten one from a changed one."""

    user_id: UUID
    reset: bool = False


@event("accounts.user.profile_updated", version=1, key="user_id")
class ProfileUpdated:
    """Fields of the public profile changed; `fields` names them."""

    user_id: UUID
    fields: list[str]


@event("accounts.user.status_changed", version=1, key="user_id")
class StatusChanged:
    """Standing changed to active, suspended, banned or deactivated; `until` ends a suspension."""

    user_id: UUID
    status: str
    reason: str = ""
    until: datetime | None = None
    changed_by: UUID | None = None


@event("accounts.user.deleted", version=1, key="user_id")
class UserDeleted:
    """The account is gone and its personal data erased: clean up what refers to it."""

    user_id: UUID


@event("accounts.user.role_granted", version=1, key="user_id")
class RoleGranted:
    """A role was granted; `scope` empty means everywhere."""

    user_id: UUID
    role: str
    scope: str = ""
    granted_by: UUID | None = None


@event("accounts.user.role_revoked", version=1, key="user_id")
class RoleRevoked:
    """A role was taken back; `scope` empty means the one that held everywhere."""

    user_id: UUID
    role: str
    scope: str = ""
    revoked_by: UUID | None = None


@event("accounts.user.mfa_changed", version=1, key="user_id")
class MfaChanged:
    """A second factor was switched on or off."""

    user_id: UUID
    enabled: bool


@event("accounts.session.opened", version=1, key="user_id")
class SessionOpened:
    """Somebody signed in; `new_device` when the account had not been seen on it."""

    user_id: UUID
    session_id: UUID
    via: str
    new_device: bool = False


@event("accounts.identity.linked", version=1, key="user_id")
class IdentityLinked:
    """An external identity may now sign in to the account."""

    user_id: UUID
    provider: str


@event("accounts.identity.unlinked", version=1, key="user_id")
class IdentityUnlinked:
    """An external identity may no longer sign in to the account."""

    user_id: UUID
    provider: str


EVENTS = (
    UserRegistered,
    EmailVerified,
    EmailChanged,
    PhoneVerified,
    PasswordChanged,
    ProfileUpdated,
    StatusChanged,
    UserDeleted,
    RoleGranted,
    RoleRevoked,
    MfaChanged,
    SessionOpened,
    IdentityLinked,
    IdentityUnlinked,
)

PUBLIC = (UserRegistered, ProfileUpdated, UserDeleted, RoleGranted, RoleRevoked)
"""What may leave the house by webhooks: what the account itself and its administrators may know."""
