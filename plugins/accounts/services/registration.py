"""Open an account with an e-mail address and a password, and verify addresses."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kernel import app
from plugins.accounts import notices, password_rules
from plugins.accounts.addresses import normal_email
from plugins.accounts.events import EmailVerified
from plugins.accounts.models import User
from plugins.accounts.problems import EmailTaken, InvalidToken
from plugins.accounts.services import links, people
from plugins.accounts.services.signin import Client, SignedIn, open_session
from plugins.accounts.settings import AccountsSettings


def register(*, email: str, password: str, name: str, client: Client) -> SignedIn:
    """Open an account and sign it in; a verification link is sent.

    Raises Invalid naming the field, or EmailTaken.
    """
    address, _ = normal_email(email)
    product = app.settings.of(AccountsSettings).issuer_name
    accepted = password_rules.acceptable(password, (address, address.partition("@")[0], name, product))
    if people.by_email(address):
        raise EmailTaken  # before the hash: 409 tells it anyway, and a flood of them costs no processor
    stored = app.auth.passwords.hash(accepted)
    with app.db.atomic():
        user = people.create(name=name, email=address, password_hash=stored, via="email")
        notices.welcome(user, links.issue("verify_email", user.id))
        return open_session(user, client, via="email")


def request_verification(user_id: UUID) -> None:
    """Send a fresh verification link, unless the address is verified or had enough."""
    user = people.by_id(user_id)
    if not user.email or user.email_verified_at or not links.may_send("verify_email", user.email):
        return
    with app.db.atomic():
        notices.verify_email(user, links.issue("verify_email", user.id))


def verify_email(token: str) -> User:
    """Mark the address of the link's owner as verified; raise InvalidToken."""
    with app.db.atomic():
        user_id = links.redeem("verify_email", token)
        return mark_verified(user_id)


def mark_verified(user_id: UUID) -> User:
    """Mark the present address as verified; in a transaction; a second time changes nothing."""
    rows: Iterable[User] = (
        User.update({User.email_verified_at: app.clock.now(), User.version: User.version + 1})
        .where(User.id == user_id, User.email_verified_at.is_null(), User.email.is_null(False))
        .where(User.deleted_at.is_null())
        .returning(User)
        .execute()
    )
    for user in rows:
        app.bus.publish(EmailVerified(user_id=user_id))
        return user
    found = User.get_or_none(User.id == user_id, User.deleted_at.is_null())
    if found is None:
        raise InvalidToken
    return found
