"""The public keys a provider signs its tokens with, kept and renewed.

Keys are used as long as the provider says they may be, then read again by one
request while the others go on with those at hand. An unknown key id means that
the provider rotated its keys, or that somebody invents ids: the keys are read
again, once in `COOLDOWN` seconds at most, whoever asks. When the provider is
away, the keys at hand serve on for a day; a token whose key is not among them
is then neither good nor bad, and the answer is 503.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import structlog

from kernel import Problem, Unavailable
from plugins.accounts.problems import TokenRefused

if TYPE_CHECKING:
    from kernel import Clock

COOLDOWN: Final = 30.0  # seconds
GRACE: Final = 86400.0  # seconds beyond their age that keys serve while the provider is away
DEFAULT_AGE: Final = 3600.0  # seconds, where the provider names none
LONGEST_AGE: Final = 86400.0
_MAX_AGE: Final = re.compile(r"(?:^|[\s,])max-age=\"?(\d{1,9})")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PublishedKeys:
    """What a provider publishes: keys by key id, and for how many seconds they may be used unasked."""

    keys: Mapping[str, Any]
    max_age: float = DEFAULT_AGE


def max_age(cache_control: str) -> float:
    """Return the seconds a `Cache-Control` header allows (RFC 9111, 5.2.2.1), else an hour."""
    found = _MAX_AGE.search(cache_control.lower())
    return min(max(float(found[1]), COOLDOWN), LONGEST_AGE) if found else DEFAULT_AGE


class ProviderKeys:
    """Keys of one provider; safe for many requests at once."""

    def __init__(self, read: Callable[[], PublishedKeys], clock: Clock) -> None:
        """Take what reads them: it may do I/O and raise a Problem, and is called when keys are needed."""
        self._read = read
        self._clock = clock
        self._published = PublishedKeys({}, 0)
        self._read_at = self._tried_at = float("-inf")
        self._failed = False
        self._lock = Lock()

    def key(self, kid: str) -> Any:
        """Return a key; raise TokenRefused for an unknown `kid`, Unavailable when nobody can tell."""
        if not self._age_is_below(self._published.max_age, self._read_at):
            self._renew(wait=False)
        found = self._usable().get(kid)
        if found is None:
            self._renew(wait=True)
            found = self._usable().get(kid)
        if found is None and self._failed:
            raise Unavailable("The identity provider's keys cannot be read; try again.")
        if found is None:
            raise TokenRefused("The token is signed by a key the identity provider does not publish.")
        return found

    def _usable(self) -> Mapping[str, Any]:
        limit = self._published.max_age + GRACE
        return self._published.keys if self._age_is_below(limit, self._read_at) else {}

    def _renew(self, *, wait: bool) -> None:
        """Read the keys unless that was tried lately; without `wait`, unless another is at it."""
        if not self._lock.acquire(blocking=wait):
            return
        try:
            if not self._age_is_below(COOLDOWN, self._tried_at):
                self._tried_at = self._now()
                self._take()
        finally:
            self._lock.release()

    def _take(self) -> None:
        try:
            self._published = self._read()
        except Problem as ex:
            self._failed = True
            log.warning("identity_provider_keys_stale", error=str(ex), held=len(self._published.keys))
        else:
            self._failed = False
            self._read_at = self._now()

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _age_is_below(self, limit: float, since: float) -> bool:
        """Compare an age; a clock that was set back makes everything old."""
        return 0 <= self._now() - since < limit
