"""Sign in: prove who you are, pass the second factor, get a session.

Every way in — password, SMS code, external identity — ends in `finish`, so
standing, second factor, announcement of new devices and the reactivation of a
deactivated account are decided in one place.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from kernel import app
from plugins.accounts import notices
from plugins.accounts.addresses import email_key, normal_phone
from plugins.accounts.events import SessionOpened, StatusChanged
from plugins.accounts.models import Device, User
from plugins.accounts.problems import InvalidCredentials, InvalidToken, MfaRequired
from plugins.accounts.services import challenges, external_sessions, mfa, people
from plugins.accounts.services.throttle import guarded_sign_in

if TYPE_CHECKING:
    from kernel import Tokens

NOBODY = UUID(int=0)
"""Stands for an unknown account, so that it costs the statements a known one does."""


@dataclass(frozen=True, slots=True)
class Client:
    """Where a sign-in comes from.

    `device_id` is the client's own stable id of the device, `device_name` what
    the list of sessions shows; both default to what the user agent says.
    """

    ip: str = ""
    user_agent: str = ""
    device_name: str = ""
    device_id: str = ""

    @property
    def label(self) -> str:
        """What the person recognises the device by."""
        return (self.device_name or self.user_agent or "Unknown device")[:200]

    @property
    def fingerprint(self) -> str:
        """What the account recognises the device by."""
        return hashlib.sha256((self.device_id or self.user_agent).encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An open session: whose, and its tokens."""

    user: User
    tokens: Tokens


def with_password(*, email: str, phone: str, password: str, code: str, client: Client) -> SignedIn:
    """Sign in with an address or number and a password, and a second factor if it is on.

    Raises InvalidCredentials for an unknown account and for a wrong password
    alike, after the same work; MfaRequired; TooManyRequests; a suspended or
    banned account learns so only after the right password.
    """
    named = (email_key(email) or email) if email else normal_phone(phone)
    with guarded_sign_in(named, client.ip):
        user = people.by_login(email, phone)
        # NOTE: a password changed while this one is checked moves the epoch on, and the session is refused.
        epoch = app.auth.epoch(user.id if user else NOBODY)
        right = app.auth.passwords.verify(user.password_hash if user else None, password)
        if user is None or not right:
            raise InvalidCredentials
    _rehash(user, password)
    return finish(user, client, via="password", code=code, epoch=epoch)


def _rehash(user: User, password: str) -> None:
    """Bring a hash made with older parameters up to date, unless it was replaced meanwhile."""
    stored = user.password_hash
    if stored is not None and app.auth.passwords.needs_rehash(stored):
        fresh = app.auth.passwords.hash(password)
        User.update(password_hash=fresh).where(User.id == user.id, User.password_hash == stored).execute()


def finish(
    user: User, client: Client, *, via: str, code: str = "", epoch: int | None = None, external: str = ""
) -> SignedIn:
    """Open a session for somebody who proved to be `user`, second factor permitting.

    `external` is the reference of the provider's session it shall end with.

    Raises MfaRequired with a token for `with_second_factor` when a code is
    needed and none came with the request. Call it outside a transaction, which
    would take the token back.
    """
    app.auth.status(user.id).require_active()
    guarded = mfa.is_enabled(user.id)
    if guarded and not code:
        token = challenges.open_challenge("mfa", user.id, via=via, epoch=epoch, external=external)
        raise MfaRequired(mfa_token=token, methods=["totp", "recovery_code"])
    if guarded:
        mfa.check(user.id, code)
    with app.db.atomic():
        return open_session(user, client, via=via, second_factor=guarded, epoch=epoch, external=external)


def with_second_factor(*, token: str, code: str, client: Client) -> SignedIn:
    """Finish a sign-in that was answered with MfaRequired.

    A wrong code leaves the token usable, a few times; a right one ends it.
    """
    found = challenges.attempt("mfa", token)
    if found is None or found.user_id is None:
        raise InvalidToken
    user = people.by_id(found.user_id)
    app.auth.status(user.id).require_active()
    mfa.check(user.id, code)
    if challenges.take("mfa", token) is None:
        raise InvalidToken
    with app.db.atomic():
        data = found.data
        return open_session(
            user, client, via=data["via"], second_factor=True, epoch=data["epoch"], external=data["external"]
        )


def open_session(
    user: User,
    client: Client,
    *,
    via: str,
    second_factor: bool = False,
    epoch: int | None = None,
    external: str = "",
) -> SignedIn:
    """Open a session; in a transaction. A device not seen before is announced by mail.

    The first device of an account is not: it is the one it was opened on.
    """
    tokens = app.auth.open_session(user.id, device=client.label, ip=client.ip, mfa=second_factor, epoch=epoch)
    if external:
        external_sessions.bind(external, tokens.session_id)
    known = Device.select().where(Device.user == user.id).exists()
    new = _remember(user.id, client) and known
    if new:
        notices.new_sign_in(user, client.label, client.ip)
    _reactivate(user)
    app.bus.publish(SessionOpened(user_id=user.id, session_id=tokens.session_id, via=via, new_device=new))
    return SignedIn(user, tokens)


def _remember(user_id: UUID, client: Client) -> bool:
    """Keep the device; return whether it is a new one for the account."""
    made = (
        Device.insert(user=user_id, fingerprint=client.fingerprint, name=client.label)
        .on_conflict_ignore()
        .returning(Device.id)
        .execute()
    )
    return bool(list(made))


def _reactivate(user: User) -> None:
    """Bring back an account its owner had deactivated: signing in is how."""
    back = (
        User.update(deactivated_at=None)
        .where(User.id == user.id, User.deactivated_at.is_null(False))
        .execute()
    )
    if back:
        app.bus.publish(StatusChanged(user_id=user.id, status="active", changed_by=user.id))
