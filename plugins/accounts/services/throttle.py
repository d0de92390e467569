"""Slow guessing down: passwords, TOTP codes, recovery codes.

An attempt is charged before it is checked and given back when it was right, so
parallel guesses cannot outrun the count. What is charged is what the client
named, so an account that does not exist is throttled like one that does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from kernel import app


@contextmanager
def guarded(user_id: UUID, purpose: str) -> Iterator[None]:
    """Check a secret of a known account; raise TooManyRequests when it was guessed at too often."""
    with _charged(str(user_id), str(user_id), f"accounts.{purpose}"):
        yield


@contextmanager
def guarded_sign_in(account: str, address: str) -> Iterator[None]:
    """Check a sign-in to `account` (a normal address or number) from an IP address."""
    with _charged(account, address, "login"):
        yield


@contextmanager
def _charged(account: str, address: str, purpose: str) -> Iterator[None]:
    app.auth.throttle.charge(account, address, purpose)
    yield  # what is raised here leaves the attempt charged
    app.auth.throttle.forgive(account, address, purpose)
