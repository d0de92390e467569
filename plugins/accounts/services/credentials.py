"""Change what an account is signed in with: password and e-mail address."""

from __future__ import annotations

from uuid import UUID

from peewee import IntegrityError

from kernel import app
from plugins.accounts import notices, password_rules
from plugins.accounts.addresses import normal_email
from plugins.accounts.events import EmailChanged, PasswordChanged
from plugins.accounts.models import User
from plugins.accounts.problems import EmailTaken, InvalidCredentials, InvalidToken, NoPassword
from plugins.accounts.services import links, people
from plugins.accounts.services.registration import mark_verified
from plugins.accounts.services.throttle import guarded
from plugins.accounts.settings import AccountsSettings


def send_reset_link(email: str) -> None:
    """Send a reset link to the account of an address, if there is one; say nothing.

    Runs in a task: the request that asked took as long for an unknown address.
    """
    user = people.by_email(email)
    if user is None or not user.email or not links.may_send("reset_password", user.email):
        return
    with app.db.atomic():
        notices.reset_password(user, links.issue("reset_password", user.id))


def reset_password(token: str, password: str) -> None:
    """Set a password by a link; every session ends; the address counts as verified.

    Raises InvalidToken, or Invalid for an unacceptable password, which leaves
    the link usable.
    """
    accepted = password_rules.acceptable(password, (app.settings.of(AccountsSettings).issuer_name,))
    stored = app.auth.passwords.hash(accepted)
    with app.db.atomic():
        user_id = links.redeem("reset_password", token)
        app.auth.revoke_all(user_id)  # the account's row before the event's key: the order sign-in locks in
        _store(mark_verified(user_id), stored, reset=True)


def change_password(user_id: UUID, session_id: UUID | None, current: str, new: str) -> None:
    """Set a new password, given the present one; all other sessions end."""
    user = people.by_id(user_id)
    accepted = password_rules.acceptable(new, (user.email or "", user.name), pointer="/new_password")
    verify_password(user, current)
    stored = app.auth.passwords.hash(accepted)
    with app.db.atomic():
        app.auth.revoke_all(user_id, keep=session_id)
        _store(user, stored, reset=False)


def verify_password(user: User, password: str) -> None:
    """Check the present password; raise InvalidCredentials or NoPassword."""
    if user.password_hash is None:
        raise NoPassword
    with guarded(user.id, "password"):
        if not app.auth.passwords.verify(user.password_hash, password):
            raise InvalidCredentials


def _store(user: User, stored: str, *, reset: bool) -> None:
    User.update({User.password_hash: stored, User.version: User.version + 1}).where(
        User.id == user.id
    ).execute()
    app.bus.publish(PasswordChanged(user_id=user.id, reset=reset))
    notices.password_changed(user)


def request_email_change(user_id: UUID, password: str, new_email: str) -> None:
    """Send a confirmation link to the new address.

    A taken address gets a note instead, so the answer does not tell that it is.
    """
    user = people.by_id(user_id)
    address, key = normal_email(new_email, "/new_email")
    verify_password(user, password)
    if not links.may_send("change_email", address):
        return
    with app.db.atomic():
        owner = User.get_or_none(User.email_key == key)
        if owner is not None and owner.id != user.id:
            notices.address_in_use(owner)
            return
        User.update(pending_email=address).where(User.id == user.id).execute()
        notices.confirm_email(user, address, links.issue("change_email", user.id))


def confirm_email_change(token: str) -> User:
    """Put the new address into force; the old one is told. Raises InvalidToken or EmailTaken."""
    try:
        with app.db.atomic():
            user = people.by_id(links.redeem("change_email", token))
            return _swap_address(user)
    except IntegrityError as ex:
        raise EmailTaken from ex


def _swap_address(user: User) -> User:
    if not user.pending_email:
        raise InvalidToken
    return replace_address(user, user.pending_email)


def replace_address(user: User, email: str) -> User:
    """Put a verified address in the place of the present one; the old one is told.

    In a transaction; raises Invalid, or IntegrityError when another account has it.
    """
    address, key = normal_email(email)
    changed = User.compare_and_set(
        user.id, None, email=address, email_key=key, email_verified_at=app.clock.now(), pending_email=None
    )
    links.withdraw(user.id, "reset_password", "verify_email")
    app.bus.publish(EmailChanged(user_id=user.id))
    if user.email:
        notices.email_changed(user, user.email, address)
    return changed
