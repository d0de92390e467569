"""What the present request, delivery or task runs on behalf of.

Context variables follow greenlets as they follow threads. Logs, events and
tasks read them, so a correlation id goes request → event → task by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kernel.auth.principals import Principal

correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")
principal: ContextVar[Principal | None] = ContextVar("principal", default=None)
traceparent: ContextVar[str] = ContextVar("traceparent", default="")
"""The W3C `traceparent` of the running span; telemetry sets it, empty when it is off."""


@contextmanager
def bound(correlation: str, actor: Principal | None = None) -> Iterator[None]:
    """Run a block under a correlation id and, when given, an actor."""
    token, actor_token = correlation_id.set(correlation), principal.set(actor)
    try:
        yield
    finally:
        principal.reset(actor_token)
        correlation_id.reset(token)


lagging: ContextVar[bool] = ContextVar("lagging", default=False)
"""Whether reads of what runs now may come from a replica (`Database.replica`)."""
