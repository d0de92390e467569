"""On whose behalf an event is published or a task enqueued.

A request has a principal (`kernel.context`). A delivery or a task has only what
its row remembers, so that what it publishes in turn names the same actor.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

from kernel.context import bound, correlation_id, principal, traceparent

if TYPE_CHECKING:
    from kernel.auth.principals import Principal

_remembered: ContextVar[str] = ContextVar("remembered_actor", default="")


class Behalf(NamedTuple):
    """Who acts, in answer to which request, in which trace; each may be empty."""

    actor: str
    correlation_id: str
    trace: str


def behalf() -> Behalf:
    """Return on whose behalf the present code runs; the actor as `<kind>:<id>`."""
    who = principal.get()
    actor = _remembered.get() if who is None else _name(who)
    return Behalf(actor, correlation_id.get(), traceparent.get())


def _name(who: Principal) -> str:
    return f"{who.kind}:{who.id}" if who.id else who.kind


@contextmanager
def on_behalf_of(stored: Behalf) -> Iterator[None]:
    """Run a block as the stored actor, correlated and traced as it was stored."""
    token, trace = _remembered.set(stored.actor), traceparent.set(stored.trace)
    try:
        with bound(stored.correlation_id):
            yield
    finally:
        traceparent.reset(trace)
        _remembered.reset(token)
