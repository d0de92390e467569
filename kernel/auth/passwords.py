"""Password hashes: Argon2id (RFC 9106), off the hub, a bounded number at a time.

The parameters are OWASP's minimum (19 MiB, 2 passes, 1 lane); raise them in
`[auth]` and `needs_rehash` says which stored hashes are behind.
"""

from __future__ import annotations

import os
import unicodedata
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Full
from secrets import token_bytes
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kernel.auth.settings import AuthSettings
from kernel.auth.turns import Turns
from kernel.errors import Unavailable
from kernel.offloading import offload

if TYPE_CHECKING:
    from kernel.storage import Database

RETRY_AFTER = 5  # seconds, told to those beyond the queue


class Passwords:
    """Hashes and verifies passwords without holding up other requests."""

    def __init__(self, settings: AuthSettings, db: Database | None = None) -> None:
        """Take the settings, and the database whose connection not to hold meanwhile."""
        self._db = db
        self._hasher = PasswordHasher(
            time_cost=settings.argon2_time,
            memory_cost=settings.argon2_memory,
            parallelism=settings.argon2_parallelism,
        )
        concurrency = settings.argon2_concurrency or max(1, (os.cpu_count() or 1) - 1)
        # PERF: leaves a core to the hub, and bounds the memory that a flood of sign-ins takes
        self._turns = Turns(concurrency, settings.argon2_queue)
        self._nobody = _unmatched(settings)

    def hash(self, password: str) -> str:
        """Return the PHC string of a password, `$argon2id$v=19$…`.

        Raises Unavailable (503) when `argon2_queue` others are waiting.
        """
        with self._turn():
            return offload(self._hasher.hash, _encoded(password))

    def verify(self, stored: str | None, password: str) -> bool:
        """Say whether the password fits; with `stored` None take as long and say no.

        Call it for unknown accounts too, so that timing tells nobody which
        exist. A stored value that is no Argon2 hash fits nothing. Raises
        Unavailable (503) when too many others are waiting.
        """
        with self._turn():
            fits = offload(self._fits, stored or self._nobody, _encoded(password))
        return fits and stored is not None

    def needs_rehash(self, stored: str) -> bool:
        """Say whether the hash was made with other parameters: hash again at the next sign-in."""
        return self._hasher.check_needs_rehash(stored)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for a slot, without the connection that others could use meanwhile."""
        if self._db is not None and not self._db.in_transaction():
            self._db.release()
        try:
            with self._turns.turn():
                yield
        except Full:
            raise Unavailable(
                "Too many sign-ins at once; try again.", headers={"Retry-After": str(RETRY_AFTER)}
            ) from None

    def _fits(self, stored: str, password: bytes) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError, UnicodeEncodeError):  # a hash is ASCII
            return False


def _unmatched(settings: AuthSettings) -> str:
    """Return a PHC string that takes as long as any to verify, and fits no password.

    Salt and digest are chance. PERF: hashing something would delay every start by 50 ms.
    """
    cost = f"m={settings.argon2_memory},t={settings.argon2_time},p={settings.argon2_parallelism}"
    salt, digest = (b64encode(token_bytes(count)).decode().rstrip("=") for count in (16, 32))
    return f"$argon2id$v=19${cost}${salt}${digest}"


def _encoded(password: str) -> bytes:
    """Return the bytes hashed: NFKC first (NIST SP 800-63B §5.1.1.2), so keyboards do not matter."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
