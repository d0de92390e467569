"""The messages accounts send, and the types under which people know them.

Security notices are mandatory: nobody can be talked into switching off the one
that tells of a changed password. Those that carry a link or a code are
sensitive: their content is purged once delivered.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from kernel import Statement, app
from plugins.accounts.models import User
from plugins.accounts.preferences import PREFERENCES
from plugins.accounts.settings import AccountsSettings
from plugins.notifications.api import Address, NotificationType, Recipient, send

# PERF: asked for each message; a row of all columns through peewee took three times as long
_RECIPIENT: Final = Statement("""
SELECT email, CASE WHEN phone_verified_at IS NOT NULL THEN phone END, name, preferences
FROM accounts_user WHERE id = %s AND deleted_at IS NULL
""")


def _type(
    name: str, title: str, *channels: str, mandatory: bool = True, sensitive: bool = False
) -> NotificationType:
    return NotificationType(
        name=f"accounts.{name}", title=title, channels=channels, mandatory=mandatory, sensitive=sensitive
    )


TYPES = (
    _type("welcome", "Welcome, and verify your address", "email", sensitive=True),
    _type("verify_email", "Verify your address", "email", sensitive=True),
    _type("reset_password", "Reset your password", "email", sensitive=True),
    _type("confirm_email", "Confirm a new address", "email", sensitive=True),
    _type("phone_code", "Codes by SMS", "sms", sensitive=True),
    _type("address_in_use", "Your address was entered for another account", "email"),
    _type("email_changed", "Your address was changed", "email"),
    _type("password_changed", "Your password was changed", "email", "in_app"),
    _type("new_sign_in", "Sign-in from a new device", "email", "in_app"),
    _type("mfa_changed", "Two-step sign-in switched on or off", "email", "in_app"),
    _type("way_in_added", "Your account got another way in", "email", "in_app"),
    _type("role_granted", "You were given a role", "in_app", mandatory=False),
    _type("standing_changed", "Your account was suspended, banned or reactivated", "email"),
    _type("deleted", "Your account was deleted", "email", sensitive=True),
)


def welcome(user: User, link: str) -> None:
    """Greet somebody who registered, with the link that verifies the address."""
    _mail("welcome", user, link=link)


def verify_email(user: User, link: str) -> None:
    """Send the link that verifies the address."""
    _mail("verify_email", user, link=link)


def reset_password(user: User, link: str) -> None:
    """Send the link that sets a new password."""
    _mail("reset_password", user, link=link)


def confirm_email(user: User, address: str, link: str) -> None:
    """Send the link that puts a new address into force, to that address."""
    send("accounts.confirm_email", Address(email=address, name=user.name), _data(user, link=link))


def address_in_use(owner: User) -> None:
    """Tell the owner of an address that somebody entered it for another account."""
    _mail("address_in_use", owner)


def email_changed(user: User, old: str, new: str) -> None:
    """Tell the old address that it is not the account's any more."""
    send("accounts.email_changed", Address(email=old, name=user.name), _data(user, address=new))


def phone_code(number: str, code: str) -> None:
    """Send a code by SMS."""
    product = app.settings.of(AccountsSettings).issuer_name
    send("accounts.phone_code", Address(phone=number), {"code": code, "product": product})


def password_changed(user: User) -> None:
    """Tell that the password is another now."""
    _tell("password_changed", user)


def new_sign_in(user: User, device: str, ip: str) -> None:
    """Tell of a sign-in from a device not seen before."""
    _tell("new_sign_in", user, device=device, ip=ip, at=app.clock.now().isoformat())


def mfa_changed(user: User, *, enabled: bool) -> None:
    """Tell that the second factor was switched on or off."""
    _tell("mfa_changed", user, enabled=enabled)


def way_in_added(user: User, kind: Literal["api_key", "identity", "phone"], what: str) -> None:
    """Tell that a key, an external identity or a number may use the account from now on."""
    _tell("way_in_added", user, kind=kind, what=what)


def role_granted(user: User, role: str, scope: str | None) -> None:
    """Tell of a new role."""
    _tell("role_granted", user, role=role, scope=scope)


def standing_changed(user: User, standing: str, reason: str, until: datetime | None) -> None:
    """Tell what the operator decided, by mail: the account itself may be closed."""
    _mail(
        "standing_changed", user, standing=standing, reason=reason, until=until.isoformat() if until else None
    )


def account_deleted(user: User) -> None:
    """Say good-bye, to the address the account had."""
    _mail("deleted", user)


def _mail(name: str, user: User, **data: Any) -> None:
    """Send to the address the account has now, whatever becomes of the account."""
    if user.email:
        send(f"accounts.{name}", Address(email=user.email, name=user.name), _data(user, **data))


def _tell(name: str, user: User, **data: Any) -> None:
    """Send to the person, by the channels they read."""
    send(f"accounts.{name}", user.id, _data(user, **data))


def _data(user: User, **data: Any) -> dict[str, Any]:
    return {"name": user.name, "product": app.settings.of(AccountsSettings).issuer_name, **data}


def recipient(user_id: UUID) -> Recipient | None:
    """Return where and how a person is to be reached; None when the account is gone.

    An unverified address counts: it is where the verification goes.
    """
    rows = app.db.rows(_RECIPIENT, (user_id,))
    if not rows:
        return None
    email, phone, name, chosen = rows[0]
    preferences = {**PREFERENCES, **chosen}
    return Recipient(
        email=email,
        phone=phone,
        name=name,
        language=preferences["language"],
        timezone=preferences["timezone"],
    )
