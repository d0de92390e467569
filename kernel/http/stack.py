"""What the HTTP room needs of the others, as small protocols.

`kernel.assembly` fills a `Stack` with the real parts; a test may fill it with
the few it exercises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from kernel.clock import Clock
from kernel.http.settings import HttpSettings

if TYPE_CHECKING:
    from kernel.auth.principals import Principal
    from kernel.http.request import Request, Response


class Authenticator(Protocol):
    """Turns credentials into a principal."""

    def principal_for(self, headers: Mapping[str, str]) -> Principal:
        """Return who calls (anonymous without credentials); raise Unauthorized for bad ones."""
        ...

    def require_step_up(self, principal: Principal) -> None:
        """Raise a Forbidden unless a second factor was shown a short while ago."""
        ...


class Decision(Protocol):
    """What a rate limiter answered; times in whole seconds."""

    @property
    def allowed(self) -> bool: ...  # noqa: D102
    @property
    def remaining(self) -> int: ...  # noqa: D102
    @property
    def retry_after(self) -> int: ...  # noqa: D102
    @property
    def reset(self) -> int: ...  # noqa: D102


class RateLimiter(Protocol):
    """Counts calls in leaky buckets."""

    def hit(self, key: str, count: int, per: float, cost: int = 1) -> Decision:
        """Spend `cost` of the bucket `key` that holds `count` and refills in `per` seconds."""
        ...


class ByteCache(Protocol):
    """Keeps bytes under tags; makes a missing entry once however many ask."""

    def get_or_set(
        self,
        key: str,
        make: Callable[[], Any],
        ttl: float | None = None,
        tags: Sequence[str] = (),
    ) -> Any:
        """Return what is kept under `key`, or make, keep (`ttl` seconds) and return it."""
        ...


class Transactions(Protocol):
    """The part of the database that idempotency and the end of a request use."""

    def atomic(self) -> AbstractContextManager[Any]: ...  # noqa: D102
    def rows(self, sql: str, params: Any = ()) -> list[tuple[Any, ...]]: ...  # noqa: D102
    def execute_sql(self, sql: str, params: Any = None) -> Any: ...  # noqa: D102
    def release(self) -> None: ...  # noqa: D102


class Observer(Protocol):
    """Told once of every finished request: writes the access line, counts the metric."""

    def __call__(self, req: Request, resp: Response, seconds: float) -> None:
        """Record a request; must not raise."""
        ...


def ignore(req: Request, resp: Response, seconds: float) -> None:
    """Observe nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """Everything an endpoint is compiled against."""

    settings: HttpSettings
    secret: str
    clock: Clock
    auth: Authenticator
    limiter: RateLimiter
    cache: ByteCache
    db: Transactions
    observe: Observer = ignore
    environment: str = "production"
    wrote: Callable[[UUID], None] | None = None
    """Told of each account after a request by which it may have changed something; must not raise."""
    unavailable: Mapping[str, str] = field(default_factory=dict)
    """Prefixes of plugins that were dropped at boot, and the plugin's name."""

    @property
    def production(self) -> bool:
        """True in the production environment."""
        return self.environment == "production"
