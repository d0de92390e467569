"""One-time codes: six digits to type, or a token to follow in a link.

A code is good for one purpose and subject (an account, an address), once, for
a while; a new one replaces the one before. Digits survive a few wrong guesses,
and the guesses are counted before they are compared.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from kernel.auth.digests import derived_key, keyed_digest, random_token, same
from kernel.auth.models import Code
from kernel.auth.transactions import require_no_transaction

if TYPE_CHECKING:
    from kernel.auth.settings import AuthSettings
    from kernel.clock import Clock
    from kernel.storage import Database

DIGITS = 6


class Codes:
    """Issues codes and takes them back once."""

    def __init__(self, settings: AuthSettings, db: Database, clock: Clock, *, secret: str) -> None:
        self._attempts = settings.code_attempts
        self._db = db
        self._clock = clock
        self._key = derived_key(secret, "one-time code")

    def issue(
        self, purpose: str, subject: str, ttl: timedelta, shape: Literal["digits", "token"] = "digits"
    ) -> str:
        """Return a new code for the subject, good for `ttl`; the one before is void.

        Each issue allows some guesses at six digits again: limit how often a
        subject may ask for one.
        """
        token = shape == "token"
        code = random_token() if token else f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        now = self._clock.now()
        fields = {
            "digest": self._token_digest(purpose, code) if token else self._digest(purpose, subject, code),
            "attempts": 0,
            "expires_at": now + ttl,
            "updated_at": now,
        }
        insert = Code.insert(purpose=purpose, subject=subject, **fields)
        insert.on_conflict(conflict_target=[Code.purpose, Code.subject], update=fields).execute()
        return code

    def consume(self, purpose: str, subject: str, code: str) -> bool:
        """Say whether this is the subject's code, and use it up if it is.

        Of several who bring it at once, one is told yes. Not inside a
        transaction: its rollback would give a wrong guess back.
        """
        require_no_transaction(self._db, "consuming a code")
        guess = Code.update(attempts=Code.attempts + 1).where(
            Code.purpose == purpose,
            Code.subject == subject,
            Code.expires_at > self._clock.now(),
            Code.attempts < self._attempts,
        )
        rows = list(guess.returning(Code.id, Code.digest).tuples().execute())
        code_id, stored = rows[0] if rows else (None, "")
        digests = (self._digest(purpose, subject, code), self._token_digest(purpose, code))
        fits = [same(stored, digest) for digest in digests]
        if not any(fits):
            return False
        return bool(Code.delete().where(Code.id == code_id, Code.digest == stored).execute())

    def redeem(self, purpose: str, token: str) -> str | None:
        """Return the subject of a token-shaped code and use it up; None when it is not good.

        For links, which carry the token alone. May run inside a transaction: a
        rollback makes the token good again, and 256 bits are not guessed.
        """
        good = Code.purpose == purpose, Code.digest == self._token_digest(purpose, token)
        taken = Code.delete().where(*good, Code.expires_at > self._clock.now()).returning(Code.subject)
        return next((str(row[0]) for row in taken.tuples().execute()), None)

    def withdraw(self, purpose: str, subject: str) -> None:
        """Void the subject's code, if there is one."""
        Code.delete().where(Code.purpose == purpose, Code.subject == subject).execute()

    def purge(self) -> int:
        """Delete expired codes; return how many."""
        return int(Code.delete().where(Code.expires_at <= self._clock.now()).execute())

    def _digest(self, purpose: str, subject: str, code: str) -> str:
        return keyed_digest(self._key, "digits", purpose, subject, code)

    def _token_digest(self, purpose: str, token: str) -> str:
        return keyed_digest(self._key, "token", purpose, token)
