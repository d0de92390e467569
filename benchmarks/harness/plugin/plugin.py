"""What a request costs before it does anything, and rooms for sockets."""

from __future__ import annotations

from typing import Any

from benchmarks.harness.bare import GREETING
from benchmarks.harness_realtime.arena import ARENA
from kernel import (
    AUTHENTICATED,
    Delivery,
    Namespace,
    Request,
    Response,
    Route,
    Schema,
    Subscriber,
    endpoint,
    event,
    fields,
    hookimpl,
)


class GreetingOut(Schema):
    """The same three members that the bare falcon sends."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    tags = fields.List(fields.String(), required=True)


class Greeting:
    """`/v1/benchmark/greeting`."""

    @endpoint(summary="Greet", permission=AUTHENTICATED, response=GreetingOut)
    def on_get(self, req: Request, resp: Response) -> Any:  # noqa: ARG002 - falcon's signature
        """Answer a constant."""
        return GREETING


@event("benchmark.greeting.sent", key="name")
class Greeted:
    """Somebody was greeted."""

    name: str


def ignore(delivery: Delivery) -> None:
    """Take a delivery and do nothing."""


@hookimpl
def register_routes() -> list[Route]:
    return [Route("/benchmark/greeting", Greeting())]


@hookimpl
def register_events() -> list[type[Any]]:
    return [Greeted]


@hookimpl
def register_subscribers() -> list[Subscriber]:
    return [Subscriber(Greeted, ignore, name="benchmark.ignore")]


@hookimpl
def register_realtime() -> list[Namespace]:
    return [ARENA]
