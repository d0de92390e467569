"""Prove again who is at the keyboard, before what cannot be taken back."""

from __future__ import annotations

from uuid import UUID

from kernel import Forbidden, Principal, Unauthorized, app, invalid
from plugins.accounts.models import User
from plugins.accounts.problems import InvalidToken
from plugins.accounts.services import credentials, mfa
from plugins.accounts.services.phones import SIGN_IN


def prove(user: User, *, code: str, password: str, phone_code: str) -> None:
    """Check one proof more; raise InvalidCredentials, InvalidToken, or Forbidden for too weak a one.

    With a second factor on, only that counts: the password may be what was
    stolen. Without one, the password does, or a code sent to the verified number.
    """
    if code:
        mfa.check(user.id, code)
    elif mfa.is_enabled(user.id):
        raise Forbidden("This account has a second factor: send `code`.")
    elif password:
        credentials.verify_password(user, password)
    elif not _has_code(user, phone_code):
        raise InvalidToken


def _has_code(user: User, phone_code: str) -> bool:
    """Return whether the code was sent to the account's verified number; it is used up."""
    number = user.phone if user.phone_verified_at else None
    return number is not None and app.auth.codes.consume(SIGN_IN, number, phone_code)


def require_password(principal: Principal, user: User, password: str) -> None:
    """Demand the password for a change of credentials, unless one was just proved or there is none."""
    if user.password_hash is None or app.auth.has_recent_mfa(principal):
        return
    if not password:
        raise invalid("/password", "Confirm with your password.")
    credentials.verify_password(user, password)


def note(session_id: UUID) -> None:
    """Let a session count as stepped up, from now; raise Unauthorized when it was ended."""
    if not app.auth.step_up(session_id):
        raise Unauthorized
