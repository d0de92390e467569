"""Slow down who guesses passwords: per account and per address.

An attempt is paid for before the password is looked at, so parallel guesses
cannot slip through together, and given back when it was right.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kernel.auth.digests import digest_of
from kernel.errors import TooManyRequests

if TYPE_CHECKING:
    from kernel.auth.settings import AuthSettings
    from kernel.cache import Limiter


class Throttle:
    """Charges attempts to an account and to an address."""

    def __init__(self, settings: AuthSettings, limiter: Limiter, *, enabled: bool = True) -> None:
        self._settings = settings
        self._limiter = limiter
        self._enabled = enabled

    def charge(self, account: str, address: str, purpose: str = "login") -> None:
        """Pay for an attempt before it is checked; raise TooManyRequests when there is nothing left.

        `account` is what the client named (an e-mail address, a phone number),
        normalised, whether or not it exists: an unknown one is throttled alike.
        """
        for key, count in self._buckets(account, address, purpose):
            decision = self._limiter.hit(key, count, self._settings.login_window)
            if not decision.allowed:
                raise TooManyRequests(decision.retry_after, "Too many attempts; wait before the next.")

    def forgive(self, account: str, address: str, purpose: str = "login") -> None:
        """Give an attempt back that was right."""
        for key, count in self._buckets(account, address, purpose):
            self._limiter.refund(key, count, self._settings.login_window)

    def _buckets(self, account: str, address: str, purpose: str) -> Iterator[tuple[str, int]]:
        if self._enabled:
            # the account is digested: an address that exists must not stand in Redis in the clear
            yield f"auth:{purpose}:account:{digest_of(account)}", self._settings.login_attempts
            yield f"auth:{purpose}:address:{address}", self._settings.login_attempts_address
