"""Second factors: TOTP (RFC 6238) and recovery codes.

A code is good for its 30-second step and one step to each side, and once: the
step last used only grows, in one UPDATE, so of two requests with one code one
passes (RFC 6238, 5.2).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from uuid import UUID

import pyotp

from kernel import app
from plugins.accounts import notices, vault
from plugins.accounts.events import MfaChanged
from plugins.accounts.models import RecoveryCode, Totp, User
from plugins.accounts.problems import InvalidCredentials, MfaAlreadyEnabled, MfaNotEnabled
from plugins.accounts.services import challenges
from plugins.accounts.services.throttle import guarded
from plugins.accounts.settings import AccountsSettings

STEP = 30  # seconds
WINDOW = 1  # steps to each side: a slow thumb, a clock 30 s off
ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # no I, L, O, U, 0, 1: codes are copied by hand
CODE_LENGTH = 12  # 30^12 possibilities, about 59 bits


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator app needs: the secret, and the same as a URI for a QR code."""

    secret: str
    otpauth_uri: str


def is_enabled(user_id: UUID) -> bool:
    """Say whether a confirmed authenticator guards the account."""
    return Totp.select().where(Totp.user == user_id, Totp.confirmed_at.is_null(False)).exists()


def recovery_codes_left(user_id: UUID) -> int:
    """Count the unused recovery codes."""
    return int(
        RecoveryCode.select().where(RecoveryCode.user == user_id, RecoveryCode.used_at.is_null()).count()
    )


def enrol(user: User) -> Enrolment:
    """Make a new secret, not in force before `confirm`; raise MfaAlreadyEnabled."""
    secret = pyotp.random_base32()
    fresh = {Totp.secret: vault.seal(secret), Totp.last_step: 0, Totp.updated_at: app.clock.now()}
    written = (
        Totp.insert(user=user.id, secret=vault.seal(secret))
        .on_conflict(conflict_target=[Totp.user], update=fresh, where=Totp.confirmed_at.is_null())
        .returning(Totp.id)
        .execute()
    )
    if not list(written):
        raise MfaAlreadyEnabled
    issuer = app.settings.of(AccountsSettings).issuer_name
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.email or user.phone or user.name, issuer_name=issuer)
    return Enrolment(secret, uri)


def confirm(user: User, code: str) -> list[str]:
    """Put the enrolled authenticator into force; return fresh recovery codes, shown once.

    Raises InvalidCredentials for a wrong code, MfaAlreadyEnabled, MfaNotEnabled.
    """
    row = Totp.get_or_none(Totp.user == user.id)
    if row is None:
        raise MfaNotEnabled("Enrol first: POST /v1/auth/mfa/enrol.")
    if row.confirmed_at is not None:
        raise MfaAlreadyEnabled
    with guarded(user.id, "mfa"):
        _spend_step(user.id, code)
    with app.db.atomic():
        Totp.update(confirmed_at=app.clock.now()).where(Totp.user == user.id).execute()
        app.bus.publish(MfaChanged(user_id=user.id, enabled=True))
        notices.mfa_changed(user, enabled=True)
        return _replace_recovery_codes(user.id)


def disable(user: User, code: str) -> None:
    """Remove the authenticator and the recovery codes, given one of their codes."""
    check(user.id, code)
    with app.db.atomic():
        Totp.delete().where(Totp.user == user.id).execute()
        RecoveryCode.delete().where(RecoveryCode.user == user.id).execute()
        app.bus.publish(MfaChanged(user_id=user.id, enabled=False))
        notices.mfa_changed(user, enabled=False)


def regenerate(user: User, code: str) -> list[str]:
    """Replace the recovery codes, given a code; the old ones stop working."""
    check(user.id, code)
    with app.db.atomic():
        return _replace_recovery_codes(user.id)


def check(user_id: UUID, code: str) -> None:
    """Spend a TOTP or recovery code; raise InvalidCredentials or MfaNotEnabled.

    Wrong codes count against the account, whoever sends them.
    """
    if not is_enabled(user_id):
        raise MfaNotEnabled
    with guarded(user_id, "mfa"):
        if code.isascii() and code.isdigit():
            _spend_step(user_id, code)
        else:
            _spend_recovery_code(user_id, code)


def _spend_step(user_id: UUID, code: str) -> None:
    row = Totp.get_or_none(Totp.user == user_id)
    secret = vault.unseal(row.secret) if row else None
    step = _matching_step(secret, code) if secret else None
    spent = step is not None and (
        Totp.update(last_step=step).where(Totp.user == user_id, Totp.last_step < step).execute()
    )
    if not spent:
        raise InvalidCredentials


def _matching_step(secret: str, code: str) -> int | None:
    totp, now = pyotp.TOTP(secret), int(app.clock.now().timestamp()) // STEP
    matching = [
        step for step in range(now - WINDOW, now + WINDOW + 1) if challenges.same(totp.at(step * STEP), code)
    ]
    return max(matching, default=None)


def _spend_recovery_code(user_id: UUID, code: str) -> None:
    digest = vault.fingerprint("".join(code.upper().replace("-", "").split()))
    spent = (
        RecoveryCode.update(used_at=app.clock.now())
        .where(RecoveryCode.user == user_id, RecoveryCode.digest == digest, RecoveryCode.used_at.is_null())
        .execute()
    )
    if not spent:
        raise InvalidCredentials


def _replace_recovery_codes(user_id: UUID) -> list[str]:
    count = app.settings.of(AccountsSettings).recovery_codes
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)) for _ in range(count)]
    RecoveryCode.delete().where(RecoveryCode.user == user_id).execute()
    RecoveryCode.insert_many(
        [{"user": user_id, "digest": vault.fingerprint(code)} for code in codes]
    ).execute()
    return ["-".join((code[:4], code[4:8], code[8:])) for code in codes]
