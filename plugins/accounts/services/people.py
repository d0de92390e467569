"""Find and make people: the statements every other service starts with."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import Forbidden, NotFound, Principal, app
from plugins.accounts.addresses import email_key, folded, normal_email, normal_phone
from plugins.accounts.events import UserRegistered
from plugins.accounts.models import User
from plugins.accounts.problems import EmailTaken, PhoneTaken


def by_id(user_id: UUID) -> User:
    """Return a person whose account exists; raise NotFound."""
    user = User.get_or_none(User.id == user_id, User.deleted_at.is_null())
    if user is None:
        raise NotFound
    return user


def by_email(text: str) -> User | None:
    """Return the person with this address, however it is spelt; None when there is none."""
    key = email_key(text)
    return User.get_or_none(User.email_key == key) if key else None


def by_login(email: str = "", phone: str = "") -> User | None:
    """Return the person who signs in with an address or a verified number."""
    if email:
        return by_email(email)
    number = normal_phone(phone)
    return User.get_or_none(User.phone == number, User.phone_verified_at.is_null(False))


def create(*, name: str, via: str, email: str = "", phone: str = "", **columns: Any) -> User:
    """Open an account; raise EmailTaken or PhoneTaken.

    Call in a transaction. Two who race for one address meet at its unique
    index: one account, one refusal.
    """
    if email:
        columns["email"], columns["email_key"] = normal_email(email)
    if phone:
        columns["phone"] = normal_phone(phone)
    now = app.clock.now()
    row = {"name": name, "name_key": folded(name), "created_at": now, "updated_at": now, **columns}
    made = User.insert(**row).on_conflict_ignore().returning(User).execute()
    user: User | None = next(iter(made), None)
    if user is None:
        raise PhoneTaken if phone and not email else EmailTaken
    app.auth.set_status(user.id, "active")
    app.bus.publish(UserRegistered(user_id=user.id, via=via))
    return user


def check_authority(by: Principal, user_id: UUID) -> None:
    """Raise Forbidden about oneself, and about an administrator unless one is an administrator oneself."""
    if by.id == user_id:
        raise Forbidden("You may not do this to yourself.")
    target_is_admin = any(grant.role == "admin" for grant in app.auth.grants(user_id))
    if target_is_admin and by.kind != "system" and not by.has_role("admin"):
        raise Forbidden("Only an administrator may do this to an administrator.")
