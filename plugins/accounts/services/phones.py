"""Phone numbers: verify one, and sign in with a code sent to one."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from peewee import IntegrityError

from kernel import app
from plugins.accounts import notices
from plugins.accounts.addresses import normal_phone
from plugins.accounts.events import PhoneVerified
from plugins.accounts.models import User
from plugins.accounts.problems import InvalidToken, LastSignInMethod, PhoneTaken
from plugins.accounts.services import identities, links, people
from plugins.accounts.services.signin import Client, SignedIn, finish, open_session
from plugins.accounts.settings import AccountsSettings

SIGN_IN = "accounts.phone_sign_in"
VERIFY = "accounts.verify_phone"


def request_sign_in(number: str) -> None:
    """Send a sign-in code to a number (E.164) that may sign in; say nothing.

    Runs in a task: the request that asked took as long for an unknown number.
    """
    known = people.by_login(phone=number) is not None
    if (known or _registers()) and links.may_send("phone", number):
        notices.phone_code(number, _code(SIGN_IN, number))


def sign_in(*, phone: str, code: str, mfa_code: str, name: str, client: Client) -> SignedIn:
    """Sign in with a code; open an account where the profile allows. Raises InvalidToken."""
    number = normal_phone(phone)
    if not app.auth.codes.consume(SIGN_IN, number, code):
        raise InvalidToken
    user = people.by_login(phone=number)
    if user is not None:
        return finish(user, client, via="phone", code=mfa_code)
    if not _registers():
        raise InvalidToken
    with app.db.atomic():
        made = people.create(
            name=name or "New member", phone=number, phone_verified_at=app.clock.now(), via="phone"
        )
        return open_session(made, client, via="phone")


def request_verification(user_id: UUID, phone: str) -> None:
    """Send a code to a number the person wants on the account; so many an hour, whatever the numbers."""
    number = normal_phone(phone)
    if links.may_send("phone_by", str(user_id)) and links.may_send("phone", number):
        notices.phone_code(number, _code(VERIFY, f"{user_id}:{number}"))


def verify(user_id: UUID, phone: str, code: str) -> User:
    """Put a number on the account; raise InvalidToken or PhoneTaken."""
    number = normal_phone(phone)
    if not app.auth.codes.consume(VERIFY, f"{user_id}:{number}", code):
        raise InvalidToken
    try:
        with app.db.atomic():
            user = User.compare_and_set(user_id, None, phone=number, phone_verified_at=app.clock.now())
            app.bus.publish(PhoneVerified(user_id=user_id))
            notices.way_in_added(user, "phone", f"…{number[-3:]}")
            return user
    except IntegrityError as ex:
        raise PhoneTaken from ex


def remove(user_id: UUID) -> None:
    """Take the number off the account, unless it is the only way to sign in."""
    with app.db.atomic():
        user = identities.locked(user_id)
        if not user.password_hash and not identities.of(user_id):
            raise LastSignInMethod
        User.compare_and_set(user_id, None, phone=None, phone_verified_at=None)


def _code(purpose: str, subject: str) -> str:
    ttl = timedelta(seconds=app.settings.of(AccountsSettings).phone_code_ttl)
    code: str = app.auth.codes.issue(purpose, subject, ttl=ttl, shape="digits")
    return code


def _registers() -> bool:
    return bool(app.settings.of(AccountsSettings).phone_registration)
